// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace anode::web {

/// What decides whether the body of a response may be encoded. Absent headers are empty.
struct codable_response {
  std::string_view method{};  ///< of the request
  int status = 200;
  std::string_view content_type{};
  std::string_view content_encoding{};
  std::string_view content_range{};
  std::string_view cache_control{};
  std::optional<std::uint64_t> length{};  ///< in bytes; nothing: unknown
};

/// What the codings that a client accepts can change about a response.
enum class coding_effect : std::uint8_t {
  none,  ///< nothing: it is the same for every client
  vary,  ///< nothing of a part (206), but the whole body would vary
  tag,   ///< the entity tag: 304 stands for a response that may be encoded
  head,  ///< the headers: it answers HEAD, and the response to GET may be encoded
  body,  ///< the body may be encoded
};

/// Returns what the codings that a client accepts can change about a response.
/// @param smallest bodies known to have fewer bytes are not encoded.
/// @param is_encoded_type whether bodies of this type are encoded. Not used for 304, which need not
///   have a type.
coding_effect effect_of(codable_response const& response, std::uint64_t smallest,
                        bool is_encoded_type) noexcept;

/// Returns whether the body of a response may be encoded if the client accepts a coding. Then the
/// response varies with Accept-Encoding, even if it is not encoded.
///
/// False for responses without a body (HEAD, 1xx, 204, 304), parts (206, Content-Range), bodies
/// that are encoded already, types that do not compress, bodies known to be smaller than `smallest`
/// bytes, and Cache-Control with no-transform.
bool is_codable(codable_response const& response, std::uint64_t smallest) noexcept;

/// Returns whether Cache-Control has the directive no-transform (RFC 9111 section 5.2.2.6).
bool forbids_transform(std::string_view cache_control) noexcept;

}  // namespace anode::web
