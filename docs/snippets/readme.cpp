// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace http = anode::http;
namespace net = boost::asio;

net::awaitable<void> hello(http::incoming_message&, http::server_response& res) {
  res.set_header("Content-Type", "text/plain");
  co_await res.end("Hello World!\n");
}

int main() {
  net::io_context io{1};
  http::server server{io.get_executor(), hello};
  server.listen(8000, "127.0.0.1");
  io.run();
}
