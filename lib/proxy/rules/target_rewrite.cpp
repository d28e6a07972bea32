// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/target_rewrite.hpp"

#include <algorithm>
#include <charconv>

namespace anode::proxy::rules {

target_parts split_request_target(std::string_view method, std::string_view target,
                                  std::string& changed) {
  target_parts parts;
  parts.path = target;
  std::size_t const scheme = target.find("://");
  if (target.starts_with('/') || target == "*" || scheme == std::string_view::npos) {
    return parts;
  }
  parts.scheme = target.substr(0, scheme);
  std::string_view const rest = target.substr(scheme + 3);
  std::size_t const end = std::min(rest.find_first_of("/?#"), rest.size());
  parts.authority = rest.substr(0, end);
  if (std::size_t const at = parts.authority.rfind('@'); at != std::string_view::npos) {
    parts.authority.remove_prefix(at + 1);
  }
  parts.path = rest.substr(end, rest.find('#') - end);
  if (parts.path.empty()) {
    parts.path = method == "OPTIONS" ? "*" : "/";
  } else if (parts.path.front() == '?') {
    changed = "/" + std::string(parts.path);
    parts.path = changed;
  }
  return parts;
}

bool may_leave_prefix(std::string_view path) {
  path = path.substr(0, path.find('?'));
  std::string plain;
  plain.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    unsigned byte = 0;
    char const* const digits = path.data() + i + 1;
    if (path[i] == '%' && i + 2 < path.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      i += 2;
      plain += static_cast<char>(byte);
    } else {
      plain += path[i];
    }
  }
  if (plain.find_first_of(std::string_view("\\\0\r\n", 4)) != std::string::npos) {
    return true;
  }
  std::string_view rest = plain;
  while (!rest.empty()) {
    std::string_view const segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    std::string_view const name = segment.substr(0, segment.find(';'));
    if (name == "." || name == "..") {
      return true;
    }
  }
  return false;
}

bool rewrite_path(std::string_view path, std::string_view prefix, std::string_view strip,
                  std::string& out) {
  bool const in_prefix = !prefix.empty() || !strip.empty();
  if (in_prefix && path != "*" && may_leave_prefix(path)) {
    return false;
  }
  if (!strip.empty() && path != "*") {
    std::string_view const rest = path.substr(std::min(strip.size(), path.size()));
    bool const ends = rest.empty() || rest.front() == '/' || rest.front() == '?';
    if (!path.starts_with(strip) || !ends) {
      return false;
    }
    path = rest;
    if (!path.starts_with('/')) {
      out.assign(prefix).append(1, '/').append(path);
      return true;
    }
  }
  if (path == "*" && prefix.empty()) {
    out.assign(path);
    return true;
  }
  out.assign(prefix).append(path == "*" ? std::string_view() : path);
  return true;
}

}  // namespace anode::proxy::rules
