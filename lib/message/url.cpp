// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/url.hpp"

#include "base/ascii.hpp"
#include "message/host_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <vector>

namespace anode::message {
namespace {

// These functions implement the WHATWG URL standard for "special" schemes, as Node's URL does.
// Invalid characters are percent-encoded or normalized rather than rejected. Boost.URL is not used
// because its releases differ in what they accept, for example zones in IPv6 addresses.

bool is_c0_or_space(char c) noexcept { return static_cast<unsigned char>(c) <= 0x20; }

// Removes leading and trailing bytes up to 0x20, and all tabs and line ends.
std::string cleaned(std::string_view s) {
  while (!s.empty() && is_c0_or_space(s.front())) {
    s.remove_prefix(1);
  }
  while (!s.empty() && is_c0_or_space(s.back())) {
    s.remove_suffix(1);
  }
  std::string out;
  out.reserve(s.size());
  for (char const c : s) {
    if (c != '\t' && c != '\n' && c != '\r') {
      out += c;
    }
  }
  return out;
}

void append_encoded(std::string& out, std::string_view text, std::string_view also) {
  constexpr char hex[] = "0123456789ABCDEF";
  for (char const c : text) {
    auto const u = static_cast<unsigned char>(c);
    if (u <= 0x20 || u >= 0x7f || also.find(c) != std::string_view::npos) {
      out += '%';
      out += hex[u >> 4];
      out += hex[u & 15];
    } else {
      out += c;
    }
  }
}

// Returns 1 for the path segment ".", 2 for ".." and 0 for any other. A dot may be encoded: "%2e".
int dots(std::string_view segment) noexcept {
  int n = 0;
  while (!segment.empty()) {
    if (segment.front() == '.') {
      segment.remove_prefix(1);
    } else if (segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' &&
               base::to_lower(segment[2]) == 'e') {
      segment.remove_prefix(3);
    } else {
      return 0;
    }
    ++n;
  }
  return n > 2 ? 0 : n;
}

void append_path(std::string& out, std::string_view path) {
  std::vector<std::string_view> segments;
  bool open = false;  // the resolved path ends with a slash
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    std::size_t const end = path.find_first_of("/\\");
    std::string_view const segment = path.substr(0, end);
    path.remove_prefix(segment.size());
    int const n = dots(segment);
    if (n == 2 && !segments.empty()) {
      segments.pop_back();
    } else if (n == 0) {
      segments.push_back(segment);
    }
    open = n != 0;
  }
  for (std::string_view const segment : segments) {
    out += '/';
    append_encoded(out, segment, "\"#<>?`{}");
  }
  if (open || segments.empty()) {
    out += '/';
  }
}

// Returns whether `text` is valid UTF-8.
bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    auto const at = [&](std::size_t n) { return static_cast<unsigned char>(text[n]); };
    unsigned char const first = at(i);
    std::size_t const size = first < 0x80                    ? 1
                             : first >= 0xc2 && first < 0xe0 ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
    if (size == 0 || text.size() - i < size) {
      return false;
    }
    char32_t c = size == 1 ? first : first & (0xffU >> (size + 1));
    for (std::size_t n = 1; n < size; ++n) {
      if ((at(i + n) & 0xc0) != 0x80) {
        return false;
      }
      c = c << 6 | (at(i + n) & 0x3fU);
    }
    if ((size == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
        (size == 4 && (c < 0x10000 || c > 0x10ffff))) {
      return false;
    }
    i += size;
  }
  return true;
}

// Percent-decodes `text`. Returns false if two hexadecimal digits do not follow a '%'.
bool decode(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned char byte = 0;
    if (text.size() - i < 3 ||
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr !=
            text.data() + i + 3) {
      return false;
    }
    out += static_cast<char>(byte);
    i += 2;
  }
  return true;
}

bool is_word(char c) noexcept {
  return (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z') || (c >= '0' && c <= '9');
}

// Parses a host name into `host`, percent-decoded and in lower case. Accepts only the characters of
// RFC 3986 section 3.2.2. A decoded byte must not be a forbidden host code point (WHATWG URL).
bool parse_name(std::string_view text, std::string& host) {
  for (char const c : text) {
    if (!is_word(c) && std::string_view("-._~!$&'()*+,;=%").find(c) == std::string_view::npos) {
      return false;
    }
  }
  if (!decode(text, host) || host.empty()) {
    return false;
  }
  for (char& c : host) {
    auto const u = static_cast<unsigned char>(c);
    if (u <= 0x20 || u >= 0x7f ||
        std::string_view("#/:<>?@[\\]^|%").find(c) != std::string_view::npos) {
      return false;
    }
    c = base::to_lower(c);
  }
  return true;
}

// Parses "[address]" into `host`, without brackets. Rejects a zone (WHATWG URL).
bool parse_literal(std::string_view text, std::string& host) {
  if (text.size() < 2 || text.back() != ']') {
    return false;
  }
  text = text.substr(1, text.size() - 2);
  if (!is_ipv6_address(text)) {
    return false;
  }
  for (char const c : text) {
    host += base::to_lower(c);
  }
  return true;
}

// Percent-decodes "user:password" into `auth`, which stays empty if both parts are empty. Returns
// false if the encoding or the resulting UTF-8 is invalid.
bool parse_userinfo(std::string_view text, std::string& auth) {
  std::size_t const colon = std::min(text.find(':'), text.size());
  std::string_view const user = text.substr(0, colon);
  std::string_view const password = text.substr(std::min(colon + 1, text.size()));
  if (user.empty() && password.empty()) {
    return true;
  }
  if (!decode(user, auth)) {
    return false;
  }
  auth += ':';
  return decode(password, auth) && is_utf8(auth);
}

bool parse_port(std::string_view digits, std::uint16_t& port) {
  unsigned long n = 0;
  for (char const c : digits) {
    if (c < '0' || c > '9') {
      return false;
    }
    n = n * 10 + static_cast<unsigned long>(c - '0');
    if (n > 65535) {
      return false;
    }
  }
  port = static_cast<std::uint16_t>(n);
  return true;
}

// The parts of a URL in which a byte needs no encoding or normalization.
enum url_part : std::uint8_t { in_host = 1, in_path = 2, in_query = 4 };

constexpr auto allowed_parts = [] {
  std::array<std::uint8_t, 256> parts{};
  constexpr std::string_view marks = "-._~!$&()*+,;=:@/%";
  for (int c = '!'; c <= '~'; ++c) {
    char const byte = static_cast<char>(c);
    bool const small = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    bool const word = small || (c >= 'A' && c <= 'Z');
    parts[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(
        (small || c == '-' || c == '.' ? in_host : 0) |
        (word || marks.find(byte) != marks.npos ? in_path | in_query : 0) |
        (c == '?' ? in_query : 0));
  }
  return parts;
}();

// Returns the first byte in [at, end) that is not allowed in `part`, or `end`.
char const* skip(char const* at, char const* end, url_part part) noexcept {
  while (at != end && (allowed_parts[static_cast<unsigned char>(*at)] & part) != 0) {
    ++at;
  }
  return at;
}

}  // namespace

bool split_fast_path_url(std::string_view text, fast_path_url& parts) noexcept {
  constexpr std::string_view scheme = "http://";
  if (!text.starts_with(scheme)) {
    return false;
  }
  char const* const end = text.data() + text.size();
  char const* const host = text.data() + scheme.size();
  char const* const host_end = skip(host, end, in_host);
  char const* at = host_end;
  std::uint16_t port = 0;
  if (at != end && *at == ':') {
    auto const [rest, ec] = std::from_chars(at + 1, end, port);
    if (ec != std::errc()) {
      return false;
    }
    at = rest;
  }
  char const* const path = at;
  if (host == host_end || path == end || *path != '/') {
    return false;
  }
  at = skip(at, end, in_path);
  // Dot segments, which may be encoded, must be resolved: leave them to `parse_url`.
  for (char const* c = path; c + 1 < at; ++c) {
    if (*c == '/' && (c[1] == '.' || c[1] == '%')) {
      return false;
    }
  }
  if (at != end) {
    if (*at != '?' || at + 1 == end || skip(at, end, in_query) != end) {
      return false;
    }
  }
  parts.host = {host, host_end};
  parts.port = port;
  parts.path = {path, end};
  return true;
}

bool parse_url(std::string_view text, url_parts& parts) {
  if (fast_path_url plain; split_fast_path_url(text, plain)) {
    parts.protocol = "http:";
    parts.host = plain.host;
    parts.port = plain.port;
    parts.path = plain.path;
    parts.auth.clear();
    return true;
  }
  std::string const clean = cleaned(text);
  std::string_view rest = clean;
  parts = {};
  std::size_t const colon = rest.find(':');
  if (colon == 0 || colon == std::string_view::npos) {
    return false;
  }
  for (char const c : rest.substr(0, colon + 1)) {
    bool const fits = (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z') ||
                      (!parts.protocol.empty() &&
                       ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == ':'));
    if (!fits) {
      return false;
    }
    parts.protocol += base::to_lower(c);
  }
  rest.remove_prefix(colon + 1);
  std::size_t const begin = rest.find_first_not_of("/\\");
  if (begin == std::string_view::npos) {
    return false;
  }
  rest.remove_prefix(begin);
  std::string_view authority = rest.substr(0, rest.find_first_of("/\\?#"));
  rest.remove_prefix(authority.size());

  if (std::size_t const at = authority.rfind('@'); at != std::string_view::npos) {
    if (!parse_userinfo(authority.substr(0, at), parts.auth)) {
      return false;
    }
    authority.remove_prefix(at + 1);
  }
  // The port follows the first colon outside brackets.
  std::size_t const bracket = std::min(authority.rfind(']'), authority.size());
  std::size_t const port_colon = authority.find(':', bracket == authority.size() ? 0 : bracket);
  std::string_view const name = authority.substr(0, port_colon);
  if (!(name.starts_with('[') ? parse_literal(name, parts.host) : parse_name(name, parts.host))) {
    return false;
  }
  if (port_colon != std::string_view::npos &&
      !parse_port(authority.substr(port_colon + 1), parts.port)) {
    return false;
  }

  rest = rest.substr(0, rest.find('#'));
  std::size_t const question = rest.find('?');
  append_path(parts.path, rest.substr(0, question));
  if (question != std::string_view::npos && question + 1 < rest.size()) {
    parts.path += '?';
    append_encoded(parts.path, rest.substr(question + 1), "\"#<>'");
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

}  // namespace anode::message
