// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/hosts.hpp"

#include "web/vocabulary/invalid.hpp"
#include "web/vocabulary/tokens.hpp"

#include <algorithm>

namespace anode::web {
namespace {

bool is_authority_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~:[]").find(c) != std::string_view::npos;
}

}  // namespace

std::string host_of(std::string_view authority) {
  std::size_t const bracket = authority.starts_with('[') ? authority.find(']') : 0;
  std::size_t const colon =
      bracket == std::string_view::npos ? authority.size() : authority.find(':', bracket);
  std::string_view host = authority.substr(0, colon);
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  return lower(host);
}

std::optional<std::string_view> authority_of(std::string_view target) noexcept {
  std::size_t const scheme = target.find("://");
  if (scheme == std::string_view::npos || target.starts_with('/') ||
      target.substr(0, scheme).find_first_of("?#") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view authority = target.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  std::size_t const user = authority.rfind('@');
  return user == std::string_view::npos ? authority : authority.substr(user + 1);
}

bool host_table::add(std::string_view name, std::uint32_t value) {
  std::string const key = lower(name.starts_with("*.") ? name.substr(1) : name);
  std::string_view const host = name.starts_with("*.") ? std::string_view(key).substr(1) : key;
  if (host.empty() || host.starts_with('.') || host.ends_with('.') ||
      !std::ranges::all_of(host, is_authority_char)) {
    throw_invalid("Invalid name of a host: \"" + std::string(name) + "\"");
  }
  auto const it = std::ranges::lower_bound(names_, key, {}, &decltype(names_)::value_type::first);
  if (it != names_.end() && it->first == key) {
    return false;
  }
  names_.emplace(it, key, value);
  return true;
}

std::optional<std::uint32_t> host_table::find(std::string_view host) const noexcept {
  auto const look_up = [this](std::string_view key) -> std::optional<std::uint32_t> {
    auto const it = std::ranges::lower_bound(names_, key, {}, &decltype(names_)::value_type::first);
    return it != names_.end() && it->first == key ? std::optional(it->second) : std::nullopt;
  };
  if (host.starts_with('.')) {
    return std::nullopt;
  }
  auto found = look_up(host);
  for (std::size_t dot = host.find('.'); !found && dot != std::string_view::npos;
       dot = host.find('.', dot + 1)) {
    found = look_up(host.substr(dot));
  }
  return found;
}

}  // namespace anode::web
