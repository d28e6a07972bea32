// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Listeners of the head: their order, what they may change, and what happens when they end the
// message or throw.
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/thrown.hpp"

#include <anode/http.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace behaviour_message_on_head {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::client_fixture;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string show(std::optional<std::uint64_t> length) {
  return length ? std::to_string(*length) : "unknown";
}

using respond = std::function<void(http::server_response&)>;

}  // namespace

TEST_CASE("on_head: is called once before the head is made, with the length if it is known") {
  struct {
    respond how;
    char const* length;
    int status = 200;
  } const cases[] = {
      {[](auto& res) { res.end("hello"); }, "5"},
      {[](auto& res) { res.end(); }, "0"},
      {[](auto& res) { res.write("he"); }, "unknown"},
      {[](auto& res) { res.set_header("Content-Length", 7).write("he"); }, "7"},
      {[](auto& res) { res.write_head(404).end("hello"); }, "unknown", 404},
      {[](auto& res) { res.write_head(201, {"Content-Length", "5"}).end("hello"); }, "5", 201},
      {[](auto& res) { res.flush_headers(); }, "unknown"},
      {[](auto& res) { res.set_status_code(204).end(); }, "0", 204},
  };
  for (auto const& c : cases) {
    server_fixture f;
    event_log log;
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.on_head([&](std::optional<std::uint64_t> length) {
        CHECK_FALSE(res.headers_sent());
        log.note(show(length) + " " + std::to_string(res.status_code()));
        res.set_header("X-Head", "yes");
      });
      c.how(res);
      res.on_head([&](auto) { log.note("too late"); });
      res.end();
    });
    http_peer peer = f.connect();
    f.say(peer, get);
    CHECK(log.pop_events() == std::string(c.length) + " " + std::to_string(c.status));
    CHECK(support::count_of(peer.received(), "X-Head: yes\r\n") == 1);
  }
}

TEST_CASE("on_head: the listener that was added last is called first") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_head([&](auto) { log.note("outer"); });
    res.on_head([&](auto) {
      log.note("inner");
      res.on_head([&](auto) { log.note("added"); });
    });
    res.end("x");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events() == "inner, added, outer");
  f.say(peer, get);
  CHECK(log.pop_events() == "inner, added, outer");
}

TEST_CASE("on_head: is called for a request, and for the head that a pipe makes") {
  client_fixture f;
  http::client_request r = f.request("POST");
  r.on_head([&](std::optional<std::uint64_t> length) { r.set_header("X-Length", show(length)); });
  r.end("hello");
  f.settle();
  CHECK(support::count_of(f.peers.at(0).received(), "X-Length: 5\r\n") == 1);

  server_fixture s;
  s.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        res.on_head([&](auto) { res.set_header("X-Head", "piped"); });
        co_await http::pipe(req, res);
      });
  http_peer peer = s.connect();
  s.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(support::count_of(peer.received(), "X-Head: piped\r\n") == 1);
  CHECK(support::count_of(peer.received(), "abc") == 1);
}

TEST_CASE("on_head: an exception leaves the call that makes the head, which is not made") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    respond const calls[] = {
        [](auto& r) { r.write_head(404); }, [](auto& r) { r.write("x"); },
        [](auto& r) { r.end("x"); },        [](auto& r) { r.end(std::string("x")); },
        [](auto& r) { r.flush_headers(); },
    };
    for (respond const& call : calls) {
      res.on_head([](auto) { throw http::exception(http::error::invalid_state, "not now"); });
      log.note(support::thrown([&] { call(res); }));
      CHECK_FALSE(res.headers_sent());
      CHECK(res.status_code() == 200);
    }
    res.end("last");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  std::string const one = "ERR_INVALID_STATE: not now";
  CHECK(log.pop_events() == one + ", " + one + ", " + one + ", " + one + ", " + one);
  CHECK(peer.received().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(peer.received().ends_with("\r\n\r\nlast"));
}

TEST_CASE("on_head: an exception at the end of a handler is an exception of the handler") {
  server_fixture f;
  std::string reported;
  f.server.on_error([&](std::exception_ptr e) {
    reported += support::thrown([&] { std::rethrow_exception(e); }) + ";";
  });
  int calls = 0;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.on_head([&](auto) { res.set_header("X-Outer", ++calls); });
        res.on_head([](auto) { throw http::exception(http::error::invalid_state, "no"); });
        co_return;
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(reported == "ERR_INVALID_STATE: no;");
  CHECK(calls == 1);  // for the 500 response
  CHECK(peer.take().starts_with("HTTP/1.1 500 Internal Server Error\r\nX-Outer: 1\r\n"));
  f.say(peer, get);
  CHECK(peer.take().starts_with("HTTP/1.1 500 Internal Server Error\r\nX-Outer: 2\r\n"));
}

TEST_CASE("on_head: exceptions for the response to a failed handler close the connection") {
  server_fixture f;
  std::string reported;
  f.server.on_error([&](std::exception_ptr e) {
    reported += support::thrown([&] { std::rethrow_exception(e); }) + ";";
  });
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        for (char const* const text : {"second", "first"}) {
          res.on_head([text](auto) { throw http::exception(http::error::invalid_state, text); });
        }
        co_return;
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(reported == "ERR_INVALID_STATE: second;ERR_INVALID_STATE: first;");
  CHECK(peer.received().empty());
  CHECK(peer.ended());
  http_peer other = f.connect();
  f.say(other, get);
  CHECK(other.ended());
}

TEST_CASE("on_head: a listener may make the head, end the message or destroy anything") {
  int const what = GENERATE(0, 1, 2, 3, 4, 5, 6);
  bool const coroutine = GENERATE(false, true);
  server_fixture f;
  auto const act = [&](http::server_response& res) {
    switch (what) {
      case 0:
        res.write_head(202);
        break;
      case 1:
        res.end("inner");
        break;
      case 2:
        res.write("inner");
        break;
      case 3:
        res.destroy();
        break;
      case 4:
        res.socket().reset();
        break;
      case 5:
        f.server.close_all_connections();
        break;
      default:
        f.server = http::server(f.io.get_executor());
    }
  };
  int calls = 0;
  auto const respond_to = [&](http::server_response& res) {
    res.on_head([&](auto) { ++calls; });
    res.on_head([&](auto) { act(res); });
    res.end("outer");
  };
  if (coroutine) {
    f.server.on_request(
        [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          respond_to(res);
          co_return;
        });
  } else {
    f.server.on_request(
        [&](http::incoming_message&, http::server_response& res) { respond_to(res); });
  }
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(calls == 1);
  std::string const got = peer.received();
  if (what == 0) {
    CHECK(got.starts_with("HTTP/1.1 202 Accepted\r\n"));
    CHECK(support::count_of(got, "outer") == 1);
  } else if (what == 1) {
    CHECK(got.ends_with("\r\n\r\ninner"));
  } else if (what == 2) {
    CHECK(got.ends_with("\r\n\r\n5\r\ninner\r\n5\r\nouter\r\n0\r\n\r\n"));
  } else if (what != 6) {
    CHECK(got.empty());
    CHECK(peer.ended());
  }
}

TEST_CASE("on_head: a listener of a request may destroy the request and the agent") {
  int const what = GENERATE(0, 1, 2);
  client_fixture f;
  http::client_request r = f.request("POST");
  r.on_head([&](auto) {
    if (what == 0) {
      r = http::client_request();
    } else if (what == 1) {
      r.destroy();
    } else {
      f.agent = http::agent(f.io.get_executor());
    }
  });
  r.end("body");
  f.settle();
  CHECK(f.pop_events().find("response") == std::string::npos);
}

TEST_CASE("on_head: a listener that is never called is released with its message") {
  client_fixture f;
  auto const token = std::make_shared<int>(1);
  {
    http::client_request r = f.request("POST");
    r.on_head([token](auto) {});
    f.settle();
  }
  f.settle();
  CHECK(token.use_count() == 1);

  server_fixture s;
  s.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_head([token](auto) {});
    res.destroy();
  });
  http_peer peer = s.connect();
  s.say(peer, get);
  CHECK(token.use_count() == 1);
}

}  // namespace behaviour_message_on_head
