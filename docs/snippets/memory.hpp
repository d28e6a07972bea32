// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What the recipes share: names, and a server and a client in memory.
#pragma once

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using namespace std::chrono_literals;

namespace recipes {

/// A server, and an agent whose connections all lead to it. No port, no real time.
struct memory {
  explicit memory(http::handler on_request, http::server_options options = {})
      : server(loop.get_executor(), std::move(options), std::move(on_request)) {
    http::agent_options o;
    o.keep_alive = true;
    o.create_connection = testing::connections_to(server);
    agent = http::agent(loop.get_executor(), std::move(o));
  }

  /// Returns the response to the bytes of a request, up to the end of the connection.
  std::string answer(std::string_view request) {
    testing::peer client = loop.connect(server);
    client.send(request);
    return client.take();
  }

  testing::event_loop loop;
  http::server server;
  http::agent agent{loop.get_executor()};
};

/// A request of a client that closes the connection afterwards.
inline std::string get(std::string_view target, std::string_view headers = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) +
         "Connection: close\r\n\r\n";
}

/// Runs the loop until `done`, which a timer of the program needs: the clock of the loop moves the
/// timers of the library only. Gives up after 30 s.
template <class Done>
bool run_until(testing::event_loop& loop, Done done) {
  auto const end = std::chrono::steady_clock::now() + 30s;
  while (!done() && std::chrono::steady_clock::now() < end) {
    loop.context().restart();
    loop.context().run_one_for(1s);
    loop.settle();
  }
  return done();
}

}  // namespace recipes
