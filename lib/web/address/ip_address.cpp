// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/address/ip_address.hpp"

#include "web/vocabulary/hex.hpp"
#include "web/vocabulary/tokens.hpp"

#include <algorithm>

namespace anode::web {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

/// Parses a decimal number without leading zeros, of at most three digits.
std::optional<unsigned> parse_number(std::string_view text) noexcept {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0') ||
      !std::ranges::all_of(text, is_digit)) {
    return std::nullopt;
  }
  unsigned value = 0;
  for (char const c : text) {
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

/// Parses four numbers into `out`.
bool parse_v4(std::string_view text, std::uint8_t* out) noexcept {
  for (int i = 0; i < 4; ++i) {
    std::size_t const end = std::min(text.find('.'), text.size());
    auto const number = parse_number(text.substr(0, end));
    if (!number || *number > 255 || (end == text.size()) != (i == 3)) {
      return false;
    }
    *out++ = static_cast<std::uint8_t>(*number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

/// The part of an IPv6 address before or behind `::`.
struct v6_part {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;

  void append(unsigned byte) noexcept { bytes[size++] = static_cast<std::uint8_t>(byte); }
};

/// Reads groups up to the end, or up to `::`, which it removes.
bool read_groups(std::string_view& text, v6_part& part, bool& gap) noexcept {
  while (!text.empty()) {
    std::size_t const end = std::min(text.find(':'), text.size());
    std::string_view const group = text.substr(0, end);
    if (end == text.size() && group.find('.') != std::string_view::npos) {
      if (part.size > 12 || !parse_v4(group, part.bytes.data() + part.size)) {
        return false;
      }
      part.size += 4;
      text = {};
      return true;
    }
    if (group.empty() || group.size() > 4 || part.size > 14) {
      return false;
    }
    unsigned value = 0;
    for (char const c : group) {
      int const digit = hex_digit(c);
      if (digit < 0) {
        return false;
      }
      value = value * 16 + static_cast<unsigned>(digit);
    }
    part.append(value >> 8);
    part.append(value & 0xFF);
    text.remove_prefix(end);
    if (text.empty()) {
      return true;
    }
    gap = text.starts_with("::");
    text.remove_prefix(gap ? 2 : 1);
    if (gap) {
      return true;
    }
    if (text.empty()) {
      return false;
    }
  }
  return true;
}

std::optional<ip_address> parse_v6(std::string_view text) noexcept {
  v6_part front;
  v6_part back;
  bool gap = text.starts_with("::");
  if (gap) {
    text.remove_prefix(2);
  } else if (!read_groups(text, front, gap)) {
    return std::nullopt;
  }
  bool second_gap = false;
  if (gap && (!read_groups(text, back, second_gap) || second_gap)) {
    return std::nullopt;
  }
  std::size_t const size = front.size + back.size;
  // The gap stands for at least one group.
  if (gap ? size > 14 : size != 16) {
    return std::nullopt;
  }
  ip_address out;
  std::copy_n(front.bytes.begin(), front.size, out.bytes.begin());
  std::copy_n(back.bytes.begin(), back.size,
              out.bytes.end() - static_cast<std::ptrdiff_t>(back.size));
  return out;
}

void append_hex(std::string& out, unsigned value) {
  constexpr std::string_view digits = "0123456789abcdef";
  bool begun = false;
  for (int shift = 12; shift >= 0; shift -= 4) {
    unsigned const digit = value >> shift & 15;
    begun = begun || digit != 0 || shift == 0;
    if (begun) {
      out += digits[digit];
    }
  }
}

}  // namespace

bool ip_address::is_v4() const noexcept {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin());
}

std::optional<ip_address> parse_ip_address(std::string_view text) noexcept {
  ip_address v4;
  std::ranges::copy(v4_prefix, v4.bytes.begin());
  if (parse_v4(text, v4.bytes.data() + v4_prefix.size())) {
    return v4;
  }
  return text.find(':') == std::string_view::npos ? std::nullopt
                                                  : parse_v6(text.substr(0, text.find('%')));
}

std::string to_string(ip_address const& address) {
  std::string out;
  if (address.is_v4()) {
    for (std::size_t i = 12; i < 16; ++i) {
      if (i != 12) {
        out += '.';
      }
      out += std::to_string(address.bytes[i]);
    }
    return out;
  }
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) {
    groups[i] = address.bytes[2 * i] * 256U + address.bytes[2 * i + 1];
  }
  // The first longest run of at least two groups that are zero becomes `::`.
  std::size_t gap = 8;
  std::size_t length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t run = 0;
    while (i + run < 8 && groups[i + run] == 0) {
      ++run;
    }
    if (run > length) {
      gap = i;
      length = run;
    }
  }
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      out += "::";
      i += length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') {
      out += ':';
    }
    append_hex(out, groups[i]);
  }
  return out;
}

bool ip_network::contains(ip_address const& address) const noexcept {
  for (unsigned i = 0; i < 16 && i * 8 < bits; ++i) {
    unsigned const left = std::min(8U, bits - i * 8);
    unsigned const mask = 0xFF00U >> left & 0xFF;
    if (((base.bytes[i] ^ address.bytes[i]) & mask) != 0) {
      return false;
    }
  }
  return true;
}

std::optional<ip_network> parse_ip_network(std::string_view text) noexcept {
  std::size_t const slash = std::min(text.find('/'), text.size());
  auto const base = parse_ip_address(text.substr(0, slash));
  if (!base) {
    return std::nullopt;
  }
  ip_network out{*base, 128};
  if (slash != text.size()) {
    auto const bits = parse_number(text.substr(slash + 1));
    bool const v4 = text.find(':') == std::string_view::npos;
    if (!bits || *bits > (v4 ? 32U : 128U)) {
      return std::nullopt;
    }
    out.bits = v4 ? *bits + 96 : *bits;
  }
  return out;
}

}  // namespace anode::web
