// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/clock.hpp"
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>
#include <anode/socket.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace support {

namespace net = boost::asio;

/// The other end of a connection in memory. It sends the bytes that the test specifies, and records
/// the bytes that it receives.
class http_peer {
public:
  /// @param reads  whether the peer reads at all
  explicit http_peer(anode::socket s, bool reads = true) : socket_(std::move(s)) {
    if (reads) {
      net::co_spawn(socket_.get_executor(), listen(socket_, record_), net::detached);
    }
  }

  void send(std::string_view bytes) { socket_.write(bytes); }

  /// Ends the peer's sending direction.
  void end() { socket_.end(); }

  /// Closes both directions.
  void close() { socket_.destroy(); }

  /// Closes the connection with a reset.
  void reset() { socket_.reset(); }

  /// Returns the received bytes, with the value of Date fields replaced by "now".
  std::string received() const {
    std::string text = record_->bytes;
    for (std::size_t at = 0; (at = text.find("\r\nDate: ", at)) != std::string::npos;) {
      at += 8;
      text.replace(at, text.find("\r\n", at) - at, "now");
    }
    return text;
  }

  /// Returns the bytes received since the last call and clears the record.
  std::string take() {
    std::string text = received();
    clear();
    return text;
  }

  /// Clears the record of received bytes.
  void clear() { record_->bytes.clear(); }

  /// Returns whether the other side ended its direction or closed the connection.
  bool ended() const { return record_->ended; }

private:
  struct record {
    std::string bytes;
    bool ended = false;
  };

  static net::awaitable<void> listen(anode::socket s, std::shared_ptr<record> to) {
    try {
      while (auto const chunk = co_await s.read()) {
        to->bytes.append(*chunk);
      }
    } catch (boost::system::system_error const&) {
    }
    to->ended = true;
  }

  anode::socket socket_;
  std::shared_ptr<record> record_ = std::make_shared<record>();
};

/// Returns the number of occurrences of `part` in `text`.
inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos;
       at += part.size()) {
    ++n;
  }
  return n;
}

/// A server in memory. The test makes its connections and moves the clock.
class server_fixture {
public:
  explicit server_fixture(anode::http::server_options options = {})
      : server(io.get_executor(), std::move(options)) {
    clock().set_manual(std::chrono::sys_seconds(std::chrono::seconds(784111777)));
  }

  /// Connects to the server.
  /// @param capacity  buffer size of either direction, in bytes
  http_peer connect(std::size_t capacity = 65536) {
    auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), capacity);
    server.emit_connection(std::move(theirs));
    return http_peer(anode::socket(std::move(ours)));
  }

  /// Runs all ready handlers.
  void settle() {
    io.restart();
    io.poll();
  }

  /// Moves the clock and runs the expired timers.
  void advance(std::chrono::milliseconds time) {
    clock().advance(time);
    settle();
  }

  /// Sends bytes on a connection and runs all ready handlers.
  void say(http_peer& peer, std::string_view bytes) {
    peer.send(bytes);
    settle();
  }

  net::io_context io;
  anode::http::server server;

private:
  anode::runtime::clock& clock() { return anode::runtime::clock::of(io.get_executor()); }
};

}  // namespace support
