// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Handlers that throw, and handlers and options that change during a request.

#include "security/busy_server.hpp"
#include "security/requests.hpp"
#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace security_server_handlers {

namespace http = anode::http;
namespace net = boost::asio;
using namespace anode::test;
using support::event_log;
using support::http_peer;
using support::server_fixture;

TEST_CASE("server lifetime: an exception of a handler is answered, or closes the connection") {
  server_fixture f;
  event_log log;
  f.server.on_error([&](std::exception_ptr const& e) {
    try {
      std::rethrow_exception(e);
    } catch (std::exception const& x) {
      log.note(x.what());
    }
  });
  http_peer peer = f.connect();
  std::string const internal_error =
      "HTTP/1.1 500 Internal Server Error\r\nDate: now\r\nConnection: keep-alive\r\n"
      "Keep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n";
  SECTION("before the head, of a callback") {
    f.server.on_request([](http::incoming_message&, http::server_response& res) {
      res.set_header("Secret", "value");
      throw std::runtime_error("no");
    });
    f.say(peer, get);
    CHECK(peer.received().starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    CHECK(peer.received().find("Secret") == std::string::npos);
    CHECK_FALSE(peer.ended());
  }
  SECTION("before the head, of a coroutine after a suspension") {
    f.server.on_request(
        [](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
          co_await req.text();
          throw std::runtime_error("no");
        });
    f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    f.say(peer, "abc");
    CHECK(peer.received().starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    CHECK_FALSE(peer.ended());
  }
  SECTION("after the head") {
    f.server.on_request([](http::incoming_message&, http::server_response& res) {
      res.write("begun");
      throw std::runtime_error("no");
    });
    f.say(peer, get);
    CHECK(peer.received().ends_with("5\r\nbegun\r\n"));
    CHECK(peer.ended());
  }
  CHECK(log.pop_events() == "no");
  // Other connections are not affected.
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  http_peer other = f.connect();
  f.say(other, get);
  CHECK(other.received().ends_with("ok"));
}

TEST_CASE("server lifetime: a handler can throw an object that is not a std::exception") {
  server_fixture f;
  int calls = 0;
  f.server.on_error([&](std::exception_ptr const&) { ++calls; });
  f.server.on_request([](http::incoming_message&, http::server_response&) { throw 1; });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(calls == 1);
  CHECK(peer.received().starts_with("HTTP/1.1 500 "));
}

TEST_CASE("server lifetime: a handler that is replaced while it runs keeps its captures") {
  net::io_context io;
  http::server server(io.get_executor());
  std::vector<std::string> seen;
  net::steady_timer wait(io, std::chrono::hours(1));
  auto const other = [](http::incoming_message&, http::server_response& res) { res.end(); };
  auto const ask = [&] {
    auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), 4096);
    server.emit_connection(std::move(theirs));
    anode::socket client(std::move(ours));
    client.write(get);
    io.restart();
    io.poll();
    return client;
  };
  std::string const captured(100, 'c');
  SECTION("a callback") {
    server.on_request([captured, &server, &seen, &other](auto&, http::server_response& res) {
      server.on_request(other);
      seen.push_back(captured);
      res.end();
    });
    ask();
  }
  SECTION("a coroutine") {
    server.on_request([captured, &wait, &seen](http::incoming_message&,
                                               http::server_response&) -> net::awaitable<void> {
      boost::system::error_code ignored;
      co_await wait.async_wait(net::redirect_error(net::use_awaitable, ignored));
      seen.push_back(captured);
    });
    anode::socket const client = ask();
    server.on_request(other);
    wait.cancel();
    io.restart();
    io.poll();
  }
  SECTION("a handler of errors") {
    server.on_client_error([captured, &server, &seen](http::client_error const&, anode::socket s) {
      server.on_client_error({});
      seen.push_back(captured);
      s.destroy();
    });
    anode::socket client = ask();
    client.write("\x01\r\n\r\n");
    io.restart();
    io.poll();
  }
  CHECK(seen == std::vector<std::string>{captured});
}

TEST_CASE("server lifetime: options can change during a request") {
  net::io_context io;
  http::server server(io.get_executor(), {.unique_headers = {"X-One"}}, never);
  http::server_response* response = nullptr;
  server.on_request([&](http::incoming_message&, http::server_response& res) { response = &res; });
  auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), 4096);
  server.emit_connection(std::move(theirs));
  http_peer client{anode::socket(std::move(ours))};
  client.send(get);
  io.poll();
  REQUIRE(response != nullptr);
  server.set_options({});
  response->add_trailers({{"X-One", "t"}});
  response->set_header("X-One", std::vector<std::string>{"a", "b"});
  response->end();
  io.restart();
  io.poll();
  CHECK(support::count_of(client.received(), "X-One: a; b\r\n") == 1);
}

}  // namespace security_server_handlers
