// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include <anode/http.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>

namespace http = anode::http;
namespace net = boost::asio;

net::awaitable<void> hello(http::incoming_message&, http::server_response& res) {
  res.set_header("Content-Type", "text/plain");
  co_await res.end("Hello World!\n");
}

int main(int argc, char** argv) {
  net::io_context io{1};
  http::server server{io.get_executor(), hello};
  server.listen(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8000), "127.0.0.1");
  std::cout << "listening on http://127.0.0.1:" << server.address().port << std::endl;
  io.run();
}
