// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "vocabulary/tokens.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace anode::http {

namespace {

constexpr auto token_bytes = [] {
  std::array<unsigned char, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c)
    table[c] = 1;
  for (unsigned char c = 'a'; c <= 'z'; ++c)
    table[c] = table[c - 'a' + 'A'] = 1;
  for (char const c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = 1;
  return table;
}();

constexpr std::uint64_t every_byte = 0x0101010101010101U;
constexpr std::uint64_t high_bits = 0x8080808080808080U;

/// Returns whether one of eight bytes is below 0x20 or is 0x7f.
bool has_control(std::uint64_t eight) noexcept {
  std::uint64_t const below_space = (eight - every_byte * 0x20) & ~eight;
  std::uint64_t const delete_is_zero = eight ^ (every_byte * 0x7f);
  std::uint64_t const is_delete = (delete_is_zero - every_byte) & ~delete_is_zero;
  return ((below_space | is_delete) & high_bits) != 0;
}

bool is_header_byte(char c) noexcept {
  auto const u = static_cast<unsigned char>(c);
  return u == '\t' || (u >= 0x20 && u != 0x7f);
}

bool are_header_bytes(char const* p, std::size_t n) noexcept {
  for (std::size_t i = 0; i != n; ++i)
    if (!is_header_byte(p[i]))
      return false;
  return true;
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  unsigned char good = text.empty() ? 0 : 1;
  for (char const c : text)
    good &= token_bytes[static_cast<unsigned char>(c)];
  return good != 0;
}

bool is_header_text(std::string_view text) noexcept {
  char const* p = text.data();
  std::size_t left = text.size();
  for (; left >= 8; p += 8, left -= 8) {
    std::uint64_t eight;
    std::memcpy(&eight, p, 8);
    // A tab is a control character that is allowed, so a hit is looked at closely.
    if (has_control(eight) && !are_header_bytes(p, 8))
      return false;
  }
  return are_header_bytes(p, left);
}

}  // namespace anode::http
