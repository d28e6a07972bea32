// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Forwards requests to upstreams. Needs the library `anode-proxy`.
///
/// ```cpp
/// proxy::upstream_pool pool(http::agent(ex, {.keep_alive = true}));
/// proxy::forward_options how;
/// http::server server(ex, [&](http::incoming_message& req, http::server_response& res)
///                             -> net::awaitable<void> {
///   proxy::exchange_record const done = co_await proxy::forward(req, res, pool, how);
///   log(done);
/// });
/// ```

#include <anode/agent.hpp>
#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/proxy/exchange_record.hpp>
#include <anode/proxy/forward_options.hpp>
#include <anode/proxy/target_rules.hpp>
#include <anode/proxy/upstream_pool.hpp>
#include <anode/server_response.hpp>
#include <anode/socket.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::proxy {

// All functions stream bodies in both directions with back-pressure, and none throws for what a
// peer does: the record tells. They throw what the program's hooks throw.
//
// Request, response, connection and options must exist until the operation completes. Pools and
// agents are handles, of which the operation keeps copies.
//
// Cancellation (total, terminal): destroys the exchange with the upstream. A client that
// disconnects cancels its handler in this way, and the record then names the client. The functions
// change the cancellation state of the calling coroutine: afterwards `terminal` and `total` are
// enabled, and `throw_if_cancelled` is false.

/// Forwards a request to an upstream of a pool, and the response to the client.
///
/// Hop-by-hop fields are removed in both directions, Via is added, and the fields that describe the
/// client are set. The bytes of the target's path stay as they are. Informational responses and
/// announced trailers are passed on. The body of the request is not read before there is a
/// connection.
///
/// A failed attempt is made again elsewhere, or on a new connection, as the table of failures in
/// docs/proxy.md says. Without a response of an upstream, the client gets an error response with
/// one line of text: 400, 408, 501, 502, 503, 504 or 508. OPTIONS and TRACE with `Max-Forwards: 0`
/// are answered here.
ANODE_EXPORT net::awaitable<exchange_record> forward(http::incoming_message& req,
                                                     http::server_response& res, upstream_pool pool,
                                                     forward_options const& how);

/// Forwards a request that may leave HTTP, of `server::on_upgrade`, to an upstream of a pool. After
/// 101 it relays bytes until both sides have ended or a limit expires. Any other response is passed
/// on, and the connection closed. A request with a body gets 501.
///
/// Upgrade is passed on for a WebSocket only (see `wants_websocket`); other offers are optional,
/// and the request is forwarded without them.
/// @param client the connection. Bytes that follow the request are passed on after 101.
ANODE_EXPORT net::awaitable<exchange_record> forward_upgrade(http::incoming_message& req,
                                                             anode::socket client,
                                                             upstream_pool pool,
                                                             forward_options const& how);

/// Returns whether a request asks for a WebSocket: GET without a body, with `Upgrade: websocket`.
/// For `server_options::should_upgrade_callback`.
ANODE_EXPORT bool wants_websocket(http::incoming_message const& req);

/// Opens connections for forward proxies.
class ANODE_EXPORT connector {
public:
  /// Connects to "host:port", to an address that the look-up finds.
  using dial_function = std::function<net::awaitable<anode::socket>(
      std::string_view authority, http::lookup_function const& lookup)>;
  /// Finds the addresses of a host. An exception fails the look-up.
  using resolve_function =
      std::function<net::awaitable<std::vector<std::string>>(std::string_view host)>;

  /// Makes a connector with the sockets and the resolver of the system.
  explicit connector(net::any_io_executor ex);

  /// Makes a connector with functions of the program.
  connector(net::any_io_executor ex, dial_function dial, resolve_function resolve);

  /// Returns the executor.
  net::any_io_executor get_executor() const { return executor_; }

  /// Returns a look-up that finds only the addresses that the rules allow. It fails with
  /// `net::error::access_denied` if none is left. A connection uses the found addresses, therefore
  /// a later answer of the resolver cannot lead it elsewhere.
  /// @param rules must exist as long as the result.
  http::lookup_function judged_lookup(target_rules const& rules, std::uint16_t port) const;

  /// Connects to an authority, to one of the addresses that `lookup` finds.
  net::awaitable<anode::socket> dial(std::string_view authority,
                                     http::lookup_function const& lookup) const;

private:
  net::any_io_executor executor_;
  dial_function dial_;
  resolve_function resolve_;
};

/// Forwards a request whose target is `http://host/path`, to that host. Sends 400 for another
/// target, 403 if the rules deny the host or each of its addresses, and the errors of `forward`.
/// The fields that describe the client are those of `forward_options::send`; `none` suits most
/// forward proxies.
/// @param by the agent of the connections to the origins.
/// @param through resolves the names.
/// @param rules judge the host, and each of its addresses before it is used.
ANODE_EXPORT net::awaitable<exchange_record> forward_absolute(http::incoming_message& req,
                                                              http::server_response& res,
                                                              http::agent by, connector through,
                                                              target_rules const& rules,
                                                              forward_options const& how);

/// Connects to the target of CONNECT, of `server::on_connect`, and relays bytes in both directions
/// until both sides have ended or a limit expires. Sends 400, 403, 502 or 504 without a connection.
/// @param client the connection.
ANODE_EXPORT net::awaitable<exchange_record> forward_connect(http::incoming_message& req,
                                                             anode::socket client,
                                                             connector through,
                                                             target_rules const& rules,
                                                             forward_options const& how);

}  // namespace anode::proxy
