// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace anode::connection {
namespace {

// Encodes bytes that users write into URLs although none may have them; Node's URL does the same.
std::string encoded(std::string_view url) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(url.size());
  for (char const c : url) {
    auto const u = static_cast<unsigned char>(c);
    bool const bad = u <= 0x20 || u >= 0x7f || c == '"' || c == '<' || c == '>' || c == '`' ||
                     c == '{' || c == '}' || c == '|' || c == '^' || c == '\\';
    if (bad) {
      out += '%';
      out += hex[u >> 4];
      out += hex[u & 15];
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && static_cast<unsigned char>(s.front()) <= 0x20) {
    s.remove_prefix(1);
  }
  while (!s.empty() && static_cast<unsigned char>(s.back()) <= 0x20) {
    s.remove_suffix(1);
  }
  return s;
}

}  // namespace

bool parse_url(std::string_view text, url_parts& parts) {
  std::string const clean = encoded(trimmed(text));
  auto const parsed = boost::urls::parse_uri(clean);
  if (parsed.has_error()) {
    return false;
  }
  boost::urls::url_view const url = parsed.value();
  if (!url.has_authority() || url.encoded_host().empty()) {
    return false;
  }
  parts = {};
  for (char const c : url.scheme()) {
    parts.protocol += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  parts.protocol += ':';
  parts.host = std::string(url.host_address());
  if (url.has_port() && !url.port().empty()) {
    unsigned long n = 0;
    for (char const c : url.port()) {
      n = n * 10 + static_cast<unsigned long>(c - '0');
      if (n > 65535) {
        return false;
      }
    }
    parts.port = static_cast<std::uint16_t>(n);
  }
  parts.path = std::string(url.encoded_path());
  if (parts.path.empty()) {
    parts.path = "/";
  }
  if (url.has_query()) {
    parts.path += '?';
    parts.path += std::string(url.encoded_query());
  }
  if (url.has_userinfo()) {
    parts.auth = std::string(url.user()) + ":" + std::string(url.password());
  }
  return true;
}

bool parse_authority(std::string_view text, std::string& host, std::uint16_t& port) {
  std::size_t const colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
    return false;
  }
  std::string_view name = text.substr(0, colon);
  if (name.front() == '[') {
    if (name.back() != ']' || name.size() < 3) {
      return false;
    }
    name = name.substr(1, name.size() - 2);
  } else if (name.find(':') != std::string_view::npos) {
    return false;
  }
  unsigned long n = 0;
  for (char const c : text.substr(colon + 1)) {
    if (c < '0' || c > '9') {
      return false;
    }
    n = n * 10 + static_cast<unsigned long>(c - '0');
    if (n > 65535) {
      return false;
    }
  }
  if (n == 0) {
    return false;
  }
  for (char const c : name) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '/' || c == '@' || c == '?' || c == '#') {
      return false;
    }
  }
  host = name;
  port = static_cast<std::uint16_t>(n);
  return true;
}

}  // namespace anode::connection
