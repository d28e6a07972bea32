// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The program that each consumer builds against an installed or embedded anode. It answers one
// request and ends.
#include <anode/http.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

namespace http = anode::http;
namespace net = boost::asio;

int main() {
  net::io_context io{1};
  http::server server{io.get_executor()};
  server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.set_header("Content-Type", "text/plain");
        co_await res.end("Hello World!\n");
        server.close();
      });
  server.listen(0, "127.0.0.1");
  std::cout << "listening on http://127.0.0.1:" << server.address().port << std::endl;
  io.run();
}
