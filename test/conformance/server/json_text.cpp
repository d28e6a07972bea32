// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/server/json_text.hpp"

namespace parity {

std::string json_quoted(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  static constexpr std::string_view escaped = "\b\f\n\r\t\"\\";
  static constexpr std::string_view letters = "bfnrt\"\\";
  std::string out = "\"";
  for (char const c : bytes) {
    auto const byte = static_cast<unsigned char>(c);
    if (std::size_t const at = escaped.find(c); at != std::string_view::npos) {
      out += '\\';
      out += letters[at];
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 0xf];
    } else {
      out += c;
    }
  }
  return out += '"';
}

void json_text::separate() {
  if (!first_) {
    text_ += ',';
  }
  first_ = false;
}

json_text& json_text::raw(std::string_view key, std::string_view json) {
  separate();
  text_ += json_quoted(key);
  text_ += ':';
  text_ += json;
  return *this;
}

json_text& json_text::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

}  // namespace parity
