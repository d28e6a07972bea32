// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// Reads a value with parameters (RFC 9110 section 5.6.6), for example
/// `form-data; name="a"; filename="b.txt"`.
///
/// A quoted value may escape `"` and `\` by a `\`. In front of any other byte a `\` stands for
/// itself, because clients send the paths of Windows that way.
class disposition_reader {
public:
  /// Reads the front of a value, which must outlive this object.
  explicit disposition_reader(std::string_view value) noexcept;

  /// Returns the part in front of the first `;`, without spaces around it.
  std::string_view value() const noexcept { return value_; }

  /// Reads the next parameter.
  /// @return false at the end and at a syntax error.
  bool next();

  /// Returns the name of the last parameter as it is spelled.
  std::string_view name() const noexcept { return name_; }

  /// Returns the value of the last parameter, without quotes.
  std::string const& text() const noexcept { return text_; }

  /// Returns whether `next` ended at a syntax error.
  bool is_malformed() const noexcept { return malformed_; }

private:
  bool fail() noexcept;
  bool read_quoted();

  std::string_view rest_;
  std::string_view value_;
  std::string_view name_;
  std::string text_;
  bool malformed_ = false;
};

/// Returns the boundary of a Content-Type that is a multipart type, or nothing if it is another
/// type or has no valid boundary (RFC 2046 section 5.1.1).
/// @param subtype the expected subtype, for example "form-data"; empty: any.
std::optional<std::string> boundary_of(std::string_view content_type, std::string_view subtype);

/// Returns whether `text` is a valid boundary: 1 to 70 of the permitted characters, of which the
/// last is not a space.
bool is_boundary(std::string_view text) noexcept;

}  // namespace anode::web
