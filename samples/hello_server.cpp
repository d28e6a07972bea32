// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A minimal server, and how to use more than one core: each thread has its own io_context and its
// own server. The servers share only the port, and the kernel distributes the connections. With
// --cert the servers use TLS.

#include "options.hpp"
#include "serve.hpp"
#include "tls_options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <thread>

namespace http = anode::http;
namespace net = boost::asio;

net::awaitable<void> hello(http::incoming_message&, http::server_response& res) {
  res.set_header("Content-Type", "text/plain");
  co_await res.end("Hello World!\n");
}

struct worker {
  explicit worker(samples::server_tls& tls) : server(tls.make_server(io.get_executor(), hello)) {}

  net::io_context io{1};
  http::server server;
};

int main(int argc, char** argv) try {
  http::listen_options at;
  at.host = "127.0.0.1";
  at.port = 8000;
  unsigned threads = 1;
  unsigned grace = 5;
  samples::server_tls tls;
  samples::options{"hello_server", "Answers every request with \"Hello World!\"."}
      .add("--host", "ADDRESS", at.host, "address to listen on (127.0.0.1)")
      .add("--port", "PORT", at.port, "port to listen on, 0: any free port (8000)")
      .add("--threads", "N", threads, "number of threads, 0: one for each core (1)")
      .add("--grace", "SECONDS", grace, "time limit of a drain (5)")
      .add(tls)
      .parse(argc, argv);
  if (threads == 0) {
    threads = std::max(1u, std::thread::hardware_concurrency());
  }

  std::deque<worker> workers;
  at.reuse_port = threads > 1;
  for (unsigned i = 0; i < threads; ++i) {
    worker& w = workers.emplace_back(tls);
    w.server.listen(at);
    at.port = w.server.address().port;  // with port 0, all servers use the port of the first one
    net::co_spawn(w.io, samples::drain_on_signal(w.server, std::chrono::seconds(grace)),
                  net::detached);
  }
  samples::announce(workers.front().server.address(), tls.scheme());

  std::deque<std::jthread> others;
  for (std::size_t i = 1; i < workers.size(); ++i) {
    others.emplace_back([&io = workers[i].io] { io.run(); });
  }
  workers.front().io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "hello_server: {}\n", e.what());
  return EXIT_FAILURE;
}
