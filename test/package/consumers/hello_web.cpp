// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The same as hello.cpp with a router of the library anode-web.
#include <anode/web.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <optional>

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;

int main() {
  net::io_context io{1};
  std::optional<http::server> server;
  web::router app;
  app.get("/{rest...}", [&](web::context& c) -> net::awaitable<void> {
    co_await c.send("Hello World!\n");
    server->close();
  });
  server.emplace(io.get_executor(), app);
  server->listen(0, "127.0.0.1");
  std::cout << "listening on http://127.0.0.1:" << server->address().port << std::endl;
  io.run();
}
