// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace support {

namespace net = boost::asio;

/// Runs the context until the condition holds. A test that exceeds the time limit fails.
template <class Condition>
void run_until(net::io_context& io, Condition reached) {
  auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  io.restart();
  while (!reached()) {
    REQUIRE(std::chrono::steady_clock::now() < limit);
    io.run_one_until(limit);
  }
}

/// A client on the loopback interface. It sends the bytes that the test specifies, and records the
/// bytes that it receives.
class tcp_client {
public:
  tcp_client(net::io_context& io, std::uint16_t port) : io_(&io), state_(new state(io)) {
    state_->socket.connect({net::ip::address_v4::loopback(), port});
    state_->socket.set_option(net::ip::tcp::no_delay(true));
    read(state_);
  }

  ~tcp_client() {
    boost::system::error_code ignored;
    state_->socket.close(ignored);
  }
  tcp_client(tcp_client const&) = delete;
  tcp_client& operator=(tcp_client const&) = delete;

  void send(std::string_view bytes) {
    net::const_buffer const buffer(bytes.data(), bytes.size());
    REQUIRE(state_->socket.send(buffer) == bytes.size());
  }

  /// Ends the client's direction.
  void end() { state_->socket.shutdown(net::ip::tcp::socket::shutdown_send); }

  /// Closes the connection.
  void close() { state_->socket.close(); }

  /// Returns the port of the client.
  std::uint16_t port() const { return state_->socket.local_endpoint().port(); }

  /// Returns the bytes received so far.
  std::string const& received() const { return state_->bytes; }

  /// Returns whether the server has ended or reset the connection.
  bool ended() const { return state_->ended; }

  /// Runs until these bytes are received.
  void wait_for(std::string_view bytes) {
    run_until(*io_, [&] { return ended() || received().find(bytes) != std::string::npos; });
    CHECK(received().find(bytes) != std::string::npos);
  }

  /// Runs until the server ends the connection, and returns all received bytes.
  std::string wait_for_end() {
    run_until(*io_, [&] { return ended(); });
    return received();
  }

private:
  struct state {
    explicit state(net::io_context& io) : socket(io) {}
    net::ip::tcp::socket socket;
    std::array<char, 4096> buffer{};
    std::string bytes;
    bool ended = false;
  };

  static void read(std::shared_ptr<state> const& s) {
    s->socket.async_read_some(net::buffer(s->buffer),
                              [s](boost::system::error_code ec, std::size_t n) {
                                s->bytes.append(s->buffer.data(), n);
                                s->ended = ec.failed();
                                if (!ec) {
                                  read(s);
                                }
                              });
  }

  net::io_context* io_;
  std::shared_ptr<state> state_;
};

}  // namespace support
