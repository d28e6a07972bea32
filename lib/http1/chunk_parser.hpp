// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace anode::http1 {

/// Takes the chunked coding off a body (RFC 9112 section 7.1), up to the line of the last chunk;
/// the trailer section behind it is not its business.
///
/// Keeps nothing of the input but a few numbers; chunk extensions are checked and thrown away.
/// **Node**: llhttp's states from `chunk_size_start` on; its limit of 16 KiB of extension bytes for
/// each chunk. A limit of anode's own: see `max_overhead`.
class chunk_parser {
public:
  enum class chunk_result : std::uint8_t {
    need_more,  ///< the input is used up
    data,       ///< a piece of body was found
    last,       ///< the line of the last chunk is complete; the trailer section follows
    refused,    ///< not the chunked coding
  };

  /// Bytes of extension that one chunk may have.
  static constexpr std::uint64_t max_extension = 16384;

  /// Bytes of extension, and of size digits beyond the 16th, that all chunks of one body together
  /// may have more than bytes of data came: what is read for nothing stays in proportion.
  static constexpr std::uint64_t max_overhead = 65536;

  explicit chunk_parser(bool lenient) noexcept : lenient_(lenient) {}

  /// Starts a body.
  void start() noexcept;

  /// Takes bytes from `p` on and moves `p` behind them; to where Node's parser stands when the
  /// answer is `refused`.
  /// @param data the piece of body found, a view into the input
  chunk_result feed(char const*& p, char const* end, std::string_view& data) noexcept;

  /// What is wrong, after `refused`.
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

  // Each returns false when the coding is refused.
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
  char const* part_ = nullptr;   // where that began, or this call
  std::uint64_t left_ = 0;       // bytes of the current chunk that are still to come
  std::uint32_t digits_ = 0;     // of the current size, up to 16
  std::uint64_t extension_ = 0;  // bytes of names and values in the current chunk's extensions
  std::uint64_t overhead_ = 0;   // bytes that `max_overhead` limits, of the whole body
  std::uint64_t body_ = 0;       // bytes of data, of the whole body
  http::error code_{};
  std::string_view reason_;
};

}  // namespace anode::http1
