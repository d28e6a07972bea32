// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/cookie/received_cookie.hpp"

#include "web/cookie/cookie_date.hpp"
#include "web/cookie/cookie_limits.hpp"
#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace anode::web {
namespace {

using std::chrono::sys_seconds;

/// Splits at the first `mark`, and trims both parts. Without a mark the second part is empty.
std::pair<std::string_view, std::string_view> split(std::string_view text, char mark) {
  std::size_t const at = std::min(text.find(mark), text.size());
  return {trim(text.substr(0, at)), trim(text.substr(std::min(at + 1, text.size())))};
}

/// Returns when a cookie with this Max-Age ends; nothing if the text is no number.
std::optional<sys_seconds> from_max_age(std::string_view text, sys_seconds now) {
  bool const negative = text.starts_with('-');
  if (negative) {
    text.remove_prefix(1);
  }
  if (text.empty()) {
    return std::nullopt;
  }
  constexpr std::chrono::seconds most = cookie_limits::longest;
  std::int64_t value = 0;
  for (char const c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = std::min<std::int64_t>(value * 10 + (c - '0'), most.count());
  }
  if (negative || value == 0) {
    return sys_seconds::min();
  }
  return now + std::chrono::seconds(value);
}

same_site parse_same_site(std::string_view text) {
  if (equal_nocase(text, "strict")) {
    return same_site::strict;
  }
  if (equal_nocase(text, "lax")) {
    return same_site::lax;
  }
  if (equal_nocase(text, "none")) {
    return same_site::none;
  }
  return same_site::unset;
}

}  // namespace

std::optional<received_cookie> parse_set_cookie(std::string_view header, sys_seconds now) {
  if (std::ranges::any_of(header, is_control_but_tab)) {
    return std::nullopt;
  }
  std::size_t const end = std::min(header.find(';'), header.size());
  std::string_view const pair = header.substr(0, end);
  if (pair.find('=') == std::string_view::npos) {
    return std::nullopt;
  }
  std::optional<received_cookie> out(std::in_place);
  std::tie(out->name, out->value) = split(pair, '=');
  if (out->name.empty() || out->name.size() + out->value.size() > cookie_limits::name_and_value) {
    return std::nullopt;
  }
  std::optional<sys_seconds> max_age;
  std::string_view rest = header.substr(end);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    std::size_t const next = std::min(rest.find(';'), rest.size());
    auto const [name, value] = split(rest.substr(0, next), '=');
    rest.remove_prefix(next);
    if (value.size() > cookie_limits::attribute) {
      continue;
    }
    // Of repeated attributes the last valid one counts.
    if (equal_nocase(name, "expires")) {
      if (auto const time = parse_cookie_date(value)) {
        out->expires = std::min(*time, now + cookie_limits::longest);
      }
    } else if (equal_nocase(name, "max-age")) {
      if (auto const time = from_max_age(value, now)) {
        max_age = time;
      }
    } else if (equal_nocase(name, "domain")) {
      out->domain = lower(value.starts_with('.') ? value.substr(1) : value);
    } else if (equal_nocase(name, "path")) {
      out->path = value.starts_with('/') ? value : std::string_view();
    } else if (equal_nocase(name, "secure")) {
      out->secure = true;
    } else if (equal_nocase(name, "httponly")) {
      out->http_only = true;
    } else if (equal_nocase(name, "partitioned")) {
      out->partitioned = true;
    } else if (equal_nocase(name, "samesite")) {
      out->same_site = parse_same_site(value);
    }
  }
  if (max_age) {
    out->expires = max_age;
  }
  return out;
}

}  // namespace anode::web
