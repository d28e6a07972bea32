// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "greeting.hpp"

#include <anode/testing.hpp>

#include <iostream>

namespace http = anode::http;
namespace testing = anode::testing;

int main() try {
  testing::event_loop loop;  // no port, and a clock that this program moves
  http::server server{loop.get_executor(), greet};
  testing::peer client = loop.connect(server);

  client.send("GET /start HTTP/1.1\r\nHost: a\r\n\r\n");
  client.expect("HTTP/1.1 200 OK\r\n");
  client.expect_until("\r\n\r\nHello from /start\n");

  loop.advance(std::chrono::seconds(7));  // longer than keep_alive_timeout
  client.expect_end();
  std::cout << "passed\n";
} catch (testing::mismatch const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
