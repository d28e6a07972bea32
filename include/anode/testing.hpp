// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// For the tests of programs: handlers and clients without ports, and time without waiting. Not
/// part of `anode/http.hpp`.
///
/// ```cpp
/// testing::event_loop loop;
/// http::server server{loop.get_executor(), hello};
/// testing::peer client = loop.connect(server);
/// client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
/// client.expect("HTTP/1.1 200 OK\r\n");
/// loop.advance(std::chrono::seconds(6));  // the connection has been idle for too long
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
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace anode::testing {

/// Says that a test saw something else than it expected.
class ANODE_EXPORT mismatch : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class peer;

/// An execution context whose time stands still until the test moves it.
///
/// Give its executor to servers, agents and sockets; what they do in memory then happens inside of
/// `settle` and of the functions that call it, and nothing takes time. Destroy what uses it before
/// it. Sockets of the system and the resolver work too, but are not waited for.
///
/// **Concurrency**: one thread.
class ANODE_EXPORT event_loop {
public:
  /// Begins at a fixed time, Sun, 06 Nov 1994 08:49:37 GMT, which the Date header shows.
  event_loop();
  explicit event_loop(std::chrono::sys_seconds now);
  event_loop(event_loop const&) = delete;
  event_loop& operator=(event_loop const&) = delete;

  net::any_io_executor get_executor() { return io_.get_executor(); }
  net::io_context& context() noexcept { return io_; }

  /// Does all there is to do now.
  void settle();

  /// Lets time pass, settling before, whenever a time limit is reached on the way, and after.
  void advance(std::chrono::milliseconds time);

  /// Returns the time that the Date header shows.
  std::chrono::sys_seconds now();

  /// Makes a connection to a server; the test plays the client.
  /// @param capacity of either direction in bytes; who writes more has to wait for the reader.
  peer connect(http::server& to, std::size_t capacity = 65536);

  /// Runs a coroutine to its end, as far as that needs no time to pass.
  /// @return what it returns. @throws what it throws; mismatch when it still waits for something
  ///   when all is done, after it was cancelled.
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

/// The other end of a connection, played by the test: says what it is told to, keeps what it hears.
///
/// Every function settles the loop first or after, so that what it returns or checks is all that
/// can have happened. Closes the connection when it goes.
class ANODE_EXPORT peer {
public:
  peer(event_loop& loop, anode::socket connection);
  peer(peer&& other) noexcept = default;
  peer& operator=(peer&& other) noexcept;
  ~peer();

  /// Sends bytes, and lets happen what follows.
  void send(std::string_view bytes);
  void send(std::initializer_list<http::header_item> texts) = delete;

  /// Ends this direction.
  void end();

  /// Closes both directions.
  void close();

  /// Closes so that the other side sees a reset.
  void reset();

  /// Stops reading: what the other side sends fills the connection. `listen` goes on.
  void stop_listening();
  void listen();

  /// Takes the next bytes, which have to be these.
  /// @throws mismatch, with what came instead, if they are not.
  void expect(std::string_view bytes);
  void expect(std::initializer_list<http::header_item> texts) = delete;

  /// Takes everything up to the first `mark`, and that.
  /// @return what was taken. @throws mismatch if it has not come.
  std::string expect_until(std::string_view mark);

  /// Has nothing left, and the other side has not ended.
  /// @throws mismatch if not so.
  void expect_silence();

  /// Has nothing left, and the other side has ended its direction.
  /// @throws mismatch if not so, or if the connection was reset.
  void expect_end();

  /// The other side has reset the connection; what it sent before may be lost.
  /// @throws mismatch if not so.
  void expect_reset();

  /// Takes all that came.
  std::string take();

  /// Returns all that came and was not taken.
  std::string_view received();

  /// Returns whether the other side has ended its direction, or closed, or reset.
  bool ended();

private:
  struct heard;

  static net::awaitable<void> hear(anode::socket from, std::shared_ptr<heard> to);
  void check(bool right, std::string_view what);

  event_loop* loop_;
  anode::socket socket_;
  std::shared_ptr<heard> heard_;
};

/// The servers that an agent connects to, all played by the test.
///
/// ```cpp
/// testing::origin origin{loop};
/// http::agent agent{loop.get_executor(), {.create_connection = origin.connections()}};
/// ```
class ANODE_EXPORT origin {
public:
  /// @param capacity of either direction of a connection, in bytes.
  explicit origin(event_loop& loop, std::size_t capacity = 65536);

  /// Returns what makes connections to this, for `agent_options` and `request_options`.
  http::create_connection_function connections() const;

  /// Returns how many connections were made.
  std::size_t size() const;

  /// Returns the peer of a connection, counted from 0.
  /// @throws mismatch if that was not made.
  peer& operator[](std::size_t index) const;

  /// Returns where a connection was to lead.
  http::connect_options const& target(std::size_t index) const;

  /// Has further connections fail with this error; without one succeed again.
  void refuse(error_code ec);

private:
  struct state;

  static net::awaitable<std::unique_ptr<byte_stream>> make(std::shared_ptr<state> self,
                                                           http::connect_options to);

  std::shared_ptr<state> state_;
};

/// Returns what makes connections to `server` in memory, for `agent_options` and `request_options`;
/// the server must outlive its use.
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
