// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/tokens.hpp"

#include <anode/web/cookie.hpp>

#include <algorithm>

namespace anode::web {
namespace {

/// Removes the first cookie with a name from `rest`. Returns false at the end.
bool next_cookie(std::string_view& rest, std::string_view& name, std::string_view& value) noexcept {
  while (!rest.empty()) {
    std::size_t const end = std::min(rest.find(';'), rest.size());
    std::string_view const part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    std::size_t const equal = part.find('=');
    if (equal == std::string_view::npos) {
      continue;
    }
    name = trim(part.substr(0, equal));
    value = trim(part.substr(equal + 1));
    if (!name.empty()) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<std::string_view> find_cookie(std::string_view header,
                                            std::string_view name) noexcept {
  std::string_view found;
  std::string_view value;
  while (next_cookie(header, found, value)) {
    if (found == name) {
      return value;
    }
  }
  return std::nullopt;
}

std::vector<std::pair<std::string_view, std::string_view>> parse_cookies(std::string_view header) {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  std::string_view name;
  std::string_view value;
  while (next_cookie(header, name, value)) {
    out.emplace_back(name, value);
  }
  return out;
}

}  // namespace anode::web
