// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/incoming_message.hpp>
#include <anode/server_response.hpp>
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
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace anode::server {
class server_impl;
}

namespace anode::http {

/// Durations of zero mean "for ever".
inline constexpr std::chrono::milliseconds unlimited{0};

/// The options of a `server`. **Node**: those of `http.createServer`, and properties of the server.
struct server_options {
  /// How often connections are checked for `headers_timeout` and `request_timeout`.
  std::chrono::milliseconds connections_checking_interval{30'000};
  /// How long a head may take; unless given the smaller of 60 s and `request_timeout`.
  std::optional<std::chrono::milliseconds> headers_timeout{};
  /// How many bytes a message or connection collects before writes ask to wait and reading stops.
  std::size_t high_water_mark = 65536;
  /// Lets a client that has ended its direction have its answer still; without it such a client's
  /// requests are given up, as Node does.
  bool http_allow_half_open = false;
  /// Accepts what strict HTTP forbids; see docs/deviations.md. Dangerous.
  bool insecure_http_parser = false;
  /// Joins repeated headers of which else only the first counts.
  bool join_duplicate_headers = false;
  /// Switches TCP keep-alive probes on for new connections, the first after the delay below.
  bool keep_alive = false;
  std::chrono::milliseconds keep_alive_initial_delay{0};
  /// How long an idle connection is kept after a response; 0: for ever.
  std::chrono::milliseconds keep_alive_timeout{5'000};
  /// How much longer it is really kept than the client is told.
  std::chrono::milliseconds keep_alive_timeout_buffer{1'000};
  /// The size of a request head in bytes; over it the answer is 431. 0: the default.
  std::size_t max_header_size = 16384;
  /// The number of header lines; over it the answer is 431. 0: unlimited.
  std::size_t max_headers_count = 2000;
  /// The number of requests of one connection that are handled at the same time, at least 1. More
  /// of a pipeline stay unread, as they do while the heads and bodies of those under way have
  /// `high_water_mark` bytes. **Node**: no such limit.
  std::uint32_t max_pipelined_requests = 32;
  /// The number of requests on one connection; 0: unlimited. Over it the answer is 503.
  std::uint32_t max_requests_per_socket = 0;
  /// Switches Nagle's algorithm off for new connections.
  bool no_delay = true;
  /// How long a whole request may take; 0: for ever.
  std::chrono::milliseconds request_timeout{300'000};
  /// Answers 400 to HTTP/1.1 requests without Host.
  bool require_host_header = true;
  /// Throws when a body is written to a response that has none.
  bool reject_non_standard_body_writes = false;
  /// Is asked of each request with an Upgrade header whether it leaves HTTP; false makes it an
  /// ordinary one. True without `on_upgrade` closes the connection, and so does an exception.
  /// Unset: a request leaves HTTP when there is an `on_upgrade`. **Node**: a later one's option
  /// `shouldUpgradeCallback`.
  std::function<bool(incoming_message const&)> should_upgrade_callback{};
  /// Closes connections on which nothing happens for so long; 0: never.
  std::chrono::milliseconds timeout{0};
  /// Response headers whose lists are joined with "; " into one line.
  std::vector<std::string> unique_headers{};
};

/// Where a `server` listens.
struct listen_options {
  std::uint16_t port = 0;  ///< 0: any free port, see `server::address`
  std::string host{};      ///< an address or "localhost"; empty: all, IPv6 and IPv4
  std::string path{};      ///< a Unix socket instead
  int backlog = 511;
  bool reuse_port = false;
  bool ipv6_only = false;
};

/// Why a connection's input is not a request.
struct client_error {
  error_code code;               ///< `HPE_*`, `ERR_HTTP_REQUEST_TIMEOUT`, `ECONNRESET`...
  std::string_view message;      ///< "Parse Error: Invalid method encountered"
  std::size_t bytes_parsed = 0;  ///< of the packet
  std::string_view raw_packet;   ///< what was received last; valid during the call
};

/// Functions that are told what a server does and change nothing of it. Free when unset.
struct server_trace {
  /// An input error, or a deadline that has passed, before it is handled.
  std::function<void(client_error const&, anode::socket const&)> client_error{};
  /// Nothing has happened on a connection for its timeout, before that is handled.
  std::function<void(anode::socket const&)> timeout{};
  /// A request over `max_requests_per_socket`, before it is refused.
  std::function<void(incoming_message const&, anode::socket const&)> drop_request{};
};

/// What a connection of a server is doing.
enum class connection_state : std::uint8_t {
  idle,         ///< waits for a request; also before the first one
  receiving,    ///< a request is on its way
  responding,   ///< requests are complete, their responses are not
  closing,      ///< no further request is read
  handed_over,  ///< has left HTTP: an upgrade, or a tunnel
};

/// One connection of a server, as it is at the moment.
struct connection_info {
  anode::socket socket;
  connection_state state = connection_state::idle;
  std::size_t requests = 0;      ///< not answered to the end
  std::size_t unread_bytes = 0;  ///< received, and read by nobody yet
  std::size_t unsent_bytes = 0;  ///< written by handlers, and not handed to the system yet
};

/// What a `server::drain` left behind.
struct drain_result {
  std::size_t finished = 0;         ///< connections that ended by themselves
  std::size_t cut = 0;              ///< connections that were closed at the deadline
  std::size_t cut_handed_over = 0;  ///< of those, how many had left HTTP
  std::size_t cut_requests = 0;     ///< requests whose responses were cut off, or never begun
};

/// Lets what a coroutine handler awaits be cancelled when its client goes away; without it, and by
/// default, a handler runs on and finds its response destroyed.
///
///     net::awaitable<void> report(http::incoming_message&, http::server_response& res) {
///       co_await http::enable_cancellation();
///       co_await res.end(co_await slow_query());  // ends with `operation_aborted` then
///     }
///
/// Holds for the rest of the handler, and for what it awaits through Asio's `&&` and `||`, at any
/// nesting. Coroutines that the handler spawns are reached if they are bound to its slot. The same
/// as `net::this_coro::reset_cancellation_state(net::enable_total_cancellation())`; handlers that
/// enable only `terminal` or `partial` cancellation are reached as well.
///
/// **Node**: none; there a handler listens to `close`.
inline auto enable_cancellation() noexcept {
  return boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
}

namespace detail {

/// A handler of one event that decides: a coroutine or a plain callback. Copies of one that can
/// only be moved share it.
template <class... Args>
class handler {
public:
  handler() = default;

  template <class F, class D = std::decay_t<F>>
    requires(!std::same_as<D, handler> && std::invocable<D&, Args...>)
  handler(F&& f) {
    using result = std::invoke_result_t<D&, Args...>;
    static_assert(
        std::is_void_v<result> || std::is_convertible_v<result, boost::asio::awaitable<void>>,
        "anode: a handler returns void or boost::asio::awaitable<void>; its result would be lost, "
        "and a coroutine of another type would never run.");
    if constexpr (!std::copy_constructible<D>) {
      set<result>([shared = std::make_shared<D>(std::forward<F>(f))](Args... args) -> result {
        return std::invoke(*shared, std::forward<Args>(args)...);
      });
    } else {
      set<result>(std::forward<F>(f));
    }
  }

  explicit operator bool() const noexcept { return callback || coroutine; }

  std::function<void(Args...)> callback;
  std::function<boost::asio::awaitable<void>(Args...)> coroutine;

private:
  template <class Result, class F>
  void set(F&& f) {
    if constexpr (std::is_void_v<Result>) {
      callback = std::forward<F>(f);
    } else {
      coroutine = std::forward<F>(f);
    }
  }
};

}  // namespace detail

/// Handles requests: a coroutine or a plain function that takes `(incoming_message&,
/// server_response&)`.
using request_handler = detail::handler<incoming_message&, server_response&>;

/// Handles a connection that leaves HTTP: takes `(incoming_message&, anode::socket)`. The socket's
/// first bytes are those that came behind the request (Node's `head`).
using upgrade_handler = detail::handler<incoming_message&, anode::socket>;

/// An HTTP/1.1 server.
///
/// A coroutine handler that returns without `end()` has that called for it. One that throws before
/// the head is out answers 500 with the headers it had set dropped; after that the connection is
/// closed; the error goes to `on_error`. When the client goes away, a coroutine handler is sent a
/// cancellation, which it ignores unless it has enabled that: see `enable_cancellation`.
///
/// A response that is complete, and leaves more than 1 MiB of a body of known length unread, says
/// `Connection: close`; what the client still sends is discarded for up to 30 s.
///
/// Belongs to the executor it is made with. Destroying it closes all connections; handlers that are
/// still running may go on, and find their connection destroyed.
///
/// **Concurrency**: everything on the executor, which only one thread at a time may run: that of an
/// `io_context` with one thread, or a strand. **Node**: `http.Server`.
class ANODE_EXPORT server {
public:
  using executor_type = net::any_io_executor;

  /// Makes a server with default options; `on_request` sets its handler.
  explicit server(executor_type ex);

  /// Makes a server with default options.
  server(executor_type ex, request_handler on_request);

  /// Makes a server. With g++ 12 give `options` in braces only outside of `co_await` expressions.
  server(executor_type ex, server_options options);
  server(executor_type ex, server_options options, request_handler on_request);

  server(server&&) noexcept;
  server& operator=(server&&) noexcept;
  ~server();

  executor_type get_executor() const;

  // Listening.

  /// Listens on a port of TCP.
  /// @throws boost::system::system_error, for example when the port is taken (`EADDRINUSE`);
  ///   exception with `error::server_already_listen`.
  server& listen(std::uint16_t port, std::string host = {}, int backlog = 511);

  /// Listens as the options say.
  server& listen(listen_options const& options);

  /// Listens on a descriptor that is bound and listening, for example one that was inherited. It
  /// belongs to the server from then on, and becomes close-on-exec like the server's own: clear
  /// that (`fcntl`, `F_SETFD`) to hand it to a program that is started. **Node**:
  /// `server.listen({fd})`.
  server& listen_descriptor(native_handle_type descriptor);

  /// Takes over an acceptor of Asio that is bound and listening, as `listen_descriptor` does.
  template <class Acceptor>
    requires requires(Acceptor& a) {
      { a.release() } -> std::convertible_to<native_handle_type>;
    }
  server& listen(Acceptor&& acceptor) {
    return listen_descriptor(acceptor.release());
  }

  /// Returns whether the server listens.
  bool listening() const noexcept;

  /// Returns where the server listens; empty if it does not. **Node**: `server.address()`.
  endpoint address() const;

  /// Serves a stream that is connected already: from another acceptor, or in memory.
  /// **Node**: `server.emit('connection', stream)`.
  void emit_connection(std::unique_ptr<byte_stream> stream);

  // Ending.

  /// Stops listening, closes idle connections, and waits until the others have ended.
  /// Acts at once; need not be awaited.
  /// @throws exception with `error::server_not_running`, when awaited, if the server did not
  /// listen.
  write_operation close();

  /// Closes the connections that wait for a request.
  void close_idle_connections();

  /// Closes all connections.
  void close_all_connections();

  /// Ends gracefully: stops listening, behind those that wait to be accepted, lets every connection
  /// finish what it is doing and answers one more request with `Connection: close`; closes what is
  /// left after `grace`. Sockets that have left HTTP (upgrades, tunnels) are waited for and closed
  /// like the others. `connections` tells meanwhile what is left. The server may listen again
  /// afterwards.
  net::awaitable<drain_result> drain(std::chrono::milliseconds grace);

  /// Returns the number of connections, those handed over included.
  /// **Node**: `server.getConnections`.
  std::size_t connection_count() const noexcept;

  /// Returns all connections, those handed over included, with what they are doing.
  std::vector<connection_info> connections() const;

  // Settings; they hold for connections and requests from now on.

  server_options const& options() const noexcept;
  void set_options(server_options options);

  /// Closes connections on which nothing happens for so long, or tells `on_timeout` instead.
  server& set_timeout(std::chrono::milliseconds timeout,
                      anode::detail::function<void(anode::socket)> on_timeout = {});

  // Events that decide: one handler each.

  server& on_request(request_handler h);
  server& on_check_continue(request_handler h);
  server& on_check_expectation(request_handler h);
  server& on_upgrade(upgrade_handler h);
  server& on_connect(upgrade_handler h);
  server& on_client_error(anode::detail::function<void(client_error const&, anode::socket)> h);
  server& on_drop_request(anode::detail::function<void(incoming_message&, anode::socket)> h);

  /// Is told of connections on which nothing has happened for `timeout`, or for
  /// `keep_alive_timeout` behind a response. It has to close them: without it, and without
  /// listeners of the request or response, the library does.
  server& on_timeout(anode::detail::function<void(anode::socket)> h);

  // Events that notify: any number.

  server& on_connection(anode::detail::function<void(anode::socket)> f);
  server& on_listening(anode::detail::function<void()> f);
  server& on_close(anode::detail::function<void()> f);

  /// Is told of exceptions that leave a handler, and of failures to accept. While there is no
  /// listener, an exception that leaves a handler is written to the standard error output, as one
  /// line with the request's method and path; so is the first failure to accept. A listener that
  /// does nothing silences that.
  server& on_error(anode::detail::function<void(std::exception_ptr)> f);

  /// Sets who watches the server.
  server& set_trace(server_trace trace);

private:
  anode::detail::ptr<anode::server::server_impl> core_;
};

}  // namespace anode::http
