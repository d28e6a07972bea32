// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/cookie/cookie_limits.hpp"
#include "web/vocabulary/http_date.hpp"
#include "web/vocabulary/invalid.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/cookie.hpp>

#include <algorithm>

namespace anode::web {
namespace {

/// RFC 6265bis section 4.1.1, cookie-octet.
bool is_cookie_char(char c) noexcept {
  return c > 0x20 && c < 0x7F && std::string_view("\",;\\").find(c) == std::string_view::npos;
}

bool is_attribute_char(char c) noexcept { return c >= 0x20 && c < 0x7F && c != ';'; }

bool is_host_char(char c) noexcept {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.';
}

}  // namespace

set_cookie::set_cookie(std::string_view name, std::string_view value) : name_(name), value_(value) {
  if (!is_token(name)) {
    throw_invalid("The name of a cookie must be a token, not \"" + name_ + "\"");
  }
  if (value.size() > 1 && value.starts_with('"') && value.ends_with('"')) {
    value = value.substr(1, value.size() - 2);
  }
  if (!std::ranges::all_of(value, is_cookie_char)) {
    throw_invalid("Invalid character in the value of the cookie \"" + name_ + "\"");
  }
  if (name_.size() + value_.size() > cookie_limits::name_and_value) {
    throw_invalid("The cookie \"" + name_ + "\" has more than 4096 bytes");
  }
}

set_cookie set_cookie::removal(std::string_view name) {
  set_cookie out(name, {});
  out.max_age(std::chrono::seconds(0)).expires({});
  return out;
}

set_cookie& set_cookie::path(std::string_view path) {
  if (!path.starts_with('/') || path.size() > cookie_limits::attribute ||
      !std::ranges::all_of(path, is_attribute_char)) {
    throw_invalid("Invalid path of the cookie \"" + name_ + "\"");
  }
  path_ = path;
  return *this;
}

set_cookie& set_cookie::domain(std::string_view domain) {
  std::string_view const host = domain.starts_with('.') ? domain.substr(1) : domain;
  if (host.empty() || host.size() > 253 || !std::ranges::all_of(host, is_host_char) ||
      host.starts_with('.') || host.ends_with('.')) {
    throw_invalid("Invalid domain of the cookie \"" + name_ + "\"");
  }
  domain_ = host;
  return *this;
}

set_cookie& set_cookie::max_age(std::chrono::seconds age) {
  max_age_ = age;
  return *this;
}

set_cookie& set_cookie::expires(std::chrono::system_clock::time_point time) {
  expires_ = std::chrono::floor<std::chrono::seconds>(time);
  return *this;
}

set_cookie& set_cookie::secure(bool on) {
  secure_ = on;
  return *this;
}

set_cookie& set_cookie::http_only(bool on) {
  http_only_ = on;
  return *this;
}

set_cookie& set_cookie::same_site(web::same_site value) {
  same_site_ = value;
  return *this;
}

set_cookie& set_cookie::partitioned(bool on) {
  partitioned_ = on;
  return *this;
}

std::string set_cookie::to_string() const {
  check();
  std::string out = name_ + '=' + value_;
  if (!path_.empty()) {
    out += "; Path=" + path_;
  }
  if (!domain_.empty()) {
    out += "; Domain=" + domain_;
  }
  if (max_age_) {
    out += "; Max-Age=" + std::to_string(max_age_->count());
  }
  if (expires_) {
    out += "; Expires=" + format_http_date(*expires_);
  }
  if (secure_) {
    out += "; Secure";
  }
  if (http_only_) {
    out += "; HttpOnly";
  }
  switch (same_site_) {
    case web::same_site::unset:
      break;
    case web::same_site::strict:
      out += "; SameSite=Strict";
      break;
    case web::same_site::lax:
      out += "; SameSite=Lax";
      break;
    case web::same_site::none:
      out += "; SameSite=None";
      break;
  }
  if (partitioned_) {
    out += "; Partitioned";
  }
  return out;
}

void set_cookie::check() const {
  // Browsers compare the prefixes without regard to case.
  std::string const start = lower(std::string_view(name_).substr(0, 9));
  bool const host = start.starts_with("__host-");
  if (host && (path_ != "/" || !domain_.empty())) {
    throw_invalid("The cookie \"" + name_ + "\" needs the path \"/\" and no domain");
  }
  bool const needs_secure =
      host || start == "__secure-" || partitioned_ || same_site_ == web::same_site::none;
  if (needs_secure && !secure_) {
    throw_invalid("Browsers ignore the cookie \"" + name_ + "\" unless it is secure");
  }
}

}  // namespace anode::web
