// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../forwarding.hpp"
#include "forwarded.hpp"
#include "upstreams.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <utility>

namespace samples {

/// What a reverse proxy is told by its command line, and its connections.
struct reverse_proxy {
  reverse_proxy(http::agent a, std::chrono::milliseconds rest)
      : agent(std::move(a)), servers(rest) {}

  http::agent agent;
  upstreams servers;
  trusted_peers trusted;
  std::chrono::milliseconds silence{0};
};

/// Makes a request for an upstream of the one that a client made: its path below the upstream's,
/// its headers without those that concern the client's connection, and who asks.
/// @throws http::exception when that is no request.
http::client_request begin(reverse_proxy& p, upstream const& to, http::incoming_message const& req,
                           std::string_view peer, bool with_upgrade);

/// Passes a request on to one of the upstreams, and to another one if it fails before it may have
/// been processed, or may be processed twice.
net::awaitable<void> forward_request(reverse_proxy& p, http::incoming_message& req,
                                     http::server_response& res);

/// Passes an upgrade to WebSocket on, and its bytes after 101; an upgrade to something else is
/// passed on as a request that does not ask for one (RFC 9110 section 7.8).
net::awaitable<void> forward_upgrade(reverse_proxy& p, http::incoming_message& req,
                                     anode::socket client);

}  // namespace samples
