// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Memory of a client's pooled connections: opens the connections, keeps all of them idle, and
// prints how much the memory use has grown.
//
// usage: idle_client PORT CONNECTIONS
// Prints: connections, bytes of anonymous memory per connection.
#include <anode/http.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <malloc.h>
#include <string>

namespace {

namespace http = anode::http;
namespace net = boost::asio;

long anonymous_bytes() {
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) {
      return std::strtol(line.c_str() + 8, nullptr, 10) * 1024;
    }
  }
  return 0;
}

net::awaitable<void> ask(http::agent& agent, http::request_options const& options, int& answered) {
  http::client_request request = agent.request(options);
  request.end();
  http::incoming_message response = co_await request.response();
  co_await response.text();
  ++answered;
}

// Opens 64 more connections. Each call uses a new local address, because the pool does not reuse
// connections across local addresses.
void connect_more(net::io_context& io, http::agent& agent, http::request_options& options) {
  static int last_address = 1;
  options.local_address = "127.0.0." + std::to_string(++last_address);
  int answered = 0;
  for (int i = 0; i != 64; ++i) {
    net::co_spawn(io, ask(agent, options, answered), [](std::exception_ptr e) {
      if (e) {
        std::rethrow_exception(e);
      }
    });
  }
  while (answered < 64 && io.run_one() > 0) {
  }
  io.poll();  // run the handlers that follow the last response
}

}  // namespace

int main(int argc, char** argv) try {
  int const connections = argc > 2 ? std::atoi(argv[2]) : 0;
  if (connections <= 0 || connections > 15000) {
    std::fputs("usage: idle_client PORT CONNECTIONS\n", stderr);
    return 2;
  }
  net::io_context io{1};
  http::agent_options options;
  options.keep_alive = true;
  options.max_free_sockets = static_cast<std::size_t>(connections) + 64;
  http::agent agent(io.get_executor(), options);
  http::request_options request;
  request.set_url(std::string("http://127.0.0.1:") + argv[1] + "/hello");
  connect_more(io, agent, request);
  long const before = anonymous_bytes();
  int made = 0;
  for (; made < connections; made += 64) {
    connect_more(io, agent, request);
  }
  long const after = anonymous_bytes();
  if (auto const kept = agent.totals().free_sockets; kept != static_cast<std::size_t>(made) + 64) {
    std::fprintf(stderr, "idle_client: %zu connections were kept\n", kept);
    return 1;
  }
  std::printf("%d %ld\n", made, (after - before) / made);
} catch (std::exception const& e) {
  std::fprintf(stderr, "idle_client: %s\n", e.what());
  return 1;
}
