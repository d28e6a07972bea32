// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Which handler of a server is called, and what happens without one.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"

#include <anode/error.hpp>

#include <string>
#include <vector>

namespace behaviour_server_node_events {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto asking =
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
constexpr auto going_on = "HTTP/1.1 100 Continue\r\n\r\n";

std::string ok(std::string const& body) {
  return "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  res.end(co_await req.text());
}

}  // namespace

TEST_CASE("server events: a handler passed to the constructor equals on_request") {
  net::io_context io;
  auto const handler = [](http::incoming_message&, http::server_response& res) { res.end("ok"); };
  for (bool const to_constructor : {true, false}) {
    http::server server =
        to_constructor ? http::server(io.get_executor(), handler) : http::server(io.get_executor());
    if (!to_constructor) {
      server.on_request(handler);
    }
    auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), 65536);
    http_peer peer{anode::socket(std::move(ours))};
    server.emit_connection(std::move(theirs));
    peer.send(get);
    io.restart();
    io.poll();
    CHECK(peer.received() == ok("ok"));
  }
}

TEST_CASE("server events: each request of a connection has its own request and response objects") {
  server_fixture f;
  event_log log;
  anode::socket connection;
  f.server.on_connection([&](anode::socket s) { connection = s; });
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    log.note(std::string(req.url()) + (req.socket() == connection ? "" : " elsewhere") +
             (res.has_header("x-mark") ? " used" : ""));
    res.set_header("X-Mark", "1");
    res.end();
  });
  http_peer peer = f.connect();
  for (std::string const path : {"/1", "/2", "/3"}) {
    f.say(peer, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  CHECK(log.pop_events() == "/1, /2, /3");
}

TEST_CASE("server events: without check_continue 100 is sent before the request is emitted") {
  server_fixture f;
  f.server.on_request(echo);
  http_peer peer = f.connect();
  f.say(peer, asking);
  CHECK(peer.take() == going_on);
  f.say(peer, "abc");
  CHECK(peer.received() == ok("abc"));
}

TEST_CASE("server events: a check_continue handler can reject the body") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { log.note("wrong"); });
  f.server.on_check_continue([](http::incoming_message&, http::server_response& res) {
    res.write_head(403);
    res.end("no");
  });
  http_peer peer = f.connect();
  f.say(peer, asking);
  CHECK(peer.received() ==
        "HTTP/1.1 403 Forbidden\r\nDate: now\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n");
  CHECK(peer.ended());
  CHECK(log.pop_events().empty());
}

TEST_CASE("server events: a check_continue handler can request the body") {
  server_fixture f;
  f.server.on_check_continue(
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        res.write_continue();
        res.end(co_await req.text());
      });
  http_peer peer = f.connect();
  f.say(peer, asking);
  CHECK(peer.take() == going_on);
  f.say(peer, "abc");
  CHECK(peer.received() == ok("abc"));
}

TEST_CASE("server events: CONNECT without a handler closes the connection") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { log.note("wrong"); });
  f.server.on_upgrade([&](http::incoming_message&, anode::socket const&) { log.note("wrong"); });
  http_peer peer = f.connect();
  f.say(peer, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  CHECK(peer.received().empty());
  CHECK(peer.ended());
  CHECK(log.pop_events().empty());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server events: a head above the size limit is reported as such and gets 431") {
  server_fixture f;
  event_log log;
  http::server_trace trace;
  trace.client_error = [&](http::client_error const& e, anode::socket const&) {
    log.note(std::string(http::code_name(e.code)));
  };
  f.server.set_trace(trace);
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20000, 'x'));
  CHECK(peer.received() ==
        "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n");
  CHECK(peer.ended());
  CHECK(log.pop_events() == "HPE_HEADER_OVERFLOW");
}

TEST_CASE("server events: the socket of a disconnected client accepts no response") {
  server_fixture f;
  event_log log;
  f.server.on_request([](http::incoming_message&, http::server_response&) {});
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    log.note(std::string(http::code_name(e.code)) + (s.writable() ? " writable" : " not writable"));
    s.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 65536);
  f.server.emit_connection(std::move(theirs));
  anode::socket client(std::move(ours));
  client.write(get);
  f.settle();
  client.reset();
  f.settle();
  CHECK(log.pop_events() == "ECONNRESET not writable");
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server events: keep_alive_timeout replaces a socket's timeout behind a response") {
  http::server_options options;
  options.keep_alive_timeout = 100ms;
  options.keep_alive_timeout_buffer = 0ms;
  server_fixture f(options);
  event_log log;
  f.server.on_connection([&](anode::socket s) {
    s.set_timeout(5s);
    s.on_timeout(log.recorder("timeout"));
  });
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  http_peer answered = f.connect();
  f.say(answered, get);
  f.advance(101ms);
  CHECK(answered.ended());
  CHECK(log.pop_events().empty());
}

TEST_CASE("server events: a timeout without a listener closes the connection") {
  http::server_options options;
  options.timeout = 50ms;
  server_fixture f(options);
  f.server.on_request([](http::incoming_message&, http::server_response&) {});
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(49ms);
  CHECK_FALSE(peer.ended());
  f.advance(2ms);
  CHECK(peer.ended());
  CHECK(peer.received().empty());
}

TEST_CASE("server events: a timeout listener is responsible for closing the connection") {
  http::server_options options;
  options.timeout = 50ms;
  event_log log;
  server_fixture f(options);
  bool of_server = false;
  SECTION("the server's handler") { of_server = true; }
  SECTION("a response's listener") {}
  if (of_server) {
    f.server.on_timeout([&](anode::socket const& s) { log.note(s ? "timeout" : "no socket"); });
  }
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    if (!of_server) {
      res.on_timeout(log.recorder("timeout"));
    }
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(51ms);
  CHECK(log.pop_events() == "timeout");
  CHECK_FALSE(peer.ended());
}

TEST_CASE("server events: the keep-alive timeout of an idle connection is a timeout event too") {
  http::server_options options;
  options.keep_alive_timeout = 100ms;
  options.keep_alive_timeout_buffer = 0ms;
  server_fixture f(options);
  event_log log;
  bool closes = false;
  SECTION("the handler closes the connection") { closes = true; }
  SECTION("the handler does nothing") {}
  f.server.on_timeout([&](anode::socket s) {
    log.note("timeout");
    if (closes) {
      s.destroy();
    }
  });
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(101ms);
  CHECK(log.pop_events() == "timeout");
  CHECK(peer.ended() == closes);
  if (!closes) {
    f.advance(1h);
    CHECK(log.pop_events().empty());  // emitted once
    peer.clear();
    f.say(peer, get);
    CHECK(peer.received().ends_with("ok"));
    f.advance(101ms);
    CHECK(log.pop_events() == "timeout");
  }
}

TEST_CASE("server events: data received in time restores the socket's timeout") {
  http::server_options options;
  options.timeout = 250ms;
  server_fixture f(options);
  f.server.on_request([](http::incoming_message& req, http::server_response& res) {
    if (req.url() == "/") {
      res.end("ok");
    }
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(5s);
  CHECK_FALSE(peer.ended());
  f.say(peer, "GET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
  f.advance(251ms);
  CHECK(peer.ended());
}

TEST_CASE("server events: close_idle_connections after close has no effect") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  f.server.listen(0, "127.0.0.1");
  http_peer peer = f.connect();
  f.say(peer, get);
  f.server.close();
  f.server.close_idle_connections();
  f.server.close_idle_connections();
  f.settle();
  CHECK(peer.received() == ok("ok"));
  CHECK(peer.ended());
}

TEST_CASE("server events: close_all_connections excludes connections that left HTTP") {
  server_fixture f;
  anode::socket kept;
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) { kept = s; });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  f.server.close_all_connections();
  f.settle();
  CHECK_FALSE(peer.ended());
  kept.write("still here");
  f.settle();
  CHECK(peer.received() == "still here");
}

}  // namespace behaviour_server_node_events
