// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/error.hpp>
#include <anode/proxy/sni_routes.hpp>
#include <anode/proxy/target_rules.hpp>

#include <algorithm>

namespace anode::proxy {
namespace {

// Returns whether a pattern with "*" matches a name.
bool matches(std::string_view pattern, std::string_view name) noexcept {
  std::string_view const suffix = pattern.substr(1);
  return suffix.empty() || (name.size() > suffix.size() && name.ends_with(suffix));
}

}  // namespace

sni_routes& sni_routes::add(std::string_view name, std::string upstream) {
  if (!try_add(name, std::move(upstream))) {
    throw http::exception(http::error::invalid_arg_value,
                          "A route needs a server name, and an upstream of the form HOST:PORT");
  }
  return *this;
}

bool sni_routes::try_add(std::string_view name, std::string upstream) {
  std::string_view const below = name.substr(name.starts_with("*.") ? 2 : 0);
  target to;
  if ((name != "*" && (!is_target_host(below) || below.find(':') != below.npos)) ||
      !split_target(upstream, to) || to.port == 0 || !is_target_host(to.host)) {
    return false;
  }
  std::string pattern(name);
  for (char& c : pattern) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  auto found = std::find_if(routes_.begin(), routes_.end(),
                            [&](auto const& route) { return route.first == pattern; });
  if (found == routes_.end()) {
    found = routes_.insert(found, {std::move(pattern), {}});
  }
  found->second.push_back(std::move(upstream));
  return true;
}

sni_routes::upstreams const& sni_routes::find(std::string_view server_name) const noexcept {
  static upstreams const none;
  upstreams const* best = &none;
  std::size_t length = 0;
  for (auto const& [pattern, to] : routes_) {
    if (pattern == server_name) {
      return to;
    }
    if (pattern.front() == '*' && pattern.size() > length && matches(pattern, server_name)) {
      best = &to;
      length = pattern.size();
    }
  }
  return *best;
}

}  // namespace anode::proxy
