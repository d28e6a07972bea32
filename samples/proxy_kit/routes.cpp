// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "routes.hpp"

#include <algorithm>
#include <utility>

namespace samples {
namespace {

constexpr std::string_view wildcard = "*.";
constexpr std::size_t no_match = std::string_view::npos;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Returns the value of a hexadecimal digit; -1 if it is none.
int hex_value(char c) {
  char const l = lower(c);
  return l >= '0' && l <= '9' ? l - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Returns the byte of the escape at a position; -1 if there is none.
int escaped_byte(std::string_view path, std::size_t at) {
  if (path[at] != '%' || at + 2 >= path.size()) {
    return -1;
  }
  int const high = hex_value(path[at + 1]);
  int const low = hex_value(path[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool is_name(std::string_view host) {
  bool label = false;
  for (char const c : host) {
    if (c == '.' ? !label : !is_alphanumeric(c) && c != '-' && c != '_') {
      return false;
    }
    label = c != '.';
  }
  return label;
}

bool is_bracketed_address(std::string_view host) {
  return host.size() > 3 && host.front() == '[' && host.back() == ']' &&
         std::ranges::all_of(host.substr(1, host.size() - 2),
                             [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
}

// Returns a host in lower case and without its last dot; nothing if it is malformed.
std::optional<std::string> plain_host(std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  if (!is_name(host) && !is_bracketed_address(host)) {
    return std::nullopt;
  }
  std::string plain(host);
  std::ranges::transform(plain, plain.begin(), lower);
  return plain;
}

// Removes the dot segments of a path that begins with a slash (RFC 3986 section 5.2.4).
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    std::string_view const segment = path.substr(0, path.find('/', 1));
    path.remove_prefix(segment.size());
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") {
        out.erase(std::min(out.rfind('/'), out.size()));
      }
      if (path.empty()) {
        out += '/';
      }
      continue;
    }
    out += segment;
  }
  return out;
}

std::string decoded(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    int const byte = escaped_byte(path, i);
    out += byte < 0 ? path[i] : static_cast<char>(byte);
    i += byte < 0 ? 0 : 2;
  }
  return out;
}

bool has_dot_segment_with_parameters(std::string_view path) {
  while (!path.empty()) {
    std::string_view const segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    if (segment.starts_with(".;") || segment.starts_with("..;")) {
      return true;
    }
  }
  return false;
}

// Returns a path as a server sees it that decodes all escapes; nothing if servers disagree about
// it.
std::optional<std::string> decoded_path(std::string_view path) {
  std::string const plain = decoded(path);
  if (plain.find_first_of(std::string_view("\\\0\r\n", 4)) != std::string::npos ||
      has_dot_segment_with_parameters(plain)) {
    return std::nullopt;
  }
  return without_dots(plain);
}

// Returns whether a path has only one reading.
bool is_plain(std::string_view path) {
  return path.find_first_of("%\\") == no_match && path.find("/.") == no_match;
}

// Returns how specific the host of a rule is that matches; `no_match` if none does.
std::size_t host_rank(route_rule const& rule, std::string_view host) {
  if (rule.hosts.empty()) {
    return 0;
  }
  constexpr std::size_t whole = std::size_t{1} << 20U;
  std::size_t best = no_match;
  for (std::string_view pattern : rule.hosts) {
    std::size_t rank = no_match;
    if (pattern == host) {
      rank = whole;
    } else if (pattern.starts_with(wildcard)) {
      pattern.remove_prefix(1);
      rank = host.size() > pattern.size() && host.ends_with(pattern) ? pattern.size() : no_match;
    }
    if (rank != no_match && (best == no_match || rank > best)) {
      best = rank;
    }
  }
  return best;
}

}  // namespace

std::optional<std::string> host_pattern(std::string_view text) {
  if (!text.starts_with(wildcard)) {
    return plain_host(text);
  }
  std::optional<std::string> below = plain_host(text.substr(wildcard.size()));
  if (!below || below->front() == '[') {
    return std::nullopt;
  }
  return std::string(wildcard) + *below;
}

std::optional<std::string> path_pattern(std::string_view text) {
  bool const plain = text.starts_with('/') && std::ranges::all_of(text, [](char c) {
                       return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '\\' && c != '%';
                     });
  if (!plain || without_dots(text) != text || has_dot_segment_with_parameters(text)) {
    return std::nullopt;
  }
  while (text.size() > 1 && text.ends_with('/')) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

bool is_below(std::string_view prefix, std::string_view path) {
  return prefix == "/" ||
         (path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/'));
}

std::optional<std::string> host_of(std::string_view authority) {
  if (authority.empty()) {
    return std::string();
  }
  std::size_t const bracket = authority.front() == '[' ? authority.find(']') : 0;
  std::size_t const colon = bracket == no_match ? no_match : authority.find(':', bracket);
  if (colon != no_match) {
    std::string_view const port = authority.substr(colon + 1);
    bool const digits = std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || port.size() > 5) {
      return std::nullopt;
    }
  }
  return plain_host(authority.substr(0, colon));
}

std::string normal_path(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    int const byte = escaped_byte(path, i);
    if (byte < 0) {
      out += path[i];
      continue;
    }
    char const c = static_cast<char>(byte);
    if (is_alphanumeric(c) || std::string_view("-._~").find(c) != no_match) {
      out += c;
    } else {
      out += '%';
      out += digits[static_cast<std::size_t>(byte) / 16];
      out += digits[static_cast<std::size_t>(byte) % 16];
    }
    i += 2;
  }
  return out.starts_with('/') ? without_dots(out) : out;
}

asked_place asked_by(std::string_view target, std::string_view host) {
  asked_place asked{host, target};
  std::size_t const scheme = target.find("://");
  if (!target.starts_with('/') && target != "*" && scheme != no_match) {
    std::string_view const rest = target.substr(scheme + 3);
    std::size_t const end = std::min(rest.find_first_of("/?#"), rest.size());
    asked.authority = rest.substr(0, end);
    asked.authority.remove_prefix(asked.authority.rfind('@') + 1);  // npos + 1 is 0
    asked.path = rest.substr(end);
  }
  asked.path = asked.path.substr(0, asked.path.find_first_of("?#"));
  if (asked.path.empty()) {
    asked.path = "/";
  }
  return asked;
}

std::optional<std::size_t> route_table::duplicate_of(route_rule const& rule) const {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    route_rule const& other = rules_[i];
    bool const same_host = rule.hosts.empty()
                               ? other.hosts.empty()
                               : std::ranges::any_of(rule.hosts, [&](std::string const& host) {
                                   return std::ranges::find(other.hosts, host) != other.hosts.end();
                                 });
    if (same_host && other.path == rule.path) {
      return i;
    }
  }
  return std::nullopt;
}

route_table::match route_table::find(std::string_view host, std::string_view path) const {
  match best;
  std::pair<std::size_t, std::size_t> rank;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    std::size_t const of_host = host_rank(rules_[i], host);
    if (of_host == no_match) {
      continue;
    }
    if (!is_below(rules_[i].path, path)) {
      best.end = best.end == result::no_host ? result::no_path : best.end;
      continue;
    }
    std::pair const of_rule(of_host, rules_[i].path.size());
    if (best.end != result::found || of_rule > rank) {
      best = {result::found, i};
      rank = of_rule;
    }
  }
  return best;
}

route_table::match route_table::find(asked_place const& asked) const {
  constexpr match unclear{result::unclear, 0};
  if (rules_.size() == 1 && rules_[0].hosts.empty() && rules_[0].path == "/") {
    return {result::found, 0};
  }
  std::optional<std::string> const host = host_of(asked.authority);
  if (!host) {
    return unclear;
  }
  match const chosen = find(*host, asked.path);
  if (is_plain(asked.path)) {
    return chosen;
  }
  if (find(*host, normal_path(asked.path)) != chosen) {
    return unclear;
  }
  if (chosen.end == result::found && rules_[chosen.route].path != "/") {
    std::optional<std::string> const plain = decoded_path(asked.path);
    if (!plain || find(*host, *plain) != chosen) {
      return unclear;
    }
  }
  return chosen;
}

}  // namespace samples
