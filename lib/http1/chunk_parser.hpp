// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace anode::http1 {

/// Decodes the chunked coding of a body (RFC 9112 section 7.1), up to and including the line of the
/// last chunk. `head_scanner` parses the trailer section that follows.
///
/// The parser does not buffer input. It validates and discards chunk extensions.
///
/// **Node**: llhttp's states from `chunk_size_start` on, and its limit of 16 KiB of extension bytes
/// for each chunk. `max_overhead` is an additional limit of anode.
class chunk_parser {
public:
  enum class chunk_result : std::uint8_t {
    need_more,  ///< all input is consumed
    data,       ///< a segment of the body was found
    last,       ///< the line of the last chunk is complete; the trailer section follows
    refused,    ///< the input is invalid
  };

  /// The most extension bytes of one chunk.
  static constexpr std::uint64_t max_extension = 16384;

  /// The overhead bytes of one body may exceed its data bytes received so far by this number.
  /// Overhead bytes are the bytes of extensions and the size digits beyond the 16th. The parser
  /// discards them, therefore the limit keeps them in proportion to the data.
  static constexpr std::uint64_t max_overhead = 65536;

  /// @param lenient true with `insecure_http_parser`
  explicit chunk_parser(bool lenient) noexcept : lenient_(lenient) {}

  /// Starts a new body.
  void start() noexcept;

  /// Parses bytes from `p` and advances `p` past the consumed bytes. If the result is `refused`,
  /// `p` is the position at which Node's parser reports the error.
  /// @param data set to the segment found if the result is `data`: a view of the input
  chunk_result feed(char const*& p, char const* end, std::string_view& data) noexcept;

  /// Return the error and its reason after `refused`.
  http::error code() const noexcept { return code_; }
  std::string_view reason() const noexcept { return reason_; }

private:
  enum class at : std::uint8_t {
    size_first,
    size,
    size_end,
    line_lf,
    extension,
    extension_name,
    extension_value,
    quoted,
    quoted_pair,
    quoted_end,
    data,
    data_end,
    data_lf,
  };

  bool parse_line_fast_path(char const*& p, char const* end) noexcept;

  // Each function returns false if the input is rejected.
  bool parse_line(char const*& p, char const* end) noexcept;
  bool parse_extension(char const*& p, char const* end) noexcept;
  bool end_line(char const*& p) noexcept;
  bool end_part(char const*& p, int more) noexcept;
  bool refuse_part(std::string_view reason, char const*& p, int more) noexcept;
  bool refuse(http::error code, std::string_view reason, char const*& p, int more = 0) noexcept;
  bool count(char const* p) noexcept;

  bool lenient_;
  at state_ = at::size_first;
  bool line_complete_ = false;
  bool in_part_ = false;         // inside the name or the value of an extension
  char const* part_ = nullptr;   // where the part began in this call's input
  std::uint64_t left_ = 0;       // data bytes of the current chunk not yet received
  std::uint32_t digits_ = 0;     // digits of the current size, at most 16
  std::uint64_t extension_ = 0;  // bytes of names and values in the current chunk's extensions
  std::uint64_t overhead_ = 0;   // overhead bytes of the body, see `max_overhead`
  std::uint64_t body_ = 0;       // data bytes of the body
  http::error code_{};
  std::string_view reason_;
};

}  // namespace anode::http1
