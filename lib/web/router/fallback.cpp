// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The answers to requests without a route.
#include "web/router/context_rare.hpp"
#include "web/router/dispatcher.hpp"
#include "web/routing/canonical_path.hpp"

#include <algorithm>
#include <array>

namespace anode::web::detail {
namespace {

std::string comma_separated(std::vector<std::string> const& names) {
  std::string out;
  for (std::string const& name : names) {
    out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

/// Returns the methods of a path, with OPTIONS, which the router answers itself; empty if the path
/// has no route.
std::string methods_of(site const& s, std::string_view path) {
  bool any = false;
  std::vector<std::string> names = s.tree.methods(path, any);
  if (names.empty() && !any) {
    return {};
  }
  if (any) {
    std::vector<std::string> others;
    for (std::string& name : names) {
      if (method_of(name) == method_id::other) {
        others.push_back(std::move(name));
      }
    }
    names.assign(method_names.begin(), method_names.end());
    names.insert(names.end(), others.begin(), others.end());
  } else if (std::find(names.begin(), names.end(), "OPTIONS") == names.end()) {
    names.emplace_back("OPTIONS");
  }
  return comma_separated(names);
}

}  // namespace

std::shared_ptr<handler const> dispatcher::fallback() {
  static std::shared_ptr<handler const> const made =
      std::make_shared<handler const>([](context& c) { answer_fallback(c); });
  return made;
}

std::string dispatcher::methods(context const& c) {
  std::string path;
  if (!canonical_path(c.req_.path(), path)) {
    return {};
  }
  return methods_of(c.table_->site_of(c.req_), path);
}

void dispatcher::find_fallback(context& c, site const& s, std::string_view path) {
  std::array<path_value, most_parameters> values;
  route_match const scope = s.scopes.find(path, {}, values.data());
  c.route_ = &s.fallbacks[scope.route == no_route ? 0 : scope.route];
  auto& more = c.more();
  more.allow = methods_of(s, path);
  if (!more.allow.empty()) {
    more.reason =
        c.req_.method() == "OPTIONS" ? no_route_reason::options : no_route_reason::no_method;
  } else if (c.table_->settings.redirect_slash && has_other_slash(c, s, path)) {
    more.reason = no_route_reason::other_slash;
  } else {
    more.reason = no_route_reason::no_path;
  }
}

/// Returns whether the path has a route of the method if a final slash is added or removed.
bool dispatcher::has_other_slash(context& c, site const& s, std::string_view path) {
  std::string const other =
      path.ends_with('/') ? std::string(path.substr(0, path.size() - 1)) : std::string(path) + "/";
  std::array<path_value, most_parameters> values;
  return !other.empty() && s.tree.find(other, c.req_.method(), values.data()).route != no_route;
}

void dispatcher::answer_fallback(context& c) {
  auto& more = c.more();
  switch (more.reason) {
    case no_route_reason::none:
    case no_route_reason::no_path:
      throw http_error(404);
    case no_route_reason::bad_path:
      throw http_error(400, "The path of the request is malformed");
    case no_route_reason::no_method: {
      http_error e(405, "The resource does not support this method");
      e.header("Allow", more.allow);
      throw e;
    }
    case no_route_reason::options:
      if (!more.allow.empty()) {
        c.set("Allow", more.allow);
      }
      c.status(204).end();
      return;
    case no_route_reason::other_slash:
      redirect_slash(c);
      return;
  }
}

void dispatcher::redirect_slash(context& c) {
  std::string target(c.req_.path());
  if (target.ends_with('/')) {
    target.pop_back();
  } else {
    target += '/';
  }
  // `//host/` would be another origin.
  while (target.starts_with("//")) {
    target.erase(0, 1);
  }
  if (std::string_view const query = c.req_.query(); !query.empty()) {
    target += '?';
    target += query;
  }
  c.redirect(target, 308);
}

}  // namespace anode::web::detail
