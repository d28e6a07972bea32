// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The documented behaviour of ClientRequest when a response, an upgrade or an error arrives, item
// by item.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"

#include <anode/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <string>
#include <utility>

namespace behaviour_client_request_response {

namespace net = boost::asio;
namespace http = anode::http;
using namespace anode::test;
using support::client_fixture;

TEST_CASE("request: a response without a listener is discarded") {
  client_fixture f(keeping());
  auto r = f.agent.request(options());
  support::event_log log;
  r.on_close(log.recorder("close"));
  r.end();
  f.settle();
  f.say(0, ok);
  CHECK(log.pop_events() == "close");
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("request: an unread response waits for its reader and ends when it is read") {
  client_fixture f(keeping());
  f.reads = false;
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + std::string(200'000, 'x'));
  std::string const events = f.pop_events();
  CHECK(events == "socket, finish, response 200");
  CHECK_FALSE(f.response.complete());
  CHECK_FALSE(f.response.readable_ended());
  std::string body;
  auto const read = [&]() -> net::awaitable<void> { body = co_await f.response.text(); };
  net::co_spawn(f.io, read(), net::detached);
  f.settle();
  f.say(0, std::string(100'000, 'y'));
  CHECK(body.size() == 300'000);
  CHECK(f.response.complete());
  CHECK(f.response.readable_ended());
  CHECK(f.pop_events() == "res.end, close, res.close");
}

TEST_CASE("request: CONNECT and upgrades without a listener close the connection") {
  bool const connect = GENERATE(true, false);
  client_fixture f(keeping());
  auto r = f.request(connect ? "CONNECT" : "GET", connect ? "host:1" : "/");
  if (!connect) {
    r.set_header("Connection", "Upgrade");
    r.set_header("Upgrade", "x");
  }
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, connect ? "HTTP/1.1 200 OK\r\n\r\n"
                   : "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(f.pop_events() == "close");
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("request: responses that leave HTTP have a reason phrase") {
  bool const connect = GENERATE(true, false);
  client_fixture f(keeping());
  auto r = f.request(connect ? "CONNECT" : "GET", connect ? "host:1" : "/");
  if (!connect) {
    r.set_header("Connection", "Upgrade");
    r.set_header("Upgrade", "x");
  }
  std::string reason;
  auto const take = [&](http::incoming_message m, anode::socket) { reason = m.status_message(); };
  r.on_connect(take);
  r.on_upgrade(take);
  r.end();
  f.settle();
  f.say(0, connect ? "HTTP/1.1 200 Go on\r\n\r\n"
                   : "HTTP/1.1 101 Go on\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(reason == "Go on");
}

TEST_CASE("request: upgraded() returns the response and the socket, or the refusal") {
  client_fixture f(keeping());
  http::request_options o = options();
  o.headers = {{"Connection", "Upgrade"}, {"Upgrade", "x"}};
  auto r = f.agent.request(std::move(o));
  r.end();
  bool const agrees = GENERATE(true, false);
  bool upgraded = !agrees;
  std::string rest;
  auto const wait = [&]() -> net::awaitable<void> {
    auto result = co_await r.upgraded();
    upgraded = static_cast<bool>(result);
    if (upgraded) {
      rest = result.socket().buffered();
    } else {
      rest = co_await result.response().text();
    }
  };
  net::co_spawn(f.io, wait(), net::detached);
  f.settle();
  f.say(0, agrees ? "HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nfirst" : ok);
  CHECK(upgraded == agrees);
  CHECK(rest == (agrees ? "first" : "ok"));
}

TEST_CASE("request: upgraded() can be awaited after the response has arrived") {
  bool const dropped = GENERATE(true, false);
  client_fixture f(keeping());
  http::request_options o = options("CONNECT");
  o.path = "host:1";
  auto r = f.agent.request(std::move(o));
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\n\r\nfirst");
  CHECK_FALSE(f.peers.at(0).ended());
  CHECK(f.agent.totals().sockets == 0);
  if (dropped) {
    r = {};
    f.settle();
    CHECK(f.peers.at(0).ended());
    return;
  }
  std::string first;
  auto const wait = [&]() -> net::awaitable<void> {
    auto result = co_await r.upgraded();
    first = result.socket().buffered();
  };
  net::co_spawn(f.io, wait(), net::detached);
  f.settle();
  CHECK(first == "first");
  CHECK(f.peers.at(0).ended());  // The last handle was destroyed.
}

TEST_CASE("request: the errors that Node names") {
  client_fixture f(keeping());
  std::string message;
  auto r = f.request("GET");
  r.on_request_error([&](http::request_error const& e) { message = e.what(); });
  r.end();
  f.settle();
  f.peers.at(0).end();
  f.settle();
  CHECK(message == "socket hang up");
  auto second = f.request("GET");
  second.end();
  f.settle();
  f.say(1, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  boost::system::error_code ec;
  f.response.on_error([&](boost::system::error_code e) { ec = e; });
  f.peers.at(1).end();
  f.settle();
  CHECK(http::code_name(ec) == "ECONNRESET");
}

}  // namespace behaviour_client_request_response
