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
#include <vector>

namespace samples {

/// The settings of a forward proxy, and its agent.
struct forward_proxy {
  explicit forward_proxy(http::agent a)
      : agent(std::move(a)),
        connect([ex = agent.get_executor()](std::string_view authority,
                                            http::lookup_function const& lookup) {
          return anode::connect(ex, authority, lookup);
        }),
        resolve([ex = agent.get_executor()](std::string_view host) {
          return anode::resolve(ex, host);
        }) {}

  http::agent agent;
  /// Opens the connection of a tunnel to "host:port", to one of the addresses that `lookup` finds.
  std::function<net::awaitable<anode::socket>(std::string_view authority,
                                              http::lookup_function const& lookup)>
      connect;
  /// Resolves a host name.
  std::function<net::awaitable<std::vector<std::string>>(std::string_view host)> resolve;
  access_rules access;
  credentials users;
  std::chrono::milliseconds request_silence{0};
  std::chrono::milliseconds tunnel_silence{0};
  std::chrono::milliseconds connect_timeout{10'000};
  client_limit limit{64};  ///< requests and tunnels in progress of one client
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

/// Returns a look-up that finds only addresses that the rules permit. It fails with `EACCES` if
/// none is left. The connection uses the found addresses: a later answer of the resolver cannot
/// lead it elsewhere.
http::lookup_function judged_lookup(forward_proxy& p, std::uint16_t port);

/// Forwards a request for "http://host/path" over a persistent connection. Sends 407, 400, 403 or
/// 501 if the request is not permitted or not valid, and 502 or 504 if the origin fails.
net::awaitable<void> forward_request(forward_proxy& p, http::incoming_message& req,
                                     http::server_response& res);

/// Connects to the target of CONNECT and relays bytes in both directions.
net::awaitable<void> open_tunnel(forward_proxy& p, http::incoming_message& req,
                                 anode::socket client);

}  // namespace samples
