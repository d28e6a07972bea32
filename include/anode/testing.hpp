// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Support for the tests of programs: servers and clients without ports, and a clock that the test
/// controls. Not part of `anode/http.hpp`.
///
/// ```cpp
/// testing::event_loop loop;
/// http::server server{loop.get_executor(), hello};
/// testing::peer client = loop.connect(server);
/// client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
/// client.expect("HTTP/1.1 200 OK\r\n");
/// loop.advance(std::chrono::seconds(6));  // expires the keep-alive timeout
/// ```

#include <anode/agent.hpp>
#include <anode/detail/export.hpp>
#include <anode/server.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace anode::testing {

/// Thrown if the received bytes or events differ from the expected ones.
class ANODE_EXPORT mismatch : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class peer;

/// An execution context whose time changes only when the test advances it.
///
/// Pass the executor of the loop to servers, agents and sockets. Their work in memory runs inside
/// `settle` and the functions that call `settle`, and takes no time. Destroy the objects that use
/// the loop before the loop. Sockets and the resolver of the system work too, but `settle` does not
/// wait for them.
///
/// **Concurrency**: one thread.
class ANODE_EXPORT event_loop {
public:
  /// Makes a loop whose time starts at Sun, 06 Nov 1994 08:49:37 GMT, which the Date header shows.
  event_loop();

  /// Makes a loop whose time starts at `now`.
  explicit event_loop(std::chrono::sys_seconds now);
  event_loop(event_loop const&) = delete;
  event_loop& operator=(event_loop const&) = delete;

  /// Returns the executor to pass to servers, agents and sockets.
  net::any_io_executor get_executor() { return io_.get_executor(); }

  /// Returns the underlying context.
  net::io_context& context() noexcept { return io_; }

  /// Runs everything that is ready now.
  /// @throws the exception of a listener or callback that runs.
  void settle();

  /// Advances the time. Settles first, at each timeout on the way, and at the end.
  void advance(std::chrono::milliseconds time);

  /// Returns the time that the Date header shows.
  std::chrono::sys_seconds now();

  /// Connects to a server; the test acts as the client.
  /// @param capacity maximum number of unread bytes in each direction; further writes wait for the
  ///   reader.
  peer connect(http::server& to, std::size_t capacity = 65536);

  /// Runs a coroutine to its end, without advancing the time.
  /// @return the result of the coroutine.
  /// @throws the exception of the coroutine.
  /// @throws mismatch if the coroutine still waits when nothing is ready; the coroutine is
  ///   cancelled.
  template <class T>
  T run(net::awaitable<T> work);

private:
  template <class T>
  struct outcome {
    std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> value;
    std::exception_ptr error;
    bool done = false;
    net::cancellation_signal cancel;
  };

  net::io_context io_;
};

/// The other end of a connection, controlled by the test. The peer sends bytes on request and
/// stores the received bytes.
///
/// Functions that send or close settle the loop afterwards, and functions that check or return
/// received bytes settle it first. Therefore results include everything that can have happened. The
/// destructor closes the connection.
class ANODE_EXPORT peer {
public:
  /// Makes the peer that uses `connection`, and starts to read. The loop must outlive the peer.
  peer(event_loop& loop, anode::socket connection);

  /// Moves the peer.
  peer(peer&& other) noexcept = default;

  /// Exchanges the two peers.
  peer& operator=(peer&& other) noexcept;

  /// Closes the connection.
  ~peer();

  /// Sends bytes and settles.
  void send(std::string_view bytes);
  void send(std::initializer_list<http::header_item> texts) = delete;

  /// Closes the outgoing direction (half-close).
  void end();

  /// Closes both directions.
  void close();

  /// Closes the connection with a reset.
  void reset();

  /// Stops reading. Bytes that the other side sends then fill the capacity of the connection.
  void stop_listening();

  /// Resumes reading.
  void listen();

  /// Consumes the next bytes, which must equal `bytes`.
  /// @throws mismatch, with the received bytes, if they differ.
  void expect(std::string_view bytes);
  void expect(std::initializer_list<http::header_item> texts) = delete;

  /// Consumes all bytes up to and including the first `mark`.
  /// @return the consumed bytes.
  /// @throws mismatch if `mark` was not received.
  std::string expect_until(std::string_view mark);

  /// Checks that no bytes are left and that the other side has not ended.
  /// @throws mismatch otherwise.
  void expect_silence();

  /// Checks that no bytes are left and that the other side has closed its direction.
  /// @throws mismatch otherwise, also after a reset.
  void expect_end();

  /// Checks that the other side has reset the connection. Bytes that it sent before may be lost.
  /// @throws mismatch otherwise.
  void expect_reset();

  /// Consumes and returns all received bytes.
  std::string take();

  /// Returns all received bytes that are not consumed. The view is valid until the next call.
  std::string_view received();

  /// Returns whether the other side has closed its direction, or closed or reset the connection.
  bool ended();

  /// Returns why the connection has failed: a reset, or with TLS for example a certificate that the
  /// peer does not accept. Empty if it has not.
  error_code error();

  /// Returns the connection, for example to look at its `secure()`.
  anode::socket const& connection() const noexcept { return socket_; }

private:
  struct received_input;

  static net::awaitable<void> receive(anode::socket from, std::shared_ptr<received_input> to);
  void check(bool right, std::string_view what);

  event_loop* loop_;
  anode::socket socket_;
  std::shared_ptr<received_input> received_;
};

/// The servers that an agent connects to, all controlled by the test.
///
/// ```cpp
/// testing::origin origin{loop};
/// http::agent agent{loop.get_executor(), {.create_connection = origin.connections()}};
/// ```
class ANODE_EXPORT origin {
public:
  /// Makes an origin without connections.
  /// @param capacity maximum number of unread bytes in each direction of a connection.
  explicit origin(event_loop& loop, std::size_t capacity = 65536);

  /// Makes an origin whose peers use another stream over their end of each connection, for example
  /// one that encrypts.
  /// @param layer returns that stream. It owns its argument.
  origin(event_loop& loop,
         std::function<std::unique_ptr<byte_stream>(std::unique_ptr<byte_stream>)> layer,
         std::size_t capacity = 65536);

  /// Returns the function that connects to this origin, for `agent_options` and `request_options`.
  http::create_connection_function connections() const;

  /// Settles and returns the number of connections that were made.
  std::size_t size() const;

  /// Returns the peer of a connection, counted from 0.
  /// @throws mismatch if there is no such connection.
  peer& operator[](std::size_t index) const;

  /// Returns the destination that the agent asked for.
  /// @throws mismatch if there is no such connection.
  http::connect_options const& target(std::size_t index) const;

  /// Makes further connections fail with `ec`. An empty `ec` makes them succeed again.
  void refuse(error_code ec);

private:
  struct state;

  static net::awaitable<std::unique_ptr<byte_stream>> make(std::shared_ptr<state> self,
                                                           http::connect_options to);

  std::shared_ptr<state> state_;
};

/// Returns a function that connects to `server` in memory, for `agent_options` and
/// `request_options`. The server must outlive the function and must not be moved.
/// @param capacity maximum number of unread bytes in each direction.
ANODE_EXPORT http::create_connection_function connections_to(http::server& server,
                                                             std::size_t capacity = 65536);

template <class T>
T event_loop::run(net::awaitable<T> work) {
  auto const result = std::make_shared<outcome<T>>();
  net::cancellation_slot const slot = result->cancel.slot();
  if constexpr (std::is_void_v<T>) {
    net::co_spawn(io_, std::move(work),
                  net::bind_cancellation_slot(slot, [result](std::exception_ptr e) {
                    result->error = e;
                    result->done = true;
                  }));
  } else {
    net::co_spawn(io_, std::move(work),
                  net::bind_cancellation_slot(slot, [result](std::exception_ptr e, T value) {
                    result->error = e;
                    result->value.emplace(std::move(value));
                    result->done = true;
                  }));
  }
  settle();
  if (!result->done) {
    result->cancel.emit(net::cancellation_type::terminal);
    settle();
    throw mismatch("The coroutine waits for something that does not happen");
  }
  if (result->error) {
    std::rethrow_exception(result->error);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result->value);
  }
}

}  // namespace anode::testing
