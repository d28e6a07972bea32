// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/router/route_table.hpp"

#include "web/router/dispatcher.hpp"
#include "web/router/router_state.hpp"
#include "web/vocabulary/invalid.hpp"

#include <algorithm>
#include <string_view>

namespace anode::web::detail {
namespace {

using layer_list = std::vector<std::shared_ptr<layer const>>;

/// The last segment of the pattern that finds the innermost router of a path.
constexpr std::string_view below = "/{_anode_rest...}";

std::string named(std::string_view method, std::string_view text) {
  std::string out = "\"";
  out += method;
  out += method.empty() ? "" : " ";
  out += text;
  return out += '"';
}

layer_list joined(layer_list const& front, layer_list const& back) {
  layer_list out = front;
  out.insert(out.end(), back.begin(), back.end());
  return out;
}

/// Adds the routes of a router, and of those below it, to a site.
class builder {
public:
  explicit builder(site& to) : site_(to) {}

  void add(router_state const& from, std::string const& prefix, layer_list const& outer) {
    layer_list const layers = joined(outer, from.layers);
    add_scope(prefix, layers);
    for (auto const& [at, mounted] : from.mounted) {
      refuse_hosts(*mounted);
    }
    for (auto const& r : from.routes) {
      route made;
      made.method = r.method;
      made.layers = joined(layers, r.layers);
      made.last = r.last;
      pattern const p = join_patterns(prefix, r.parsed.text);
      if (route_id const other = add_route(made, p); other != no_route) {
        route const& o = site_.routes[other];
        throw_invalid("The routes " + named(o.method, o.pattern) + " and " +
                      named(r.method, p.text) + " are the same");
      }
      if (r.parsed.text == "/" && !is_root(prefix)) {
        add_route(made, parse_pattern(prefix + "/"));  // unless there is such a route
      }
    }
    for (auto const& [at, mounted] : from.mounted) {
      add(*mounted, is_root(prefix) ? at : is_root(at) ? prefix : prefix + at, layers);
    }
  }

  /// Hosts can only be chosen by the outermost router.
  static void refuse_hosts(router_state const& inner) {
    if (!inner.hosts.empty()) {
      throw_invalid("A router that chooses by host cannot be below another router");
    }
  }

private:
  static bool is_root(std::string_view prefix) { return prefix.empty() || prefix == "/"; }

  /// Returns the route that has this method and shape already.
  route_id add_route(route const& like, pattern const& p) {
    auto const id = static_cast<route_id>(site_.routes.size());
    if (route_id const other = site_.tree.add(p, like.method, id); other != no_route) {
      return other;
    }
    route& added = site_.routes.emplace_back(like);
    added.pattern = p.text;
    added.names = p.names();
    return no_route;
  }

  void add_scope(std::string const& prefix, layer_list const& layers) {
    auto const id = static_cast<route_id>(site_.fallbacks.size());
    std::string const start = is_root(prefix) ? std::string() : prefix;
    site_.scopes.add(parse_pattern(start + std::string(below)), {}, id);
    if (!start.empty()) {
      site_.scopes.add(parse_pattern(start), {}, id);
    }
    route made;
    made.layers = layers;
    made.last = dispatcher::fallback();
    site_.fallbacks.push_back(std::move(made));
  }

  site& site_;
};

}  // namespace

void router_state::require_open() const {
  if (fixed) {
    throw http::exception(http::error::invalid_state,
                          "The router is in use and cannot be changed any more");
  }
}

bool router_state::contains(router_state const& other) const noexcept {
  auto const has = [&other](auto const& entry) { return entry.second->contains(other); };
  return this == &other || std::ranges::any_of(mounted, has) || std::ranges::any_of(hosts, has);
}

void router_state::fix() noexcept {
  fixed = true;
  for (auto const& entry : mounted) {
    entry.second->fix();
  }
  for (auto const& entry : hosts) {
    entry.second->fix();
  }
}

std::shared_ptr<route_table const> router_state::build() const {
  auto made = std::make_shared<route_table>();
  made->settings = settings;
  made->sites.resize(1 + hosts.size());
  made->hosts = host_names;
  builder(made->sites[0]).add(*this, {}, {});
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    site& s = made->sites[i + 1];
    s.host = hosts[i].first;
    builder::refuse_hosts(*hosts[i].second);
    builder(s).add(*hosts[i].second, {}, layers);
  }
  for (site& s : made->sites) {
    s.tree.finish();
    s.scopes.finish();
  }
  return made;
}

std::shared_ptr<route_table const> const& router_state::get_table() {
  if (!ready.load(std::memory_order_acquire)) {
    std::lock_guard const lock(building);
    if (!table) {
      table = build();
      fix();
      ready.store(true, std::memory_order_release);
    }
  }
  return table;
}

site const& route_table::find_site(http::incoming_message const& req) const {
  // The host of a target in absolute-form is preferred to the header (RFC 9112 section 3.2.2).
  std::string_view const authority =
      authority_of(req.url()).value_or(req.headers().get("host").value_or(std::string_view()));
  return sites[hosts.find(host_of(authority)).value_or(0)];
}

}  // namespace anode::web::detail
