// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ascii.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace anode::base {

namespace {

// 1 for each byte that is invalid in a token.
constexpr auto invalid_token_bytes = [] {
  std::array<unsigned char, 256> table{};
  table.fill(1);
  for (unsigned char c = '0'; c <= '9'; ++c) {
    table[c] = 0;
  }
  for (unsigned char c = 'a'; c <= 'z'; ++c) {
    table[c] = table[c - 'a' + 'A'] = 0;
  }
  for (char const c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = 0;
  }
  return table;
}();

constexpr std::uint64_t every_byte = 0x0101010101010101U;
constexpr std::uint64_t high_bits = 0x8080808080808080U;

/// Returns whether any of the eight bytes is below 0x20 or equal to 0x7f.
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
  for (std::size_t i = 0; i != n; ++i) {
    if (!is_header_byte(p[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  char const* p = text.data();
  std::size_t left = text.size();
  auto const at = [&](std::size_t i) {
    return invalid_token_bytes[static_cast<unsigned char>(p[i])];
  };
  for (; left >= 4; p += 4, left -= 4) {
    if ((at(0) | at(1) | at(2) | at(3)) != 0) {
      return false;
    }
  }
  for (; left != 0; ++p, --left) {
    if (at(0) != 0) {
      return false;
    }
  }
  return !text.empty();
}

bool is_header_text(std::string_view text) noexcept {
  char const* p = text.data();
  std::size_t left = text.size();
  if (left < 8) {
    return are_header_bytes(p, left);
  }
  // A tab is a valid control character, therefore check each byte if the fast test fails.
  auto const good = [](char const* at) {
    std::uint64_t eight;
    std::memcpy(&eight, at, 8);
    return !has_control(eight) || are_header_bytes(at, 8);
  };
  for (; left > 8; p += 8, left -= 8) {
    if (!good(p)) {
      return false;
    }
  }
  return good(text.data() + text.size() - 8);
}

bool is_relaxed_header_text(std::string_view text) noexcept {
  constexpr std::string_view invalid("\0\r\n", 3);
  return text.find_first_of(invalid) == std::string_view::npos;
}

}  // namespace anode::base
