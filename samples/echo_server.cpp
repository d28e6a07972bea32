// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Sends each request body back while it arrives. `co_await` applies back-pressure: if a client does
// not read, the server stops reading its body. Memory use is therefore independent of the body
// size.

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
#include <exception>
#include <string>

namespace http = anode::http;
namespace net = boost::asio;

net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  // A request with Content-Length gets a response with the same length. Otherwise the response is
  // chunked.
  for (auto const name : {"Content-Type", "Content-Length"}) {
    if (auto const value = req.headers().get(name)) {
      res.set_header(name, *value);
    }
  }
  while (auto const chunk = co_await req.read()) {
    co_await res.write(*chunk);
  }
  co_await res.end();
}

// Drains on the first signal. The second signal has no handler, therefore it ends the program.
net::awaitable<void> drain_on_signal(http::server& server, std::chrono::seconds grace) {
  net::signal_set signals{server.get_executor(), SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  signals.clear();
  co_await server.drain(grace);
}

int main(int argc, char** argv) try {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  unsigned grace = 5;
  samples::options{"echo_server", "Answers every request with its own body."}
      .add("--host", "ADDRESS", host, "address to listen on (127.0.0.1)")
      .add("--port", "PORT", port, "port to listen on, 0: any free port (8000)")
      .add("--grace", "SECONDS", grace, "time limit of a drain (5)")
      .parse(argc, argv);

  net::io_context io{1};
  http::server server{io.get_executor(), echo};
  server.listen(port, host);
  net::co_spawn(io, drain_on_signal(server, std::chrono::seconds(grace)), net::detached);
  samples::announce(server.address());
  io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "echo_server: {}\n", e.what());
  return EXIT_FAILURE;
}
