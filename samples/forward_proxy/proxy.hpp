// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../forwarding.hpp"
#include "access_rules.hpp"
#include "credentials.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace samples {

/// The settings of a forward proxy, and its agent.
struct forward_proxy {
  explicit forward_proxy(http::agent a)
      : agent(std::move(a)), connect([ex = agent.get_executor()](std::string_view authority) {
          return anode::connect(ex, authority);
        }) {}

  http::agent agent;
  /// Opens the connection of a tunnel to "host:port".
  std::function<net::awaitable<anode::socket>(std::string_view authority)> connect;
  access_rules access;
  credentials users;
  std::chrono::milliseconds request_silence{0};
  std::chrono::milliseconds tunnel_silence{0};
  std::chrono::milliseconds connect_timeout{10'000};
  bool quiet = false;
};

/// One line of the access log: time, client, request, status, bytes and duration. The destructor
/// prints it.
class log_line {
public:
  /// @param target logged without user name and password
  log_line(forward_proxy const& p, anode::socket const& client, std::string_view method,
           std::string_view target);
  log_line(log_line const&) = delete;
  log_line& operator=(log_line const&) = delete;
  ~log_line();

  outcome result;

private:
  bool quiet_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::string what_;
};

/// Forwards a request for "http://host/path" over a persistent connection. Sends 407, 400, 403 or
/// 501 if the request is not permitted or not valid, and 502 or 504 if the origin fails.
net::awaitable<void> forward_request(forward_proxy& p, http::incoming_message& req,
                                     http::server_response& res);

/// Connects to the target of CONNECT and relays bytes in both directions.
net::awaitable<void> open_tunnel(forward_proxy& p, http::incoming_message& req,
                                 anode::socket client);

}  // namespace samples
