// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../forwarding.hpp"
#include "forwarded.hpp"
#include "trace_context.hpp"
#include "upstreams.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdio>
#include <utility>

namespace samples {

/// The settings of a reverse proxy, and its agent.
struct reverse_proxy {
  reverse_proxy(http::agent a, std::chrono::milliseconds rest)
      : agent(std::move(a)), servers(rest) {}

  http::agent agent;
  upstreams servers;
  trusted_peers trusted;
  std::chrono::milliseconds silence{0};
  std::FILE* spans = nullptr;  ///< requests get spans of their own, which are written to it
  client_limit limit{64};      ///< requests in progress of one client
};

/// Returns whether a request asks for a WebSocket. Only such a request leaves HTTP: other offers,
/// for example h2c, are optional, and the request is forwarded as an ordinary one.
bool wants_websocket(http::incoming_message const& req);

/// Creates the upstream request for a client's request. The upstream's path precedes the path of
/// the request. The upstream request has the end-to-end headers of the client's request, and
/// forwarding headers.
/// @param span sent as `traceparent`; null: the client's field is passed on unchanged
/// @throws http::exception if the client's target is invalid
http::client_request begin(reverse_proxy& p, upstream const& to, http::incoming_message const& req,
                           std::string_view peer, bool with_upgrade, trace_parent const* span);

/// Forwards a request to an upstream. After a failure, retries with another upstream if no body was
/// read, and the request was not sent or has a safe method.
net::awaitable<void> forward_request(reverse_proxy& p, http::incoming_message& req,
                                     http::server_response& res);

/// Forwards a WebSocket upgrade and relays the bytes after 101. A request for another upgrade is
/// forwarded without the Upgrade header (RFC 9110 section 7.8).
net::awaitable<void> forward_upgrade(reverse_proxy& p, http::incoming_message& req,
                                     anode::socket client);

}  // namespace samples
