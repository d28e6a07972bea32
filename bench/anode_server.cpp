// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Measured server: a coroutine handler with the default options, which include Date, keep-alive and
// all timeouts.
//
// Responses: /64k and /1m with bodies of that size, GET /stream with 64 MiB in chunks, and "Hello
// World!\n" for every other target. A POST is answered after its body was read.
//
// usage: anode_server PORT
#include <anode/http.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

namespace {

namespace http = anode::http;
namespace net = boost::asio;

std::string const body_64k(65536, 'x');
std::string const body_1m(1048576, 'x');

net::awaitable<void> stream(http::server_response& res) {
  for (int i = 0; i != 1024; ++i) {
    co_await res.write(body_64k);
  }
  co_await res.end();
}

net::awaitable<void> answer(http::incoming_message& req, http::server_response& res) {
  if (req.method() == "POST") {
    while (auto const chunk = co_await req.read()) {
    }
  }
  res.set_header("Content-Type", "text/plain");
  std::string_view const url = req.url();
  if (url == "/stream" && req.method() == "GET") {
    co_await stream(res);
    co_return;
  }
  std::string_view body = "Hello World!\n";
  if (url == "/64k") {
    body = body_64k;
  } else if (url == "/1m") {
    body = body_1m;
  }
  co_await res.end(body);
}

}  // namespace

int main(int argc, char** argv) {
  net::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  http::server server(io.get_executor(), answer);
  server.listen(static_cast<unsigned short>(std::atoi(argc > 1 ? argv[1] : "8000")), "127.0.0.1");
  io.run();
}
