// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parity {

/// Returns `bytes` as a JSON string in ASCII. Bytes from 0x7f on are written as \u00xx.
std::string json_quoted(std::string_view bytes);

/// Writes a JSON object or array without white space, one element at a time.
class json_text {
public:
  /// Begins an object, or an array if `brackets` is "[]".
  explicit json_text(std::string_view brackets = "{}")
      : close_(brackets[1]), text_(1, brackets[0]) {}

  /// Adds a member whose value is JSON text.
  json_text& raw(std::string_view key, std::string_view json);

  /// Adds an element whose value is JSON text.
  json_text& raw(std::string_view json);

  json_text& text(std::string_view key, std::string_view value) {
    return raw(key, json_quoted(value));
  }
  json_text& text(std::string_view value) { return raw(json_quoted(value)); }
  json_text& number(std::string_view key, std::int64_t value) {
    return raw(key, std::to_string(value));
  }
  json_text& truth(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  json_text& null(std::string_view key) { return raw(key, "null"); }

  /// Adds the members of another object.
  json_text& members(json_text const& other) {
    return other.first_ ? *this : raw(std::string_view(other.text_).substr(1));
  }

  /// Returns the whole text.
  std::string str() const { return text_ + close_; }

private:
  void separate();

  char close_;
  bool first_ = true;
  std::string text_;
};

}  // namespace parity
