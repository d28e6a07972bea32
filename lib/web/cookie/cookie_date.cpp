// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/cookie/cookie_date.hpp"

#include "web/vocabulary/http_date.hpp"
#include "web/vocabulary/tokens.hpp"

#include <array>

namespace anode::web {
namespace {

bool is_delimiter(char c) noexcept {
  auto const byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2F) || (byte >= 0x3B && byte <= 0x40) ||
         (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7E);
}

/// Reads `least` to `most` digits at the front, behind which no further digit may stand. Returns
/// false and changes nothing otherwise.
bool read_digits(std::string_view& text, std::size_t least, std::size_t most, unsigned& value) {
  std::size_t count = 0;
  unsigned result = 0;
  while (count < text.size() && is_digit(text[count])) {
    if (count == most) {
      return false;
    }
    result = result * 10 + static_cast<unsigned>(text[count] - '0');
    ++count;
  }
  if (count < least) {
    return false;
  }
  text.remove_prefix(count);
  value = result;
  return true;
}

bool read_time(std::string_view token, std::array<unsigned, 3>& time) {
  std::array<unsigned, 3> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) {
      if (token.empty() || token.front() != ':') {
        return false;
      }
      token.remove_prefix(1);
    }
    if (!read_digits(token, 1, 2, parts[i])) {
      return false;
    }
  }
  time = parts;
  return true;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_cookie_date(std::string_view text) {
  std::array<unsigned, 3> time{};
  unsigned day = 0;
  unsigned month = 0;
  unsigned year = 0;
  bool has_time = false;
  bool has_day = false;
  bool has_year = false;
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && is_delimiter(text[at])) {
      ++at;
    }
    std::size_t const begin = at;
    while (at < text.size() && !is_delimiter(text[at])) {
      ++at;
    }
    std::string_view token = text.substr(begin, at - begin);
    if (token.empty()) {
      break;
    }
    if (!has_time && read_time(token, time)) {
      has_time = true;
    } else if (std::string_view t = token; !has_day && read_digits(t, 1, 2, day)) {
      has_day = true;
    } else if (unsigned const found = month == 0 ? month_of(token) : 0; found != 0) {
      month = found;
    } else if (std::string_view y = token; !has_year && read_digits(y, 2, 4, year)) {
      has_year = true;
    }
  }
  if (year >= 70 && year <= 99) {
    year += 1900;
  } else if (year <= 69) {
    year += 2000;
  }
  if (!has_time || !has_day || month == 0 || !has_year || year < 1601 || time[2] > 59) {
    return std::nullopt;
  }
  return make_time(static_cast<int>(year), month, day, time[0], time[1], time[2]);
}

}  // namespace anode::web
