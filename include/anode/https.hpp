// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// HTTP over TLS: `https::server`, `https::agent`, `https::request`, `https::get` and
/// `https::send`. Needs the library `anode-tls`; includes nothing of OpenSSL.

#include <anode/http.hpp>
#include <anode/tls.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace anode::tls {
class server_layer;
class client_layer;
}  // namespace anode::tls

/// Node's module `https`: the names of `anode::http` over TLS. Messages, requests and sockets are
/// those of `anode::http`.
namespace anode::https {

/// An HTTP/1.1 server over TLS. It is an `http::server` whose connections are encrypted; everything
/// said there holds.
///
/// A connection counts from its acceptance. If its handshake fails, `on_client_error` is called
/// with the code, for example "ERR_SSL_NO_SHARED_CIPHER", and the connection is closed. A client
/// that sends plain HTTP gets a 400 response in plain text.
///
/// **Node**: `https.Server`.
class ANODE_EXPORT server : public http::server {
public:
  /// Makes a server with default options.
  /// @param context certificate and key, see `tls::server_options`.
  /// @throws http::exception with `tls::error::invalid_context` if the context is empty or of a
  ///   client, and as `http::server` does.
  server(executor_type ex, tls::context context, http::request_handler on_request = {});

  /// Makes a server with options. With g++ 12, write `options` in braces only outside of `co_await`
  /// expressions.
  server(executor_type ex, tls::context context, http::server_options options,
         http::request_handler on_request = {});

  /// Moves the server; the other handle becomes empty.
  server(server&&) noexcept;

  /// Moves the server and closes the previous one as the destructor does.
  server& operator=(server&&) noexcept;

  /// Stops listening and closes all connections.
  ~server() override;

  /// Uses another context for new connections, for example with a renewed certificate. Existing
  /// connections, contexts of `add_context` and ticket keys stay.
  /// @throws http::exception with `tls::error::invalid_context`; the present context stays.
  /// **Node**: `server.setSecureContext()`.
  server& set_secure_context(tls::context context);

  /// Uses a context for clients that ask for a name (SNI). The exact name is preferred to a
  /// wildcard, which stands for one label. A second context for a name replaces the first. A
  /// request for a host whose context verifies clients by other rules than that of the connection
  /// gets a 421 response.
  /// @param pattern a host name, or a wildcard such as "*.example.org", in any case.
  /// @throws http::exception with `http::error::invalid_arg_value` for another pattern.
  /// **Node**: `server.addContext()`.
  server& add_context(std::string_view pattern, tls::context context);

  /// Sets a function that chooses the context for a name, before those of `add_context`. It returns
  /// an empty handle to choose none. An exception fails the handshake. The function is also asked
  /// for the host of a request that differs from the name of its connection; then an exception
  /// refuses the request, with 421.
  /// **Node**: the option `SNICallback`.
  server& on_sni(std::function<tls::context(std::string_view servername)> f);

  /// Adds a listener for completed handshakes, before the first request of the connection.
  /// **Node**: event 'secureConnection'.
  server& on_secure_connection(detail::function<void(anode::socket)> f);

  /// Sets the most time for a handshake; 0: the time for a request head (the default).
  /// **Node**: the option `handshakeTimeout` (120 s).
  server& set_handshake_timeout(std::chrono::milliseconds timeout);

  /// Returns the keys that encrypt session tickets, 48 bytes. Several processes that serve one name
  /// share them.
  /// **Node**: `server.getTicketKeys()`.
  std::string ticket_keys() const;

  /// Replaces the keys that encrypt session tickets. Tickets of the previous keys are accepted and
  /// renewed.
  /// @param keys 48 random bytes.
  /// @throws http::exception with `http::error::invalid_arg_value` for another size.
  /// **Node**: `server.setTicketKeys()`.
  server& set_ticket_keys(std::string_view keys);

private:
  server(executor_type ex, http::server_options options, http::request_handler on_request,
         detail::ptr<tls::server_layer> layer);

  detail::ptr<tls::server_layer> layer_;
};

/// The options of an `https::agent`: those of `http::agent`, and of TLS.
///
/// **Node**: the options of `new https.Agent`.
class ANODE_EXPORT agent_options : public http::agent_options {
public:
  /// Makes the default options.
  agent_options() {}  // not defaulted, because the class must not be an aggregate

  /// Makes options from those of `http::agent`. With g++ 12, write `options` in braces only outside
  /// of `co_await` expressions.
  agent_options(http::agent_options options) : http::agent_options(std::move(options)) {}

  /// Trusted certificates, client certificate and other settings; empty: the certificates that the
  /// system trusts.
  tls::context secure;
  /// The same for a connection to an https proxy.
  tls::context proxy_secure;
  /// The most sessions that are kept for resumption; 0: none.
  /// **Node**: `maxCachedSessions`.
  std::size_t max_cached_sessions = 100;
  /// Accepts requests with the protocol "http:" too, which are not encrypted.
  /// **Node**: none.
  bool allow_http = false;
};

/// A pool of client connections over TLS. It is an `http::agent`, and its requests are those of
/// `http`; everything said there holds.
///
/// A connection is used only if the certificate of the server is trusted and belongs to the host.
/// Requests share connections and sessions only if they have the same host, server name and
/// context.
///
/// **Node**: `https.Agent`.
class ANODE_EXPORT agent : public http::agent {
public:
  /// Makes an agent with default options.
  explicit agent(executor_type ex);

  /// Makes an agent with options.
  /// @throws http::exception as `http::agent`, and with `tls::error::invalid_context` if a context
  ///   is of a server.
  agent(executor_type ex, agent_options options);
};

/// Returns the default https agent of an executor. It keeps connections alive, with a timeout of
/// 5 s.
/// **Node**: `https.globalAgent`.
ANODE_EXPORT http::agent global_agent(net::any_io_executor const& ex);

/// Creates a request with the default agent. A request with `one_shot` or `create_connection` uses
/// a new agent.
/// @throws http::exception for invalid arguments, see `http::agent::request`.
/// **Node**: `https.request`.
ANODE_EXPORT http::client_request request(net::any_io_executor const& ex,
                                          http::request_options options);

/// Creates a request for a URL.
ANODE_EXPORT http::client_request request(net::any_io_executor const& ex, std::string_view url,
                                          http::request_options options);

/// Creates a request for a URL.
ANODE_EXPORT http::client_request request(net::any_io_executor const& ex, std::string_view method,
                                          std::string_view url, http::header_list headers = {});

/// Sends a GET request and waits for its response, see `http::agent::get`.
/// **Node**: `https.get`.
ANODE_EXPORT net::awaitable<http::incoming_message> get(net::any_io_executor const& ex,
                                                        std::string_view url);

/// Sends a request and waits for its response, see `http::agent::get`. The request uses the default
/// agent or a new one, as that of `request`.
ANODE_EXPORT net::awaitable<http::incoming_message> get(net::any_io_executor const& ex,
                                                        http::request_options options);

/// Sends a request to a URL, as the overload for options.
ANODE_EXPORT net::awaitable<http::incoming_message> get(net::any_io_executor const& ex,
                                                        std::string_view url,
                                                        http::request_options options);

/// Sends a request with `request_options::body` and waits for its response, see
/// `http::agent::send`. The request uses the default agent or a new one, as that of `request`.
ANODE_EXPORT net::awaitable<http::incoming_message> send(net::any_io_executor const& ex,
                                                         http::request_options options);

/// Sends a request with `request_options::body` to a URL, as the overload for options.
ANODE_EXPORT net::awaitable<http::incoming_message> send(net::any_io_executor const& ex,
                                                         std::string_view url,
                                                         http::request_options options);

/// Sends a body to a URL with the default agent and waits for the response, see
/// `http::agent::send`.
ANODE_EXPORT net::awaitable<http::incoming_message> send(net::any_io_executor const& ex,
                                                         std::string_view method,
                                                         std::string_view url, std::string body,
                                                         http::header_list headers = {});

}  // namespace anode::https
