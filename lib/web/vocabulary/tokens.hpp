// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace anode::web {

/// Returns whether `c` is a decimal digit.
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Returns whether `c` is a control byte.
constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// Returns whether `c` is a control byte, and not a tab, which separates words.
constexpr bool is_control_but_tab(char c) noexcept { return is_control(c) && c != '\t'; }

/// Returns whether `c` can be part of a token (RFC 9110 section 5.6.2).
bool is_token_char(char c) noexcept;

/// Returns whether `text` is a token.
bool is_token(std::string_view text) noexcept;

/// Returns `text` without spaces and tabs at both ends.
std::string_view trim(std::string_view text) noexcept;

/// Returns an ASCII letter in lower case, and any other character as it is.
constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Returns `text` with its ASCII letters in lower case.
std::string lower(std::string_view text);

/// Compares two texts without regard to the case of ASCII letters.
bool equal_nocase(std::string_view a, std::string_view b) noexcept;

/// Returns the first element of a comma-separated list, trimmed, and removes it from `list`. A
/// comma in a quoted string does not separate. Elements can be empty.
std::string_view next_element(std::string_view& list) noexcept;

/// Adds a name to the value of a Vary header, unless the value has it or is `*`.
void add_vary(std::string& value, std::string_view name);

/// Reads the parameters behind a value, `; name=value; name="quoted value"`, as the MIME sniffing
/// standard does for media types: what is malformed is skipped.
class parameter_reader {
public:
  /// Reads `text`, which begins with `;` or is empty.
  explicit parameter_reader(std::string_view text) noexcept : rest_(text) {}

  /// Finds the next parameter. Returns false at the end.
  bool next();

  /// The name of the parameter, in the case of the text.
  std::string_view name() const noexcept { return name_; }

  /// The value of the parameter, without quotes and backslashes.
  std::string const& value() const noexcept { return value_; }

  /// Whether something was skipped.
  bool skipped() const noexcept { return skipped_; }

private:
  bool read_value();

  std::string_view rest_;
  std::string_view name_;
  std::string value_;
  bool skipped_ = false;
};

/// Appends `text` as a quoted string, with backslashes before quotes and backslashes. Control bytes
/// become `_`.
void append_quoted(std::string& out, std::string_view text);

}  // namespace anode::web
