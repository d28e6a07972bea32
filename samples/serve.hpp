// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Runs a server until a signal asks it to end.
#pragma once

#include "options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>

namespace samples {

/// Drains on the first signal. The second signal has no handler, therefore it ends the program.
inline boost::asio::awaitable<void> drain_on_signal(anode::http::server& server,
                                                    std::chrono::seconds grace) {
  boost::asio::signal_set signals{server.get_executor(), SIGINT, SIGTERM};
  co_await signals.async_wait(boost::asio::use_awaitable);
  signals.clear();
  co_await server.drain(grace);
}

/// The options of a sample that serves: --host, --port, --grace.
struct serve_options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  unsigned grace = 5;

  /// Adds the options to a command line.
  void add_to(options& to) {
    to.add("--host", "ADDRESS", host, "address to listen on (127.0.0.1)")
        .add("--port", "PORT", port, "port to listen on, 0: any free port (8000)")
        .add("--grace", "SECONDS", grace, "time limit of a drain (5)");
  }
};

/// Listens, prints the address, and runs the context until the server is drained.
inline void serve(boost::asio::io_context& io, anode::http::server& server,
                  serve_options const& at) {
  server.listen(at.port, at.host);
  boost::asio::co_spawn(io, drain_on_signal(server, std::chrono::seconds(at.grace)),
                        boost::asio::detached);
  announce(server.address());
  io.run();
}

}  // namespace samples
