// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../proxy_log.hpp"
#include "credentials.hpp"

#include <anode/http.hpp>
#include <anode/proxy/forward.hpp>
#include <anode/proxy/target_rules.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string_view>

namespace samples {

namespace http = anode::http;
namespace net = boost::asio;
namespace proxy = anode::proxy;

/// The settings of a forward proxy, and its agent.
struct forward_proxy {
  explicit forward_proxy(http::agent a);

  /// Sets the time limit for a side of a request that is silent; 0: none.
  void set_silence(std::chrono::milliseconds time);

  http::agent agent;
  proxy::connector connector;
  proxy::target_rules access;
  credentials users;
  proxy::forward_options how;
  proxy_log log;
  std::function<void(proxy::exchange_record const&)> on_done{};  ///< called for each request
};

/// Forwards a request for "http://host/path" over a persistent connection, see
/// `anode::proxy::forward_absolute`. Sends 407 without the credentials of a user.
net::awaitable<void> forward_request(forward_proxy& p, http::incoming_message& req,
                                     http::server_response& res);

/// Connects to the target of CONNECT and relays bytes in both directions, see
/// `anode::proxy::forward_connect`.
net::awaitable<void> open_tunnel(forward_proxy& p, http::incoming_message& req,
                                 anode::socket client);

}  // namespace samples
