// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "transport/memory_stream.hpp"

#include <anode/server.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace anode::test {

namespace net = boost::asio;

inline net::awaitable<void> never(http::incoming_message&, http::server_response&) {
  net::steady_timer t(co_await net::this_coro::executor, std::chrono::hours(1000));
  co_await t.async_wait(net::use_awaitable);
}

inline net::awaitable<void> holds(http::incoming_message&, anode::socket s) {
  while ([[maybe_unused]] auto const piece = co_await s.read()) {
  }
}

/// A state in which a connection can be.
struct moment {
  std::string name;
  std::string sent;
  http::handler handler;
};

/// A server in memory with a connection in such a state.
struct busy_server {
  explicit busy_server(moment const& m) : server(new http::server(io.get_executor(), m.handler)) {
    server->on_upgrade(holds);
    auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), 4096);
    server->emit_connection(std::move(theirs));
    client = anode::socket(std::move(ours));
    client.write(m.sent);
    settle();
  }

  void settle() {
    io.restart();
    io.poll();
  }

  /// Returns whether the client sees the end of its connection after it has read all bytes.
  bool client_ended() {
    bool ended = false;
    net::co_spawn(
        io,
        [](anode::socket s, bool& e) -> net::awaitable<void> {
          try {
            while ([[maybe_unused]] auto const piece = co_await s.read()) {
            }
          } catch (boost::system::system_error const&) {
          }
          e = true;
        }(client, ended),
        net::detached);
    settle();
    return ended;
  }

  net::io_context io;
  std::unique_ptr<http::server> server;
  anode::socket client;
};

}  // namespace anode::test
