// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/detail/handler.hpp>
#include <anode/detail/secure_layer.hpp>
#include <anode/incoming_message.hpp>
#include <anode/server_options.hpp>
#include <anode/server_response.hpp>
#include <anode/server_trace.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace anode::server {
class server_impl;
}

namespace anode::http {

/// The activity of a server connection.
enum class connection_state : std::uint8_t {
  idle,        ///< no request is pending; also before the first request
  receiving,   ///< a request is being received
  responding,  ///< all requests are received, a response is not complete
  closing,     ///< no further request is read
  upgraded,    ///< the connection left HTTP after an upgrade or CONNECT
};

/// A snapshot of one connection of a server.
struct connection_info {
  /// A handle to the connection.
  anode::socket socket;
  /// The activity of the connection.
  connection_state state = connection_state::idle;
  std::size_t requests = 0;      ///< requests whose response is not complete
  std::size_t unread_bytes = 0;  ///< bytes received that no handler has read
  std::size_t unsent_bytes = 0;  ///< bytes written by handlers and not passed to the system
};

/// The outcome of `server::drain`.
struct drain_result {
  std::size_t finished = 0;      ///< connections that ended by themselves
  std::size_t cut = 0;           ///< connections that were closed at the deadline
  std::size_t cut_upgraded = 0;  ///< those of `cut` that had left HTTP
  std::size_t cut_requests = 0;  ///< requests whose response was cut off or not begun
};

/// Enables the cancellation of a coroutine handler when its client disconnects. Await the result in
/// the handler. By default a handler continues after the disconnect, and its response is destroyed.
///
///     net::awaitable<void> report(http::incoming_message&, http::server_response& res) {
///       co_await http::enable_cancellation();
///       co_await res.end(co_await slow_query());  // throws `operation_aborted` after a disconnect
///     }
///
/// The effect lasts until the handler returns, and includes operations awaited through Asio's `&&`
/// and `||` at any nesting. A coroutine that the handler spawns is cancelled if it is bound to the
/// handler's cancellation slot. Equivalent to
/// `net::this_coro::reset_cancellation_state(net::enable_total_cancellation())`. A handler that
/// enables only `terminal` or `partial` cancellation is cancelled as well.
///
/// **Node**: none; handlers there listen to event 'close'.
inline auto enable_cancellation() noexcept {
  return boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
}

/// Handles requests: a coroutine or a plain function with the parameters
/// `(incoming_message&, server_response&)`.
using handler = detail::handler<incoming_message&, server_response&>;

/// Another name of `handler`.
using request_handler = handler;

/// Handles a connection that leaves HTTP: a coroutine or a plain function with the parameters
/// `(incoming_message&, anode::socket)`. The first bytes read from the socket are those that the
/// client sent after its request (Node's `head`).
using upgrade_handler = detail::handler<incoming_message&, anode::socket>;

/// An HTTP/1.1 server.
///
/// If a coroutine handler returns without calling `end()`, the server ends the response. If a
/// handler throws before the head is sent, the server discards the headers set so far and responds
/// with 500, or with 413 for `error::body_too_large`. If a handler throws later, the server closes
/// the connection. The exception goes to `on_error`. An exception after the client has disconnected
/// is ignored. When the client disconnects, a coroutine handler receives a cancellation, which it
/// ignores by default, see `enable_cancellation`.
///
/// If a response is complete while more than 1 MiB of a request body of known length is unread, the
/// response contains `Connection: close`. Further input is then discarded for up to 30 s.
///
/// Destroying the server closes all connections. Handlers that are still running may continue;
/// their connection is destroyed. On an empty handle, `listening`, `connection_count` and `options`
/// return the values of a closed server with default options, `close` and `close_..._connections`
/// have no effect, and all other calls throw `exception` with `error::invalid_this`.
///
/// **Concurrency**: use the server only on its executor, which must run on one thread at a time: an
/// `io_context` run by one thread, or a strand.
/// **Node**: `http.Server`.
class ANODE_EXPORT server {
public:
  using executor_type = net::any_io_executor;  ///< the type of `get_executor`

  /// Makes a server with default options and without a request handler, see `on_request`. The
  /// server belongs to `ex`.
  explicit server(executor_type ex);

  /// Makes a server with default options and a request handler.
  server(executor_type ex, handler on_request);

  /// Makes a server with options. With g++ 12, write `options` in braces only outside of `co_await`
  /// expressions.
  /// @throws exception with `error::out_of_range` if `headers_timeout` exceeds a nonzero
  ///   `request_timeout`.
  server(executor_type ex, server_options options);

  /// Makes a server with options and a request handler.
  server(executor_type ex, server_options options, handler on_request);

  /// Moves the server; the other handle becomes empty.
  server(server&&) noexcept;

  /// Moves the server and closes the previous one as the destructor does.
  server& operator=(server&&) noexcept;

  /// Stops listening and closes all connections.
  virtual ~server();

  /// Returns the executor of the server.
  executor_type get_executor() const;

  // Listening.

  /// Listens on a TCP port.
  /// @param port 0: any free port.
  /// @param host an IP address or "localhost"; empty: all addresses, IPv6 and IPv4.
  /// @param backlog maximum number of connections that wait to be accepted.
  /// @throws exception with the system's error, for example `EADDRINUSE`, or with
  ///   `error::server_already_listen`.
  /// **Node**: `server.listen(port, host, backlog)`.
  server& listen(std::uint16_t port, std::string host = {}, int backlog = 511);

  /// Listens at the address in `options`.
  /// @throws exception with the system's error, for example `EADDRINUSE`, with
  ///   `error::server_already_listen`, or with `error::invalid_arg_value` if the PROXY protocol is
  ///   required of no trusted proxy.
  /// **Node**: `server.listen(options)`.
  server& listen(listen_options const& options);

  /// Listens on a descriptor that is bound and listening, for example an inherited one. The server
  /// owns the descriptor from then on and makes it close-on-exec. To pass it to a child process,
  /// clear that flag (`fcntl`, `F_SETFD`).
  /// @throws exception as `listen`.
  /// **Node**: `server.listen({fd})`.
  server& listen_descriptor(native_handle_type descriptor);

  /// Listens on the descriptor of a bound and listening acceptor of Asio, which is released, see
  /// `listen_descriptor`.
  template <class Acceptor>
    requires requires(Acceptor& a) {
      { a.release() } -> std::convertible_to<native_handle_type>;
    }
  server& listen(Acceptor&& acceptor) {
    return listen_descriptor(acceptor.release());
  }

  /// Returns whether the server listens.
  /// **Node**: `server.listening`.
  bool listening() const noexcept;

  /// Returns the address at which the server listens; empty if it does not listen.
  /// **Node**: `server.address()`.
  endpoint address() const;

  /// Serves a connected stream, for example a connection of another acceptor, TLS, or memory. The
  /// server owns the stream, which must have the executor of the server.
  /// **Node**: `server.emit('connection', stream)`.
  void emit_connection(std::unique_ptr<byte_stream> stream);

  // Ending.

  /// Stops listening and closes idle connections, at once. Awaiting the result waits until the
  /// other connections have ended.
  /// @throws boost::system::system_error when awaited, with `error::server_not_running` if the
  ///   server did not listen; idle connections are closed all the same.
  /// **Node**: `server.close()`.
  write_operation close();

  /// Closes the connections that have no pending request.
  /// **Node**: `server.closeIdleConnections()`.
  void close_idle_connections();

  /// Closes all connections, except those that left HTTP.
  /// **Node**: `server.closeAllConnections()`.
  void close_all_connections();

  /// Shuts down gracefully. Accepts the connections already in the backlog, then stops listening.
  /// Every connection completes its current requests and answers one more request with
  /// `Connection: close`; for how long an idle one waits for a request is
  /// `server_options::drain_idle_timeout`. Connections that remain after `grace` are closed.
  /// Sockets that left HTTP (upgrades, tunnels) are treated like the others. `connections` shows
  /// the progress. The server may listen again afterwards.
  /// @param grace maximum time, at least 1 ms, until the remaining connections are closed.
  /// @return the numbers of ended and closed connections, when all connections have ended.
  /// **Cancellation**: ends the wait; the remaining connections stay open.
  /// **Node**: none.
  net::awaitable<drain_result> drain(std::chrono::milliseconds grace);

  /// Returns the number of connections, including those that left HTTP.
  /// **Node**: `server.getConnections()`.
  std::size_t connection_count() const noexcept;

  /// Returns snapshots of all connections, including those that left HTTP.
  /// **Node**: none.
  std::vector<connection_info> connections() const;

  // Settings. They apply to connections and requests from now on.

  /// Returns the options. Valid until they change.
  server_options const& options() const noexcept;

  /// Replaces the options.
  /// @throws exception with `error::out_of_range` if `headers_timeout` exceeds a nonzero
  ///   `request_timeout`; the previous options stay in effect.
  void set_options(server_options options);

  /// Sets `server_options::timeout` and, if it is not empty, the `on_timeout` handler.
  /// @param timeout time without a byte in either direction; 0: no timeout.
  /// **Node**: `server.setTimeout(msecs, callback)`.
  server& set_timeout(std::chrono::milliseconds timeout,
                      anode::detail::function<void(anode::socket)> on_timeout = {});

  // Events that decide: one handler each, a later one replaces it.

  /// Sets the handler of requests. Without a handler, requests get no response.
  /// **Node**: event 'request'.
  server& on_request(handler h);

  /// Sets the handler of requests with `Expect: 100-continue`. Without it the server sends 100
  /// Continue and calls the `on_request` handler.
  /// **Node**: event 'checkContinue'.
  server& on_check_continue(handler h);

  /// Sets the handler of requests with another Expect header. Without it the server responds with
  /// 417.
  /// **Node**: event 'checkExpectation'.
  server& on_check_expectation(handler h);

  /// Sets the handler of requests with an Upgrade header, see
  /// `server_options::should_upgrade_callback`. The handler owns the connection. It is called after
  /// all earlier responses are sent. The body of such a request is received before, up to
  /// `high_water_mark`; the new protocol begins behind it.
  /// **Node**: event 'upgrade'.
  server& on_upgrade(upgrade_handler h);

  /// Sets the handler of CONNECT requests. The handler owns the connection. It is called after all
  /// earlier responses are sent. Without it the connection is closed.
  /// **Node**: event 'connect'.
  server& on_connect(upgrade_handler h);

  /// Sets the handler of invalid input, connection failures and expired request timeouts. The
  /// handler must respond on the socket or close it. Without it the server responds with 400, 408,
  /// 413 or 431 and closes the connection.
  /// **Node**: event 'clientError'.
  server& on_client_error(anode::detail::function<void(client_error const&, anode::socket)> h);

  /// Sets the handler of requests over `max_requests_per_socket`. It is called before the server
  /// responds with 503.
  /// **Node**: event 'dropRequest'.
  server& on_drop_request(anode::detail::function<void(incoming_message&, anode::socket)> h);

  /// Sets the handler of exceptions that leave a request handler before the head of the response is
  /// sent. It is called with the headers set so far, and with the status of the automatic response
  /// (500, or 413 for `error::body_too_large`). It returns true if it has ended the response or
  /// will end it later. If it returns false, the headers are discarded, the server sends the
  /// automatic response, and `on_error` gets the exception. If it throws, `on_error` also gets its
  /// own exception.
  /// **Node**: none.
  server& on_handler_error(
      anode::detail::function<bool(incoming_message&, server_response&, std::exception_ptr)> h);

  /// Sets the handler of connections that are inactive for `timeout`, or that receive no new
  /// request for `keep_alive_timeout` after a response. The handler must close the connection. If
  /// no timeout listener is set here, on the request or on the response, the server closes it.
  /// **Node**: event 'timeout'.
  server& on_timeout(anode::detail::function<void(anode::socket)> h);

  // Events that notify: any number of listeners, called in the order of registration.

  /// Adds a listener for new connections.
  /// **Node**: event 'connection'.
  server& on_connection(anode::detail::function<void(anode::socket)> f);

  /// Adds a listener for connections that are closed because of `server_options::max_connections`.
  /// The facts are valid during the call.
  /// **Node**: event 'drop'.
  server& on_drop(anode::detail::function<void(drop_facts const&)> f);

  /// Adds a listener for the start of listening.
  /// **Node**: event 'listening'.
  server& on_listening(anode::detail::function<void()> f);

  /// Adds a listener, called after `close` or `drain` when the last connection has ended.
  /// **Node**: event 'close'.
  server& on_close(anode::detail::function<void()> f);

  /// Adds a listener for exceptions that leave a handler and for failures to accept.
  ///
  /// Without a listener, each exception is written to standard error as one line with the method
  /// and path of the request. Of failures to accept, and of exceptions of plain upgrade and CONNECT
  /// handlers, only the first one is written. An empty listener suppresses this output.
  /// **Node**: event 'error'.
  server& on_error(anode::detail::function<void(std::exception_ptr)> f);

  /// Sets the observers of the server, replacing the previous ones. Connections and requests that
  /// have begun keep the previous ones.
  server& set_trace(server_trace trace);

protected:
  /// Makes a server that encrypts its connections; for `https::server`.
  server(executor_type ex, server_options options, request_handler on_request,
         anode::detail::ptr<anode::detail::secure_server> secure);

  /// Adds a listener for completed handshakes.
  void add_secure_listener(anode::detail::function<void(anode::socket)> f);

private:
  anode::detail::ptr<anode::server::server_impl> core_;
};

}  // namespace anode::http
