// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/router/route_table.hpp"

#include <anode/web/router.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace anode::web::detail {

/// The routes, layers and options of a router.
class router_state {
public:
  struct own_route {
    std::string method;
    pattern parsed;
    std::vector<std::shared_ptr<layer const>> layers;
    std::shared_ptr<handler const> last;
  };

  std::vector<own_route> routes{};
  route_tree shapes{};  // refuses routes of one shape and method
  std::vector<std::shared_ptr<layer const>> layers{};
  std::vector<std::pair<std::string, std::shared_ptr<router_state>>> mounted{};
  std::vector<std::pair<std::string, std::shared_ptr<router_state>>> hosts{};
  host_table host_names{};
  router_settings settings{};

  /// Set when a request has fixed this router, or one above it.
  bool fixed = false;
  std::mutex building{};
  std::shared_ptr<route_table const> table{};
  std::atomic<bool> ready{false};

  /// Throws if the router is fixed.
  void require_open() const;

  /// Returns whether `other` is this router or one below it.
  bool contains(router_state const& other) const noexcept;

  /// Returns the table; builds it, and fixes the routers, when called first.
  std::shared_ptr<route_table const> const& get_table();

  /// Marks this router and those below it as fixed.
  void fix() noexcept;

  /// Builds the table.
  /// @throws exception with `error::invalid_arg_value` if routes of two routers have one shape and
  ///   method, or a prefix and a route have a parameter of one name.
  std::shared_ptr<route_table const> build() const;
};

}  // namespace anode::web::detail
