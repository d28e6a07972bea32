// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// One request and its response, in memory.
#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <iostream>

namespace http = anode::http;
namespace testing = anode::testing;

int main() try {
  testing::event_loop loop;
  http::server server{loop.get_executor(), [](http::incoming_message&, http::server_response& res) {
                        res.end("Hello World!\n");
                      }};
  testing::peer client = loop.connect(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.expect("HTTP/1.1 200 OK\r\n");
  client.expect_until("\r\n\r\nHello World!\n");
  std::cout << "anode works\n";
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
