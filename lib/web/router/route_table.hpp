// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/routing/hosts.hpp"
#include "web/routing/route_tree.hpp"

#include <anode/web/router.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace anode::web::detail {

/// A route with the layers of all routers above it.
struct route {
  std::string method{};
  std::string pattern{};
  std::vector<std::string> names{};  // of the parameters
  std::vector<std::shared_ptr<layer const>> layers{};
  std::shared_ptr<handler const> last{};
};

/// The settings of the router that a server uses.
struct router_settings {
  handler not_found{};
  bool redirect_slash = false;
  trusted_proxies proxies{};
  std::function<std::string(context&, http_error const&)> error_page{};
  std::vector<std::function<void(context&, std::exception_ptr)>> error_listeners{};
};

/// The routes of a host.
struct site {
  std::string host{};  // as the program spelled it; empty for all other hosts
  route_tree tree{};
  std::vector<route> routes{};     // by route_id
  route_tree scopes{};             // finds the innermost router of a path without a route
  std::vector<route> fallbacks{};  // by the number of the scope; the first is that of the outermost
};

/// All that a request needs of a router and the routers below it. Immutable.
class route_table {
public:
  router_settings settings;
  std::vector<site> sites;  // the first has all other hosts
  host_table hosts;

  /// Returns the site of a request.
  site const& site_of(http::incoming_message const& req) const {
    return hosts.empty() ? sites.front() : find_site(req);
  }

private:
  site const& find_site(http::incoming_message const& req) const;
};

}  // namespace anode::web::detail
