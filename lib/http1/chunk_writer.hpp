// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_validation.hpp"

#include <anode/headers.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace anode::http1 {

/// The line in front of a chunk's data, "1a\r\n", without allocation.
class chunk_size_line {
public:
  /// Formats the size of a chunk, which must not be 0: that would end the body.
  explicit chunk_size_line(std::size_t size) noexcept;

  std::string_view text() const noexcept { return {text_.data() + begin_, text_.size() - begin_}; }

private:
  std::array<char, 18> text_{};
  std::size_t begin_ = 18;
};

/// What follows a chunk's data.
inline constexpr std::string_view chunk_end = "\r\n";

/// The end of a chunked body without trailers.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// Appends a whole chunk; nothing for no data, since an empty chunk would end the body.
void append_chunk(std::string& out, std::string_view data);

/// The trailers of an outgoing message, rendered as they are sent.
///
/// **Node**: `addTrailers`.
class trailer_lines {
public:
  /// Sets the trailers, in place of those set before. Lists make several lines, or one joined with
  /// "; " for a name in `unique` or a list of one.
  /// @throws exception with `error::invalid_http_token` ("Trailer name must be a valid HTTP
  ///   token"), `invalid_char` ("Invalid character in trailer content") or `trailer_invalid` for
  ///   Content-Length and Transfer-Encoding, which frame the body before them; nothing has changed
  ///   then.
  void set(http::header_list const& trailers, message::unique_headers const* unique = nullptr);

  bool empty() const noexcept { return lines_.empty(); }
  void clear() noexcept { lines_.clear(); }

  /// Returns the field lines, each with its CRLF.
  std::string_view lines() const noexcept { return lines_; }

private:
  std::string lines_;
};

/// Appends the end of a chunked body: the last chunk, the trailers, the empty line.
void append_last_chunk(std::string& out, trailer_lines const& trailers);

}  // namespace anode::http1
