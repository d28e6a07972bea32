// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Waiting for the end of an exchange: by itself, and as an operand of && and ||.
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"

#include <anode/http.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace behaviour_message_wait_close {

namespace http = anode::http;
namespace net = boost::asio;
using namespace net::experimental::awaitable_operators;
using support::client_and_server;
using support::client_fixture;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";

net::awaitable<void> note_close(net::awaitable<void> closed, event_log& log, std::string name) {
  try {
    co_await std::move(closed);
    log.note(name);
  } catch (boost::system::system_error const& e) {
    log.note(name + " " + std::string(http::code_name(e.code())));
  }
}

net::awaitable<void> forever(event_log& log) {
  net::steady_timer never(co_await net::this_coro::executor, net::steady_timer::time_point::max());
  try {
    co_await never.async_wait(net::use_awaitable);
  } catch (boost::system::system_error const&) {
    log.note("cancelled");
    throw;
  }
}

}  // namespace

TEST_CASE("wait_close: a server's request waits for the end of its response, not of its body") {
  server_fixture f;
  event_log log;
  http::server_response* response = nullptr;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        response = &res;
        std::string const body = co_await req.text();
        CHECK(body == "abc");
        CHECK(req.closed());
        net::co_spawn(f.io, note_close(req.wait_close(), log, "over"), net::detached);
        res.on_close(log.recorder("close"));
        co_await req.wait_close();
        CHECK(res.closed());
        log.note("handler");
        co_await req.wait_close();  // completes at once
        log.note("again");
      });
  http_peer peer = f.connect();
  f.say(peer, post);
  CHECK(log.pop_events() == "");
  response->end("x");
  f.settle();
  std::string const events = log.pop_events();
  CHECK(events.starts_with("close, "));
  CHECK(events.find("over") != std::string::npos);
  CHECK(events.find("handler, again") != std::string::npos);
  CHECK(peer.received().ends_with("\r\n\r\nx"));
}

TEST_CASE("wait_close: ends the work of a handler whose client disconnects") {
  bool const read = GENERATE(false, true);
  bool const reset = GENERATE(false, true);
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
        if (read) {
          co_await req.text();
        }
        co_await (forever(log) || req.wait_close());
        log.note("returns");
      });
  http_peer peer = f.connect();
  f.say(peer, post);
  CHECK(log.pop_events() == "");
  if (reset) {
    peer.reset();
  } else {
    peer.close();
  }
  f.settle();
  CHECK(log.pop_events() == "cancelled, returns");
}

TEST_CASE("wait_close: its cancellation leaves the message usable") {
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        auto const both = co_await (req.text() || req.wait_close());
        CHECK(both.index() == 0);
        CHECK(std::get<0>(both) == "abc");
        auto const sent = co_await (res.write("x") || req.wait_close());
        CHECK(sent.index() == 0);
        co_await res.end("y");
        log.note("ended");
      });
  http_peer peer = f.connect();
  f.say(peer, post);
  CHECK(log.pop_events() == "ended");
  CHECK(peer.received().ends_with("\r\n\r\n1\r\nx\r\n1\r\ny\r\n0\r\n\r\n"));
}

TEST_CASE("wait_close: a request that left HTTP is over") {
  server_fixture f;
  event_log log;
  f.server.on_upgrade([&](http::incoming_message& req, anode::socket s) -> net::awaitable<void> {
    co_await req.wait_close();
    log.note("over");
    s.destroy();
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(log.pop_events() == "over");
}

TEST_CASE("wait_close: a client's response is over when it is read or lost") {
  int const how = GENERATE(0, 1, 2, 3);
  client_fixture f;
  f.reads = false;
  event_log log;
  http::client_request r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
  REQUIRE(f.response);
  net::co_spawn(f.io, note_close(f.response.wait_close(), log, "over"), net::detached);
  f.settle();
  CHECK(log.pop_events() == "");
  if (how == 0) {
    f.say(0, "cd");
    CHECK(log.pop_events() == "");  // the body is not read yet
    net::co_spawn(f.io, f.response.text(), net::detached);
  } else if (how == 1) {
    f.peers.at(0).close();
  } else if (how == 2) {
    f.response.destroy();
  } else {
    f.response = {};
    r = {};
    f.say(0, "cd");
  }
  f.settle();
  CHECK(log.pop_events() == "over");
}

TEST_CASE("wait_close: an empty handle is refused, and a dropped wait leaves nothing behind") {
  client_fixture f;
  std::string refused;
  try {
    net::awaitable<void> const none = f.response.wait_close();
  } catch (http::exception const& e) {
    refused = e.what();
  }
  CHECK(refused == "The incoming_message refers to nothing");
  server_fixture s;
  s.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    net::awaitable<void> const dropped = req.wait_close();
    res.end("x");
  });
  http_peer peer = s.connect();
  s.say(peer, get);
  s.say(peer, get);
  CHECK(support::count_of(peer.received(), "\r\n\r\nx") == 2);
}

}  // namespace behaviour_message_wait_close
