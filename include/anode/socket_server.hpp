// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
#include <anode/detail/counted.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/endpoint.hpp>
#include <anode/server_options.hpp>
#include <anode/socket.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace anode {

namespace server {
class socket_server_impl;
}

/// A server for connections that do not begin with HTTP, for example of a SOCKS5 or a TLS proxy.
///
/// Each connection is passed to the handler, a coroutine. When the coroutine ends, the connection
/// is closed after all its output is sent. An exception of the handler closes the connection at
/// once; it goes to `on_error` unless its error code says what a peer did, for example ECONNRESET.
///
/// The object is the only handle. On an empty one (moved from), `listening`, `connection_count` and
/// the functions that close have no effect or return 0, and other calls throw `http::exception`
/// with `error::invalid_this`.
///
/// **Concurrency**: use the server only on its executor, which must run on one thread at a time.
/// **Node**: `net.Server`.
class ANODE_EXPORT socket_server {
public:
  /// Serves one connection. The function must not return an empty awaitable. It is kept until the
  /// last of its coroutines has ended.
  using handler = std::function<net::awaitable<void>(socket)>;

  /// Makes a server.
  /// @throws http::exception with `error::invalid_arg_value` if the handler is empty.
  socket_server(net::any_io_executor ex, handler on_connection);

  /// Moves the server; the other object becomes empty.
  socket_server(socket_server&&) noexcept;

  /// Moves the server and closes the previous one as the destructor does.
  socket_server& operator=(socket_server&&) noexcept;

  /// Stops listening, closes all connections and cancels their handlers.
  ~socket_server();

  /// Returns the executor.
  net::any_io_executor get_executor() const;

  /// Listens. All options apply, also the PROXY protocol, see `socket::proxied`. With it the
  /// handler is called at once, and its first read receives the header or fails. With g++ 12, write
  /// `options` in braces only outside of `co_await` expressions.
  /// @throws http::exception as `http::server::listen`.
  socket_server& listen(http::listen_options const& options);

  /// Returns whether the server listens.
  bool listening() const noexcept;

  /// Returns the address at which the server listens; empty if it does not listen.
  endpoint address() const;

  /// Serves a connected stream, for example of a test. The stream must have the executor of the
  /// server. It is limited as accepted ones.
  void emit_connection(std::unique_ptr<byte_stream> stream);

  /// Sets the most connections at the same time; 0: no limit, the default. Further ones are closed
  /// at once.
  socket_server& set_max_connections(std::size_t most);

  /// Returns the number of connections.
  std::size_t connection_count() const noexcept;

  /// Stops listening. Connections stay.
  void close();

  /// Closes all connections and cancels their handlers.
  void close_all_connections();

  /// Stops listening and waits until all connections have ended; those that remain after `grace`
  /// are closed.
  /// @return the number of connections that were closed after `grace`.
  net::awaitable<std::size_t> drain(std::chrono::milliseconds grace);

  /// Sets the listener for exceptions of the handler and failures to accept. Without one, each is
  /// written to standard error as one line.
  socket_server& on_error(detail::function<void(std::exception_ptr)> f);

private:
  detail::ptr<server::socket_server_impl> core_;
};

}  // namespace anode
