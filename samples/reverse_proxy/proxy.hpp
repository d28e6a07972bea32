// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../proxy_log.hpp"
#include "trace_context.hpp"

#include <anode/http.hpp>
#include <anode/proxy/forward.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdio>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace samples {

namespace http = anode::http;
namespace net = boost::asio;
namespace proxy = anode::proxy;

/// The settings of a reverse proxy, and its upstreams.
struct reverse_proxy {
  explicit reverse_proxy(http::agent a,
                         proxy::upstream_pool_options o = proxy::upstream_pool_options());

  /// Sets the time limit for a side that is silent; 0: none. Call it before `set_upstreams`.
  void set_silence(std::chrono::milliseconds time);

  /// Sets the upstreams.
  /// @throws http::exception if a URL is invalid
  void set_upstreams(std::vector<std::string> const& urls);

  http::agent agent;
  proxy::upstream_pool pool;
  proxy::forward_options how;
  proxy_log log;
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

}  // namespace samples
