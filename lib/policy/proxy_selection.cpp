// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/proxy_selection.hpp"

#include "base/ascii.hpp"
#include "message/host_value.hpp"

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace anode::policy {

namespace {

std::string_view trimmed(std::string_view s) noexcept {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  std::size_t const first = s.find_first_not_of(blanks);
  if (first == s.npos) {
    return {};
  }
  return s.substr(first, s.find_last_not_of(blanks) - first + 1);
}

std::string_view without_brackets(std::string_view s) noexcept {
  if (s.size() >= 2 && s.front() == '[' && s.back() == ']') {
    return s.substr(1, s.size() - 2);
  }
  return s;
}

std::string_view without_final_dot(std::string_view s) noexcept {
  if (s.size() > 1 && s.back() == '.') {
    s.remove_suffix(1);
  }
  return s;
}

/// Parses a decimal number. Returns false unless it is the complete `text`.
template <class Number>
bool read_number(std::string_view text, Number& out) noexcept {
  if (text.empty() || text.front() == '-') {
    return false;
  }
  auto const r = std::from_chars(text.data(), text.data() + text.size(), out);
  return r.ec == std::errc{} && r.ptr == text.data() + text.size();
}

bool same_bits(std::uint8_t const* a, std::uint8_t const* b, unsigned bits) noexcept {
  if (std::memcmp(a, b, bits / 8) != 0) {
    return false;
  }
  if (bits % 8 == 0) {
    return true;
  }
  unsigned const shift = 8 - bits % 8;
  return a[bits / 8] >> shift == b[bits / 8] >> shift;
}

/// Returns the position of the "://" after a scheme; npos if the text has no scheme.
std::size_t end_of_scheme(std::string_view url) noexcept {
  std::size_t const end = url.find("://");
  return end < url.find_first_of(":/?#\\@") + 1 ? end : url.npos;
}

/// Returns the authority of a URL, with or without a scheme.
std::string_view authority_of(std::string_view url) noexcept {
  if (std::size_t const end = end_of_scheme(url); end != url.npos) {
    url.remove_prefix(end + 3);
  }
  return url.substr(0, url.find_first_of("/?#\\"));
}

}  // namespace

proxy_selection::proxy_selection(proxy_environment const& e) {
  bool const lower_http = !e.http_proxy.empty();
  if (lower_http || !e.cgi) {
    http_ = usable_proxy(lower_http ? e.http_proxy : e.upper_http_proxy,
                         lower_http ? "http_proxy" : "HTTP_PROXY");
  }
  bool const lower_https = !e.https_proxy.empty();
  https_ = usable_proxy(lower_https ? e.https_proxy : e.upper_https_proxy,
                        lower_https ? "https_proxy" : "HTTPS_PROXY");

  std::string_view rest = e.no_proxy.empty() ? e.upper_no_proxy : e.no_proxy;
  while (!rest.empty()) {
    std::size_t const comma = std::min(rest.find(','), rest.size());
    entry one;
    if (parse_entry(trimmed(rest.substr(0, comma)), one)) {
      no_proxy_.push_back(std::move(one));
    }
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
}

std::string proxy_selection::usable_proxy(std::string_view text, std::string_view variable) {
  if (text.empty()) {
    return {};
  }
  std::string url;
  std::size_t const colon = end_of_scheme(text);
  if (colon == text.npos) {
    url = "http://";
  }
  url += text;
  std::string_view const scheme = text.substr(0, colon == text.npos ? 0 : colon);
  bool const known =
      colon == text.npos || base::names_equal(scheme, "http") || base::names_equal(scheme, "https");
  bool const clean = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  });
  std::string_view host = authority_of(url);
  if (std::size_t const at = host.rfind('@'); at != host.npos) {
    host.remove_prefix(at + 1);
  }
  if (!clean || host.empty() || host.front() == ':') {
    if (invalid_.empty()) {
      invalid_ = variable;
    }
    return {};
  }
  if (!known) {
    return {};
  }
  return url;
}

std::string_view proxy_selection::proxy_for(std::string_view scheme,
                                            origin const& to) const noexcept {
  std::string_view proxy;
  if (base::names_equal(scheme, "http") || base::names_equal(scheme, "ws")) {
    proxy = http_;
  }
  if (base::names_equal(scheme, "https") || base::names_equal(scheme, "wss")) {
    proxy = https_;
  }
  if (proxy.empty() || bypasses(to)) {
    return {};
  }
  return proxy;
}

bool proxy_selection::bypasses(origin const& to) const noexcept {
  if (no_proxy_.empty()) {
    return false;
  }
  std::string_view host = without_brackets(to.host);
  // Remove the zone first: "::1%.example.com" is an address, not a subdomain of example.com.
  address const ip = parse_address(host.substr(0, host.find('%')));
  host = without_final_dot(host);
  auto const name_matches = [&](entry const& e) {
    if (ip.bits != 0 || host.size() < e.name.size()) {
      return false;
    }
    std::size_t const before = host.size() - e.name.size();
    if (!base::names_equal(host.substr(before), e.name)) {
      return false;
    }
    if (before == 0) {
      return e.is == entry::kind::name;
    }
    return host[before - 1] == '.';
  };
  return std::any_of(no_proxy_.begin(), no_proxy_.end(), [&](entry const& e) {
    if (e.port != 0 && e.port != to.port) {
      return false;
    }
    switch (e.is) {
      case entry::kind::everything:
        return true;
      case entry::kind::name:
      case entry::kind::below:
        return name_matches(e);
      case entry::kind::block:
        return ip.bits == e.first.bits &&
               same_bits(ip.bytes.data(), e.first.bytes.data(), e.prefix);
      case entry::kind::range:
        return ip.bits == 32 && e.first.bytes <= ip.bytes && ip.bytes <= e.last.bytes;
    }
    return false;  // GCOVR_EXCL_LINE: all kinds are handled above
  });
}

/// Parses an address without brackets and zone. An IPv4-mapped IPv6 address becomes an IPv4
/// address.
proxy_selection::address proxy_selection::parse_address(std::string_view text) noexcept {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  address a;
  if (text.find(':') == text.npos) {
    if (!message::is_ipv4_address(text)) {
      return a;
    }
    auto const v4 = boost::urls::parse_ipv4_address(text);
    auto const bytes = v4->to_bytes();
    std::copy(bytes.begin(), bytes.end(), a.bytes.begin());
    a.bits = 32;
    return a;
  }
  if (!message::is_ipv6_address(text)) {
    return a;
  }
  auto const v6 = boost::urls::parse_ipv6_address(text);
  auto const bytes = v6->to_bytes();
  if (std::equal(mapped.begin(), mapped.end(), bytes.begin())) {
    std::copy(bytes.begin() + mapped.size(), bytes.end(), a.bytes.begin());
    a.bits = 32;
  } else {
    std::copy(bytes.begin(), bytes.end(), a.bytes.begin());
    a.bits = 128;
  }
  return a;
}

bool proxy_selection::parse_entry(std::string_view text, entry& out) {
  using kind = entry::kind;
  if (text.empty()) {
    return false;
  }

  if (std::size_t const slash = text.find('/'); slash != text.npos) {
    std::string_view const block = without_brackets(text.substr(0, slash));
    bool const as_v6 = block.find(':') != block.npos;
    out.is = kind::block;
    out.first = parse_address(block);
    if (out.first.bits == 0 || !read_number(text.substr(slash + 1), out.prefix)) {
      return false;
    }
    if (as_v6 && out.first.bits == 32) {
      if (out.prefix < 96) {
        return false;
      }
      out.prefix = static_cast<std::uint8_t>(out.prefix - 96);
    }
    return out.prefix <= out.first.bits;
  }

  if (std::size_t const dash = text.find('-'); dash != text.npos) {
    out.first = parse_address(trimmed(text.substr(0, dash)));
    out.last = parse_address(trimmed(text.substr(dash + 1)));
    out.is = kind::range;
    if (out.first.bits == 32 && out.last.bits == 32) {
      return true;
    }
  }

  std::string_view host = text;
  std::size_t const colon = text.rfind(':');
  if (text.front() == '[') {
    std::size_t const end = text.find(']');
    if (end == text.npos) {
      return false;
    }
    host = text.substr(1, end - 1);
    std::string_view const rest = text.substr(end + 1);
    if (!rest.empty() &&
        (rest.front() != ':' || !read_number(rest.substr(1), out.port) || out.port == 0)) {
      return false;
    }
  } else if (colon != text.npos && text.find(':') == colon) {
    host = text.substr(0, colon);
    if (!read_number(text.substr(colon + 1), out.port) || out.port == 0) {
      return false;
    }
  }

  out.first = parse_address(host.substr(0, host.find('%')));
  if (out.first.bits != 0) {
    out.is = kind::block;
    out.prefix = out.first.bits;
    return true;
  }
  if (host == "*") {
    out.is = kind::everything;
    return true;
  }
  out.is = host.starts_with("*.") ? kind::below : kind::name;
  host.remove_prefix(host.starts_with("*.") ? 2 : host.starts_with('.') ? 1 : 0);
  host = without_final_dot(host);
  if (host.empty() || host.find(':') != host.npos) {
    return false;
  }
  out.name = host;
  return true;
}

std::string redact_userinfo(std::string_view url) {
  std::string_view const authority = authority_of(url);
  std::size_t const start = static_cast<std::size_t>(authority.data() - url.data());
  std::size_t at = authority.rfind('@');
  if (at == authority.npos) {
    // "user:pa/ss@host": an unescaped slash in the password ends the authority early. The rest of
    // the authority after the colon is then not a valid port.
    std::size_t const colon =
        authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    bool const odd = colon != authority.npos &&
                     authority.find_first_not_of("0123456789", colon + 1) != authority.npos;
    if (!odd) {
      return std::string{url};
    }
    at = url.rfind('@');
    if (at == url.npos || at < start) {
      return std::string{url};
    }
    at -= start;
  }
  std::string out{url.substr(0, start)};
  out += url.substr(start + at + 1);
  return out;
}

}  // namespace anode::policy
