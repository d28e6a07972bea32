// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace anode::base {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Parses four decimal numbers into `to`.
bool parse_v4(std::string_view text, std::uint8_t* to) noexcept {
  for (int i = 0; i < 4; ++i) {
    std::size_t n = 0;
    unsigned value = 0;
    while (n < text.size() && n < 3 && is_digit(text[n])) {
      value = value * 10 + static_cast<unsigned>(text[n] - '0');
      ++n;
    }
    if (n == 0 || (n > 1 && text.front() == '0') || value > 255) {
      return false;
    }
    to[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(n);
    if (i < 3) {
      if (!text.starts_with('.')) {
        return false;
      }
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

bool is_hex(char c) noexcept {
  char const lower = static_cast<char>(c | 0x20);
  return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& to) noexcept {
  std::size_t at = 0;               // bytes parsed
  std::size_t gap = to.size() + 1;  // position of "::"
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    std::size_t n = 0;
    while (n < text.size() && n < 5 && is_hex(text[n])) {
      ++n;
    }
    if (n < text.size() && text[n] == '.') {
      if (at + 4 > to.size() || !parse_v4(text, to.data() + at)) {
        return false;
      }
      at += 4;
      break;
    }
    if (n == 0 || n > 4 || at + 2 > to.size()) {
      return false;
    }
    unsigned value = 0;
    std::from_chars(text.data(), text.data() + n, value, 16);
    to[at++] = static_cast<std::uint8_t>(value >> 8U);
    to[at++] = static_cast<std::uint8_t>(value & 0xffU);
    text.remove_prefix(n);
    if (text.empty()) {
      break;
    }
    if (text.starts_with("::")) {
      if (gap <= to.size()) {
        return false;
      }
      gap = at;
      text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == ':') {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  if (gap > to.size()) {
    return at == to.size();
  }
  if (at > to.size() - 2) {
    return false;  // "::" stands for at least one group
  }
  std::size_t const behind = at - gap;
  std::memmove(to.data() + to.size() - behind, to.data() + gap, behind);
  std::fill(to.data() + gap, to.data() + to.size() - behind, std::uint8_t{0});
  return true;
}

void append_v4(std::uint8_t const* bytes, std::string& to) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      to += '.';
    }
    to += std::to_string(bytes[i]);
  }
}

void append_v6(std::array<std::uint8_t, 16> const& bytes, std::string& to) {
  constexpr std::size_t groups = 8;
  auto const group = [&](std::size_t i) {
    return static_cast<unsigned>(bytes[2 * i] << 8U | bytes[2 * i + 1]);
  };
  // The longest run of at least two zero groups, the first one of equals, becomes "::".
  std::size_t gap = groups;
  std::size_t gap_size = 1;
  for (std::size_t i = 0; i < groups; ++i) {
    std::size_t n = 0;
    while (i + n < groups && group(i + n) == 0) {
      ++n;
    }
    if (n > gap_size) {
      gap = i;
      gap_size = n;
    }
  }
  for (std::size_t i = 0; i < groups; ++i) {
    if (i == gap) {
      to += "::";
      i += gap_size - 1;
      continue;
    }
    if (i > 0 && !to.ends_with(':')) {
      to += ':';
    }
    char digits[4];
    auto const end = std::to_chars(digits, digits + sizeof digits, group(i), 16).ptr;
    to.append(digits, end);
  }
}

}  // namespace

ip_address parse_ip(std::string_view text) noexcept {
  ip_address a;
  if (text.find(':') == text.npos) {
    a.size = parse_v4(text, a.bytes.data()) ? 4 : 0;
  } else {
    a.size = parse_v6(text, a.bytes) ? 16 : 0;
  }
  if (!a) {
    a.bytes = {};
  }
  return a;
}

ip_address make_ip(std::string_view bytes) noexcept {
  ip_address a;
  a.size = static_cast<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), a.bytes.begin());
  return a;
}

std::string to_text(ip_address const& address) {
  std::string text;
  if (address.is_v4()) {
    append_v4(address.bytes.data(), text);
  } else if (address && unmapped(address).is_v4()) {
    text = "::ffff:";
    append_v4(address.bytes.data() + mapped_prefix.size(), text);
  } else if (address) {
    append_v6(address.bytes, text);
  }
  return text;
}

ip_address unmapped(ip_address const& address) noexcept {
  if (address.size == 16 &&
      std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin())) {
    return make_ip(address.view().substr(mapped_prefix.size()));
  }
  return address;
}

ip_address embedded_v4(ip_address const& address) noexcept {
  if (address.size != 16) {
    return {};
  }
  if (ip_address const inner = unmapped(address); inner.is_v4()) {
    return inner;
  }
  constexpr std::array<std::uint8_t, 12> compatible{};
  constexpr std::array<std::uint8_t, 12> nat64{0, 0x64, 0xff, 0x9b};
  std::string_view const all = address.view();
  if (address.bytes[0] == 0x20 && address.bytes[1] == 0x02) {
    return make_ip(all.substr(2, 4));
  }
  bool const is_compatible =
      std::equal(compatible.begin(), compatible.end(), address.bytes.begin()) &&
      // :: and ::1 are the unspecified address and the loopback address.
      all.substr(12) > std::string_view("\0\0\0\1", 4);
  if (is_compatible || std::equal(nat64.begin(), nat64.end(), address.bytes.begin())) {
    return make_ip(all.substr(12));
  }
  return {};
}

bool same_network(ip_address const& a, ip_address const& b, unsigned bits) noexcept {
  if (a.size != b.size || std::memcmp(a.bytes.data(), b.bytes.data(), bits / 8) != 0) {
    return false;
  }
  if (bits % 8 == 0) {
    return true;
  }
  unsigned const shift = 8 - bits % 8;
  return a.bytes[bits / 8] >> shift == b.bytes[bits / 8] >> shift;
}

}  // namespace anode::base
