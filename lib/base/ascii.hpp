// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <string_view>

namespace anode::base {

/// Returns the lower-case form of an ASCII letter. Returns other bytes unchanged.
constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Returns whether two names are equal, ignoring the case of ASCII letters.
constexpr bool names_equal(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i != a.size(); ++i) {
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) {
      return false;
    }
  }
  return true;
}

/// Returns whether `text` is a token (RFC 9110 section 5.6.2), the syntax of methods and field
/// names. An empty text is not a token.
bool is_token(std::string_view text) noexcept;

/// Returns whether `text` contains only bytes that are valid in a header value: tab, space, visible
/// ASCII and bytes from 0x80. An empty text is valid.
bool is_header_text(std::string_view text) noexcept;

/// Returns whether `text` contains only bytes that are valid in a header value according to the
/// Fetch standard: all but NUL, CR and LF. An empty text is valid.
bool is_relaxed_header_text(std::string_view text) noexcept;

/// Returns whether `text` is valid in a header value, by the rule of HTTP or the relaxed one.
inline bool is_header_text(std::string_view text, bool relaxed) noexcept {
  return is_header_text(text) || (relaxed && is_relaxed_header_text(text));
}

}  // namespace anode::base
