// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/context/context_map.hpp"

#include <algorithm>
#include <utility>

namespace anode::tls {
namespace {

// The longest host name (RFC 1035).
constexpr std::size_t longest_name = 253;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view name) {
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  std::string result(name.substr(0, longest_name + 1));
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

bool is_host_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && name.front() != '.' &&
         name.find("..") == name.npos &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == name.npos;
}

}  // namespace

bool context_map::add(std::string_view pattern, context c) {
  std::string name = lower(pattern);
  bool const wildcard = name.starts_with("*.");
  if (wildcard) {
    name.erase(0, 2);
  }
  if (!is_host_name(name)) {
    return false;
  }
  (wildcard ? wildcards_ : exact_)[std::move(name)] = std::move(c);
  return true;
}

bool context_map::same_name(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

context context_map::find(std::string_view name) const {
  if (empty()) {
    return {};
  }
  std::string const wanted = lower(name);
  if (auto const e = exact_.find(wanted); e != exact_.end()) {
    return e->second;
  }
  // A wildcard stands for one label.
  std::string_view rest = wanted;
  if (std::size_t const dot = rest.find('.'); dot != rest.npos && dot != 0) {
    if (auto const e = wildcards_.find(rest.substr(dot + 1)); e != wildcards_.end()) {
      return e->second;
    }
  }
  return {};
}

}  // namespace anode::tls
