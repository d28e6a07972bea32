// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../proxy_log.hpp"
#include "metrics.hpp"
#include "trace_context.hpp"

#include <anode/http.hpp>
#include <anode/proxy/forward.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samples {

namespace http = anode::http;
namespace net = boost::asio;
namespace proxy = anode::proxy;

/// The settings of one route of a reverse proxy, and its upstreams.
struct reverse_proxy {
  /// Makes a route with a pool of its own.
  explicit reverse_proxy(http::agent a,
                         proxy::upstream_pool_options o = proxy::upstream_pool_options());

  /// Makes a route with a pool that others use too.
  explicit reverse_proxy(http::agent a, proxy::upstream_pool p);

  /// Sets the time limit for a side that is silent; 0: none. Call it before `set_upstreams`.
  void set_silence(std::chrono::milliseconds time);

  /// Sets the upstreams.
  /// @throws http::exception if a URL is invalid
  void set_upstreams(std::vector<std::string> const& urls);

  http::agent agent;
  proxy::upstream_pool pool;
  proxy::forward_options how;
  proxy_log log;
  std::string pool_name{};                       ///< in the log
  std::shared_ptr<traffic_counters> counters{};  ///< may be null
  /// When the program cuts what is still in progress; null: never.
  std::shared_ptr<std::chrono::steady_clock::time_point const> cut_at{};
  std::FILE* spans = nullptr;  ///< requests get spans of their own, which are written to it
  std::function<void(proxy::exchange_record const&)> on_done{};  ///< called for each request
};

/// Forwards a request to an upstream, see `anode::proxy::forward`.
net::awaitable<void> forward_request(reverse_proxy& p, http::incoming_message& req,
                                     http::server_response& res);

/// Forwards a WebSocket upgrade and relays the bytes after 101. A request for another upgrade is
/// forwarded without the Upgrade header (RFC 9110 section 7.8).
net::awaitable<void> forward_upgrade(reverse_proxy& p, http::incoming_message& req,
                                     anode::socket client);

/// Why a request has no route, and what its response says.
struct unrouted {
  int status = 404;
  std::string_view detail{};  ///< in static storage
};

/// Responds to a request without a route, and returns its record.
proxy::exchange_record refuse_request(unrouted const& why, http::incoming_message const& req,
                                      http::server_response& res);

/// The same for a request that may leave HTTP. Ends the connection.
proxy::exchange_record refuse_upgrade(unrouted const& why, anode::socket client);

}  // namespace samples
