// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The same as hello.cpp with a proxy of the library anode-proxy in front of the server.
#include <anode/http.hpp>
#include <anode/proxy/upstream_pool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <iostream>
#include <optional>
#include <string>

namespace http = anode::http;
namespace net = boost::asio;
namespace proxy = anode::proxy;

int main() {
  net::io_context io{1};
  http::server origin{io.get_executor(), [](http::incoming_message&, http::server_response& res) {
                        res.end("Hello World!\n");
                      }};
  origin.listen(0, "127.0.0.1");
  proxy::upstream_pool pool{http::agent(io.get_executor())};
  pool.set({proxy::upstream("http://127.0.0.1:" + std::to_string(origin.address().port))});

  std::optional<http::server> server;
  server.emplace(io.get_executor(),
                 [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
                   proxy::lease at = co_await pool.acquire(net::use_awaitable);
                   http::client_request out = at.agent().request(at.target(), "GET", "/");
                   out.end();
                   http::incoming_message answer = co_await out.response();
                   std::string const text = co_await answer.text();
                   at.answered(answer.status_code(), {});
                   co_await res.end(text);
                   server->close();
                   origin.close();
                 });
  server->listen(0, "127.0.0.1");
  std::cout << "listening on http://127.0.0.1:" << server->address().port << std::endl;
  io.run();
}
