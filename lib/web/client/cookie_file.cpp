// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The text format of a jar: that of Netscape, with the mark of curl for HttpOnly. A line has the
// fields domain, whether hosts below it match, path, secure, expiry, name and value, between tabs.
#include "web/client/cookie_store.hpp"
#include "web/cookie/cookie_limits.hpp"
#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace anode::web {

namespace {

constexpr std::string_view http_only_mark = "#HttpOnly_";

struct domain_cookie {
  std::string_view domain{};
  stored_cookie const* cookie = nullptr;
};

// Splits a line into its fields; the value is the rest. Returns false if there are too few.
bool split_line(std::string_view line, std::array<std::string_view, 7>& fields) noexcept {
  for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
    std::size_t const end = line.find('\t');
    if (end == std::string_view::npos) {
      return false;
    }
    fields[i] = line.substr(0, end);
    line.remove_prefix(end + 1);
  }
  fields.back() = line;
  return true;
}

bool is_cookie_domain(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](char c) {
    return c > 0x20 && c < 0x7F && c != '/' && c != ';' && (c < 'A' || c > 'Z');
  });
}

bool is_cookie_text(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return c == ';' || is_control_but_tab(c); }) &&
         trim(text) == text;
}

}  // namespace

std::string cookie_store::save(std::chrono::sys_seconds now) const {
  std::lock_guard const lock(mutex_);
  std::vector<domain_cookie> all;
  for (auto const& [domain, cookies] : cookies_) {
    for (stored_cookie const& c : cookies) {
      // A tab separates fields.
      if (c.expires > now && (c.name + c.path).find('\t') == std::string::npos) {
        all.push_back({domain, &c});
      }
    }
  }
  std::ranges::sort(all, {}, [](domain_cookie const& d) { return d.cookie->created; });
  std::string out = "# Netscape HTTP Cookie File\n";
  for (auto const& [domain, c] : all) {
    out += c->http_only ? http_only_mark : std::string_view();
    out += c->host_only ? "" : ".";
    out.append(domain).append(c->host_only ? "\tFALSE\t" : "\tTRUE\t").append(c->path);
    out += c->secure ? "\tTRUE\t" : "\tFALSE\t";
    out += std::to_string(c->persistent ? c->expires.time_since_epoch().count() : 0);
    out.append("\t").append(c->name).append("\t").append(c->value).append("\n");
  }
  return out;
}

std::size_t cookie_store::load(std::string_view text, std::chrono::sys_seconds now) {
  std::lock_guard const lock(mutex_);
  std::size_t count = 0;
  while (!text.empty()) {
    std::size_t const end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    count += load_line(line, now) ? 1 : 0;
  }
  return count;
}

bool cookie_store::load_line(std::string_view line, std::chrono::sys_seconds now) {
  stored_cookie c;
  c.http_only = line.starts_with(http_only_mark);
  if (c.http_only) {
    line.remove_prefix(http_only_mark.size());
  }
  std::array<std::string_view, 7> fields;
  if (line.starts_with('#') || !split_line(line, fields)) {
    return false;
  }
  std::string_view const domain = fields[0].starts_with('.') ? fields[0].substr(1) : fields[0];
  c.host_only = fields[1] != "TRUE";
  c.path = fields[2];
  c.secure = fields[3] == "TRUE";
  std::int64_t seconds = 0;
  auto const [rest, error] =
      std::from_chars(fields[4].data(), fields[4].data() + fields[4].size(), seconds);
  bool const number = error == std::errc() && rest == fields[4].data() + fields[4].size();
  c.persistent = seconds != 0;
  std::chrono::sys_seconds const last = now + cookie_limits::longest;
  if (c.persistent) {
    c.expires = std::min(std::chrono::sys_seconds(std::chrono::seconds(seconds)), last);
  }
  c.name = fields[5];
  c.value = fields[6];
  bool const valid = number && is_cookie_domain(domain) && c.path.starts_with('/') &&
                     c.path.size() <= cookie_limits::attribute && !c.name.empty() &&
                     c.name.find('=') == std::string::npos && is_cookie_text(c.path) &&
                     is_cookie_text(c.name) && is_cookie_text(c.value) &&
                     c.name.size() + c.value.size() <= cookie_limits::name_and_value;
  return valid && c.expires > now && put(std::string(domain), std::move(c), now);
}

}  // namespace anode::web
