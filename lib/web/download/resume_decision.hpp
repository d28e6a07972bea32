// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// The value of a Content-Range header of the unit `bytes` (RFC 9110 section 14.4).
struct content_range {
  std::optional<std::uint64_t> first{};  ///< unset with `last`: the range is unsatisfied
  std::optional<std::uint64_t> last{};
  std::optional<std::uint64_t> total{};  ///< unset: unknown
};

/// Parses a Content-Range header. Returns nothing if it is malformed, of another unit, or its
/// numbers contradict each other.
std::optional<content_range> parse_content_range(std::string_view text) noexcept;

/// What is known of a download that is not complete.
struct partial_state {
  std::uint64_t size = 0;                ///< bytes in the file
  std::optional<std::uint64_t> total{};  ///< bytes of the whole
  std::string validator{};  ///< the value of If-Range; empty: the rest cannot be asked for
};

/// The parts of a response that decide how a download continues.
struct download_head {
  int status = 0;
  std::string_view etag{};
  std::string_view last_modified{};
  std::string_view date{};
  std::string_view content_range{};
  std::optional<std::uint64_t> length{};  ///< bytes of the body
};

/// What to do with a response.
enum class download_step : std::uint8_t {
  append,     ///< the body continues the file
  restart,    ///< the body is the whole
  complete,   ///< the file is the whole already
  ask_whole,  ///< the response is of no use; ask without a range
  fail,       ///< the status is an error
};

/// Returns what identifies the representation of a response: a strong entity tag, or a
/// Last-Modified that is strong (RFC 9110 section 8.8.2.2); empty if there is neither.
/// @param now the time of the client, which only completes years of two digits.
std::string strong_validator(download_head const& head, std::chrono::sys_seconds now);

/// Decides about a response.
/// @param asked whether the request had Range and If-Range.
download_step decide_download(partial_state const& have, bool asked, download_head const& head);

}  // namespace anode::web
