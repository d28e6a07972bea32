// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace anode::proxy::rules {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Returns whether two texts are equal, ignoring the case of ASCII letters.
constexpr bool equal_text(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

/// Returns whether a text begins with another, ignoring case.
constexpr bool begins_with(std::string_view text, std::string_view start) noexcept {
  return equal_text(text.substr(0, start.size()), start);
}

/// Returns a text without the space around it (RFC 9110 section 5.6.3).
constexpr std::string_view trim(std::string_view text) noexcept {
  std::size_t const begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// Removes the first member of a list that has no quoted commas, and returns it without the space
/// around it.
constexpr std::string_view take_member(std::string_view& list, char separator = ',') noexcept {
  std::size_t const end = std::min(list.find(separator), list.size());
  std::string_view const member = trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return member;
}

}  // namespace anode::proxy::rules
