// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_validation.hpp"

#include <anode/headers.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace anode::http1 {

/// The line before the data of a chunk, for example "1a\r\n". Does not allocate.
class chunk_size_line {
public:
  /// Formats the size of a chunk in bytes. It must not be 0, because a chunk of size 0 ends the
  /// body.
  explicit chunk_size_line(std::size_t size) noexcept;

  std::string_view text() const noexcept { return {text_.data() + begin_, text_.size() - begin_}; }

private:
  std::array<char, 18> text_{};
  std::size_t begin_ = 18;
};

/// The line end after the data of a chunk.
inline constexpr std::string_view chunk_end = "\r\n";

/// The end of a chunked body without trailers.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// Appends a complete chunk. Appends nothing if `data` is empty, because an empty chunk ends the
/// body.
void append_chunk(std::string& out, std::string_view data);

/// The trailers of an outgoing message, in wire format.
///
/// **Node**: `addTrailers`.
class trailer_lines {
public:
  /// Replaces the trailers. A list of values makes one field line for each value. If the name is in
  /// `unique`, or the list has fewer than two values, it makes one line, joined with "; ".
  /// @param unique names whose lists are joined; may be null
  /// @param relaxed accepts all bytes in values but NUL, CR and LF
  /// @throws exception with `error::invalid_http_token` ("Trailer name must be a valid HTTP
  ///   token"), `invalid_char` ("Invalid character in trailer content") or `trailer_invalid` for
  ///   Content-Length and Transfer-Encoding, which are invalid in trailers. The trailers are
  ///   unchanged then.
  void set(http::header_list const& trailers, message::unique_headers const* unique = nullptr,
           bool relaxed = false);

  bool empty() const noexcept { return lines_.empty(); }
  void clear() noexcept { lines_.clear(); }

  /// Returns the field lines, each with CRLF.
  std::string_view lines() const noexcept { return lines_; }

private:
  std::string lines_;
};

/// Appends the end of a chunked body: the last chunk, the trailers and the empty line.
void append_last_chunk(std::string& out, trailer_lines const& trailers);

}  // namespace anode::http1
