// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The handler of the measured servers.
//
// Responses: /64k and /1m with bodies of that size, GET /stream with 64 MiB in chunks, and "Hello
// World!\n" for every other target. A POST is answered after its body was read.
#pragma once

#include <anode/http.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <string>
#include <string_view>

namespace bench {

namespace http = anode::http;
namespace net = boost::asio;

inline std::string const body_64k(65536, 'x');
inline std::string const body_1m(1048576, 'x');

inline net::awaitable<void> stream(http::server_response& res) {
  for (int i = 0; i != 1024; ++i) {
    co_await res.write(body_64k);
  }
  co_await res.end();
}

inline net::awaitable<void> answer(http::incoming_message& req, http::server_response& res) {
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

/// Runs the server until SIGINT or SIGTERM. A program that ends in this way writes its profile.
inline void run(net::io_context& io) {
  net::signal_set stop(io, SIGINT, SIGTERM);
  stop.async_wait([&](auto const&...) { io.stop(); });
  io.run();
}

}  // namespace bench
