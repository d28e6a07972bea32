// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/host_value.hpp"

#include "base/char_class.hpp"

#include <algorithm>

namespace anode::message {
namespace {

bool is_port(std::string_view port) noexcept {
  unsigned value = 0;
  for (char c : port) {
    if (!base::is(c, base::digit_char)) {
      return false;
    }
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) {
      return false;
    }
  }
  return true;
}

/// Counts the 16-bit groups on one side of the "::" of an IPv6 address. Returns -1 if `side` is
/// invalid.
int ipv6_groups(std::string_view side, bool may_end_in_ipv4) noexcept {
  if (side.empty()) {
    return 0;
  }
  for (int groups = 1;; ++groups) {
    std::size_t const colon = side.find(':');
    std::string_view const group = side.substr(0, colon);
    if (colon == std::string_view::npos && may_end_in_ipv4 && is_ipv4_address(group)) {
      return groups + 1;
    }
    if (group.empty() || group.size() > 4 ||
        !std::ranges::all_of(group, [](char c) { return base::hex_value(c) >= 0; })) {
      return -1;
    }
    if (colon == std::string_view::npos) {
      return groups;
    }
    side.remove_prefix(colon + 1);
  }
}

/// Returns the end of the registered name that begins at `p`, or null if there is no valid name.
char const* skip_registered_name(char const* p, char const* end) noexcept {
  char const* const begin = p;
  for (;;) {
    p = base::skip(p, end, base::host_char);
    if (p == end || *p != '%') {
      return p == begin ? nullptr : p;
    }
    if (end - p < 3 || base::hex_value(p[1]) < 0 || base::hex_value(p[2]) < 0) {
      return nullptr;
    }
    p += 3;
  }
}

bool is_any_host(std::string_view value) noexcept {
  if (value.starts_with('[')) {
    std::size_t const close = value.find(']');
    if (close == std::string_view::npos || !is_ipv6_address(value.substr(1, close - 1))) {
      return false;
    }
    std::string_view const rest = value.substr(close + 1);
    return rest.empty() || (rest[0] == ':' && is_port(rest.substr(1)));
  }
  char const* const end = value.data() + value.size();
  char const* const colon = skip_registered_name(value.data(), end);
  return colon != nullptr && (colon == end || (*colon == ':' && is_port({colon + 1, end})));
}

}  // namespace

bool is_ipv4_address(std::string_view address) noexcept {
  for (int part = 0; part < 4; ++part) {
    std::size_t const dot = address.find('.');
    std::string_view const digits = address.substr(0, dot);
    if ((dot == std::string_view::npos) != (part == 3)) {
      return false;
    }
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) {
      return false;
    }
    unsigned value = 0;
    for (char c : digits) {
      if (!base::is(c, base::digit_char)) {
        return false;
      }
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > 255) {
      return false;
    }
    address.remove_prefix(std::min(address.size(), digits.size() + 1));
  }
  return true;
}

bool is_ipv6_address(std::string_view address) noexcept {
  std::size_t const gap = address.find("::");
  if (gap == std::string_view::npos) {
    return ipv6_groups(address, true) == 8;
  }
  int const before = ipv6_groups(address.substr(0, gap), false);
  int const after = ipv6_groups(address.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after <= 7;
}

bool is_host_value(std::string_view value, char const* from) noexcept {
  char const* const begin = value.data();
  char const* const end = begin + value.size();
  if (end - from < 16) {
    return is_any_host(value);
  }
  // Fast path for the most frequent values: a name of letters, digits, `-` and `.`, or IPv4.
  char const* const colon = base::skip_name_wide(begin, end);
  if (colon == end) {
    return colon != begin;
  }
  return *colon == ':' && colon != begin ? is_port({colon + 1, end}) : is_any_host(value);
}

bool is_host_value(std::string_view value) noexcept { return is_host_value(value, value.data()); }

}  // namespace anode::message
