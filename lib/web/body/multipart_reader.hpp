// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/part_head.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace anode::web {

/// What is wrong with a multipart body.
enum class multipart_fault : std::uint8_t {
  none,
  malformed,        ///< syntax; 400
  cut,              ///< the input ends in front of the closing delimiter; 400
  too_many_parts,   ///< 413
  head_too_large,   ///< 431
  field_too_large,  ///< 413
  file_too_large,   ///< 413
};

/// Returns the status to respond with: 400, 413 or 431.
int status_of(multipart_fault fault) noexcept;

/// Returns a text for the client, for example "too many parts".
std::string_view text_of(multipart_fault fault) noexcept;

/// Splits a multipart body (RFC 2046 section 5.1) into its parts, as a pull parser over pieces of
/// any size.
///
/// Only the headers of one part are copied. Data is passed as views into the piece. The work is
/// linear in the input. A delimiter is a line `--boundary` with optional spaces behind it; lines
/// that only begin like it are data. Lines end with CR LF; a bare LF is data, or malformed in a
/// head. The epilogue is not read.
class multipart_reader {
public:
  enum class event : std::uint8_t {
    need_input,  ///< call `feed` or `finish`
    part,        ///< the head of a part is complete: `head()`
    data,        ///< bytes of the part: `data()`
    part_end,    ///< the part is complete
    end,         ///< the closing delimiter was read
    fault,       ///< the body is refused: `fault()`
  };

  /// Makes a reader.
  /// @param boundary a valid boundary, see `is_boundary`.
  multipart_reader(std::string_view boundary, multipart_limits const& limits);

  /// Adds input. `next` must have returned `need_input`. The bytes must stay valid until it does so
  /// again.
  void feed(std::string_view piece) noexcept { input_ = piece; }

  /// Marks the end of the input. Further calls of `next` return `end` or `fault`.
  void finish() noexcept { finished_ = true; }

  /// Returns the next event.
  event next();

  /// Returns the head of the current part.
  part_head const& head() const noexcept { return head_; }

  /// Moves the head of the current part to the caller.
  part_head take_head() noexcept { return std::move(head_); }

  /// Returns the bytes of a `data` event, which are not empty. Valid until the next call of `next`.
  std::string_view data() const noexcept { return data_; }

  /// Returns the reason of `fault`.
  multipart_fault fault() const noexcept { return fault_; }

private:
  enum class state : std::uint8_t {
    preamble,      // in front of the first delimiter
    body,          // in a part
    delimiter,     // behind a delimiter's boundary
    dash,          // behind one dash behind the boundary
    padding,       // in the spaces behind the boundary
    line_feed,     // behind the CR of a delimiter
    head,          // in the headers of a part
    closing,       // in the spaces behind the closing delimiter
    closing_feed,  // behind the CR of the closing delimiter
    ended,
    failed,
  };

  event fail(multipart_fault fault) noexcept;
  event search();
  event step();
  event not_a_delimiter(std::size_t size);
  event emit(std::string_view data);
  event read_head();
  event at_end() noexcept;
  std::size_t compare(std::string_view input) const noexcept;

  std::string delimiter_;  // CR LF -- boundary -
  std::size_t size_;       // of the delimiter without the last dash
  multipart_limits limits_;
  std::string_view input_;
  std::string_view data_;
  std::string lines_;  // of the head
  part_head head_;
  std::uint64_t part_size_ = 0;
  std::uint64_t preamble_ = 0;
  std::size_t parts_ = 0;
  std::size_t line_ = 0;  // where the current line of the head begins
  std::size_t line_count_ = 0;
  std::size_t matched_ = 2;  // bytes of the delimiter that the input ends with
  std::size_t implied_ = 2;  // of these, bytes that are not data: the line break in front
  state state_ = state::preamble;
  bool in_part_ = false;
  bool is_file_ = false;
  bool finished_ = false;
  multipart_fault fault_ = multipart_fault::none;
};

}  // namespace anode::web
