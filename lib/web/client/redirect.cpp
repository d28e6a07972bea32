// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/redirect.hpp"

#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <cstdint>

namespace anode::web {

namespace {

bool is_slash(char c) noexcept { return c == '/' || c == '\\'; }

bool starts_with_two_slashes(std::string_view text) noexcept {
  return text.size() > 1 && is_slash(text[0]) && is_slash(text[1]);
}

// Removes what the URL standard ignores: control bytes and spaces at both ends, and tabs.
std::string cleaned_location(std::string_view text) {
  auto const ignored = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && ignored(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && ignored(text.back())) {
    text.remove_suffix(1);
  }
  std::string out(text);
  std::erase_if(out, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  return out;
}

// Returns the scheme of a URL in lower case, without the colon; empty if the URL is relative.
std::string scheme_of(std::string_view url) {
  std::size_t const end =
      url.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  bool const letter = !url.empty() && lower(url[0]) >= 'a' && lower(url[0]) <= 'z';
  if (!letter || end == std::string_view::npos || url[end] != ':') {
    return {};
  }
  return lower(url.substr(0, end));
}

std::uint16_t port_of(http::request_options const& o) noexcept {
  return o.port != 0 ? o.port : o.protocol == "https:" ? 443 : 80;
}

}  // namespace

bool becomes_get(int status, std::string_view method) noexcept {
  if (status == 303) {
    return method != "GET" && method != "HEAD";
  }
  return (status == 301 || status == 302) && method == "POST";
}

std::optional<std::string> resolve_location(std::string_view base, std::string_view location) {
  std::string const text = cleaned_location(location);
  std::string_view rest = std::string_view(text).substr(0, text.find('#'));
  std::string const scheme = scheme_of(rest);
  if (!scheme.empty()) {
    bool const known = scheme == "http" || scheme == "https";
    if (!known || !starts_with_two_slashes(rest.substr(scheme.size() + 1))) {
      return std::nullopt;
    }
    return std::string(rest);
  }
  std::size_t const authority = base.find("//") + 2;
  std::size_t const path = std::min(base.find('/', authority), base.size());
  std::size_t const query = std::min(base.find('?', path), base.size());
  std::size_t keep = 0;
  if (rest.empty()) {
    keep = base.size();
  } else if (starts_with_two_slashes(rest)) {
    keep = authority - 2;
  } else if (is_slash(rest.front())) {
    keep = path;
  } else if (rest.front() == '?') {
    keep = query;
  } else {
    keep = base.substr(0, query).rfind('/') + 1;
  }
  return std::string(base.substr(0, keep)) + std::string(rest);
}

std::string_view fragment_of(std::string_view url) noexcept {
  std::size_t const at = url.find('#');
  return at == std::string_view::npos ? std::string_view() : url.substr(at);
}

std::string url_text(http::request_options const& o) {
  std::string out = o.protocol + "//";
  bool const v6 = o.host.find(':') != std::string::npos;
  out += v6 ? "[" + o.host + "]" : o.host;
  if (port_of(o) != (o.protocol == "https:" ? 443 : 80)) {
    out += ":" + std::to_string(o.port);
  }
  return out += o.path;
}

bool same_origin(http::request_options const& a, http::request_options const& b) noexcept {
  return a.protocol == b.protocol && a.host == b.host && port_of(a) == port_of(b);
}

void erase_body_headers(http::header_list& headers) {
  for (std::string_view const name : {"Content-Encoding", "Content-Language", "Content-Location",
                                      "Content-Type", "Content-Length", "Transfer-Encoding"}) {
    headers.erase(name);
  }
}

bool is_credential(std::string_view name) noexcept {
  // Host is not a secret, but names the other origin.
  return equal_nocase(name, "Authorization") || equal_nocase(name, "Cookie") ||
         equal_nocase(name, "Proxy-Authorization") || equal_nocase(name, "Host");
}

}  // namespace anode::web
