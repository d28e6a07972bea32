// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A high-water mark of 0: each write waits until its bytes are sent, and none waits longer.
#include "support/client_and_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <string>

namespace behaviour_message_high_water_mark {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_and_server;

http::server_options server_without_mark() {
  http::server_options o;
  o.high_water_mark = 0;
  return o;
}

}  // namespace

TEST_CASE("high-water mark 0: awaited writes of both messages complete") {
  std::size_t const size = GENERATE(0U, 1U, 10'000U, 300'000U);
  std::string const text(size, 'x');
  client_and_server f(server_without_mark());
  bool sent = false;
  bool received = false;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        std::string const body = co_await req.text();
        CHECK(body == text + "end");
        co_await res.write_processing();
        bool const room = static_cast<bool>(res.write(text));
        CHECK_FALSE(room);
        co_await res.write(text);
        co_await res.drained();
        co_await res.end("end");
        sent = true;
      });
  http::request_options o;
  o.method = "POST";
  o.host = "test";
  o.high_water_mark = 0;
  http::client_request req = f.agent.request(o);
  auto const ask = [&]() -> net::awaitable<void> {
    co_await req.write(text);
    co_await req.end("end");
    http::incoming_message res = co_await req.response();
    std::string const body = co_await res.text();
    CHECK(body == text + text + "end");
    received = true;
  };
  net::co_spawn(f.io, ask(), net::detached);
  f.settle();
  CHECK(sent);
  CHECK(received);
}

namespace {

net::awaitable<std::string> read_all(anode::socket& s) {
  std::string got;
  while (auto const piece = co_await s.read()) {
    got.append(*piece);
  }
  co_return got;
}

}  // namespace

TEST_CASE("high-water mark 0: awaited writes of sockets complete") {
  std::string const text(GENERATE(1U, 100'000U), 'x');
  client_and_server f(server_without_mark());
  bool sent = false;
  bool received = false;
  f.server.on_connect([&](http::incoming_message&, anode::socket s) -> net::awaitable<void> {
    co_await s.write("HTTP/1.1 200 OK\r\n\r\n");
    co_await s.write(text);
    co_await s.end();
    std::string const got = co_await read_all(s);
    CHECK(got == text + "end");
    sent = true;
  });
  http::request_options o;
  o.method = "CONNECT";
  o.host = "test";
  o.path = "a:1";
  o.high_water_mark = 0;
  auto const ask = [&]() -> net::awaitable<void> {
    http::client_request req = f.agent.request(o);
    req.end();
    http::upgrade_result up = co_await req.upgraded();
    anode::socket tunnel = up.socket();
    std::string const got = co_await read_all(tunnel);
    CHECK(got == text);
    co_await tunnel.write(text);
    co_await tunnel.end("end");
    received = true;
  };
  net::co_spawn(f.io, ask(), net::detached);
  f.settle();
  CHECK(sent);
  CHECK(received);
}

}  // namespace behaviour_message_high_water_mark
