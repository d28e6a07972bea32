// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string>
#include <string_view>

namespace anode::web {

/// Returns the value of a hexadecimal digit, or -1.
constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return -1;
}

/// Returns the byte that the first two hexadecimal digits of `text` spell, or -1.
constexpr int hex_byte(std::string_view text) noexcept {
  if (text.size() < 2) {
    return -1;
  }
  int const high = hex_digit(text[0]);
  int const low = hex_digit(text[1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Appends `%XX`.
inline void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto const byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

}  // namespace anode::web
