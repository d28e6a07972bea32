// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samples {
namespace {

// Returns the pool that a key names, or the only one.
std::string named_pool(config_node const* named, place at, std::string const& path,
                       reverse_settings const& s, config_errors& errors) {
  if (named != nullptr) {
    if (!s.pools.contains(named->text)) {
      errors.add(named->at, path, fmt::format("there is no [pool.{}]", named->text));
    }
    return named->text;
  }
  if (s.pools.size() == 1) {
    return s.pools.begin()->first;
  }
  errors.add(at, path, s.pools.empty() ? "there is no [pool.NAME]" : "there are several pools");
  return {};
}

// Reads a path that is removed or added; empty: none.
std::string read_prefix(config_node const& n, std::string_view name, std::string const& where,
                        config_errors& errors) {
  config_node const* const prefix = n.find(name);
  if (prefix == nullptr) {
    return {};
  }
  std::optional<std::string> const path = path_pattern(prefix->text);
  if (!path) {
    errors.add(prefix->at, fmt::format("{}.{}", where, name),
               fmt::format("'{}' is not a path", prefix->text));
  }
  return path.value_or("/") == "/" ? std::string() : *path;
}

void read_rule(config_node const& n, std::string const& where, route_rule& to,
               config_errors& errors) {
  for (config_node const* const host : items_of(n.find("host"))) {
    std::optional<std::string> const pattern = host_pattern(host->text);
    if (!pattern) {
      errors.add(host->at, where + ".host",
                 fmt::format("'{}' is neither a name, nor \"*.NAME\", nor an address", host->text));
    } else if (std::ranges::find(to.hosts, *pattern) != to.hosts.end()) {
      errors.add(host->at, where + ".host", fmt::format("'{}' occurs twice", host->text));
    }
    to.hosts.push_back(pattern.value_or(host->text));
  }
  if (config_node const* const hosts = n.find("host"); hosts != nullptr && to.hosts.empty()) {
    errors.add(hosts->at, where + ".host", "the list is empty");
  }
  if (config_node const* const path = n.find("path")) {
    std::optional<std::string> const pattern = path_pattern(path->text);
    if (!pattern) {
      errors.add(path->at, where + ".path", fmt::format("'{}' is not a path", path->text));
    }
    to.path = pattern.value_or("/");
  }
}

void read_route(config_node const& n, std::string const& where, reverse_settings& s,
                config_errors& errors) {
  route_setting r;
  read_rule(n, where, r.rule, errors);
  r.name = text_of(n.find("name"), (r.rule.hosts.empty() ? "*" : r.rule.hosts[0]) + r.rule.path);
  r.pool = named_pool(n.find("pool"), n.at, where + ".pool", s, errors);
  r.strip = read_prefix(n, "strip", where, errors);
  r.add = read_prefix(n, "add", where, errors);
  r.preserve_host = flag_of(n.find("preserve_host"));
  if (!r.strip.empty() && !is_below(r.strip, r.rule.path)) {
    errors.add(n.find("strip")->at, where + ".strip",
               fmt::format("the path '{}' is not below '{}'", r.rule.path, r.strip));
  }
  if (std::ranges::find(s.routes, r.name, &route_setting::name) != s.routes.end()) {
    errors.add(n.at, where, fmt::format("the name '{}' is not unique", r.name));
  }
  s.routes.push_back(std::move(r));
}

}  // namespace

void read_routes(config_node const& root, reverse_settings& s, config_errors& errors) {
  config_node const* const pool = root.find_path("http.pool");
  std::vector<config_node const*> const routes = items_of(root.find("route"));
  bool const needed = std::ranges::any_of(
      s.listeners, [](listen_setting const& l) { return l.protocol == "http"; });
  if (routes.empty()) {
    if (needed || pool != nullptr) {
      route_setting& all = s.routes.emplace_back();
      all.name = "*/";
      all.pool = named_pool(pool, root.at, "http.pool", s, errors);
    }
    return;
  }
  if (pool != nullptr) {
    errors.add(pool->at, "http.pool", "[[route]] has the pools");
  }
  route_table table;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    std::string const where = fmt::format("route[{}]", i);
    read_route(*routes[i], where, s, errors);
    route_rule const& rule = s.routes.back().rule;
    if (std::optional<std::size_t> const same = table.duplicate_of(rule)) {
      errors.add(routes[i]->at, where, fmt::format("route[{}] has the same host and path", *same));
    }
    table.add(rule);
  }
}

}  // namespace samples
