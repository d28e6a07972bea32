// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Socket timeouts: no activity on a connection for a given time.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"

#include <string>
#include <vector>

namespace behaviour_server_node_socket_timeout {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto open_post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n";

}  // namespace

TEST_CASE("test-http-set-timeout-server: a timeout of the server") {
  server_fixture f;
  event_log log;
  http::server& same = f.server.set_timeout(50ms, [&](anode::socket s) {
    log.note(s.destroyed() ? "wrong" : "server");
    s.destroy();
  });
  CHECK(&same == &f.server);
  SECTION("for a request that is not answered") {
    f.server.on_request([](http::incoming_message&, http::server_response&) {});
    http_peer peer = f.connect();
    f.say(peer, get);
    f.advance(49ms);
    CHECK_FALSE(peer.ended());
    f.advance(2ms);
    CHECK(peer.ended());
  }
  SECTION("for a connection without a request") {
    http_peer peer = f.connect();
    f.settle();
    f.advance(51ms);
    CHECK(peer.ended());
  }
  CHECK(log.pop_events() == "server");
}

TEST_CASE("test-http-set-timeout-server: a timeout of a request with an incomplete body") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message& req, http::server_response&) {
    http::incoming_message& same = req.set_timeout(50ms, [&] {
      log.note("request");
      req.socket().destroy();
    });
    CHECK(&same == &req);
  });
  http_peer peer = f.connect();
  f.say(peer, open_post);
  f.advance(51ms);
  CHECK(log.pop_events() == "request");
  CHECK(peer.ended());
}

TEST_CASE("test-http-set-timeout-server: a timeout of a response") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    http::server_response& same = res.set_timeout(50ms, [&] {
      log.note("response");
      res.socket().destroy();
    });
    CHECK(&same == &res);
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(51ms);
  CHECK(log.pop_events() == "response");
  CHECK(peer.ended());
}

TEST_CASE("test-http-set-timeout-server: a complete request does not time out") {
  server_fixture f;
  event_log log;
  f.server.on_timeout([&](anode::socket s) {
    log.note("server");
    s.destroy();
  });
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    req.set_timeout(50ms, log.recorder("wrong"));
    res.on_timeout(log.recorder("response"));
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(51ms);
  CHECK(log.pop_events() == "response, server");
}

TEST_CASE("test-http-set-timeout-server: the first response of the pipeline times out") {
  server_fixture f;
  event_log log;
  f.server.on_timeout([&](anode::socket s) {
    log.note("server");
    s.destroy();
  });
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    if (req.url() == "/1") {
      res.end();
    } else {
      res.set_timeout(50ms, log.recorder(std::string(req.url())));
    }
  });
  http_peer peer = f.connect();
  f.say(peer,
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  f.advance(51ms);
  CHECK(log.pop_events() == "/2, server");
}

TEST_CASE("test-http-set-timeout-server: after a response only the server's timeout runs") {
  http::server_options options;
  options.keep_alive_timeout = 0ms;
  server_fixture f(options);
  event_log log;
  f.server.set_timeout(1ms, [&](anode::socket s) {
    log.note("server");
    s.destroy();
  });
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    req.on_timeout(log.recorder("wrong"));
    res.on_timeout(log.recorder("wrong"));
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(2ms);
  CHECK(log.pop_events() == "server");
}

TEST_CASE("test-http-set-timeout: a timeout of the socket") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message& req, http::server_response&) {
    anode::socket s = req.socket();
    anode::socket& same = s.set_timeout(500ms);
    CHECK(&same == &s);
    s.on_timeout([s, &log]() mutable {
      log.note("timeout");
      s.destroy();
    });
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(499ms);
  CHECK_FALSE(peer.ended());
  f.advance(2ms);
  CHECK(peer.ended());
  CHECK(log.pop_events() == "timeout");
}

TEST_CASE("test-http-server-consumed-timeout: bytes of the body postpone the timeout") {
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        res.flush_headers();
        req.set_timeout(200ms, log.recorder("timeout"));
        while ([[maybe_unused]] auto const chunk = co_await req.read()) {
        }
        res.end();
      });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    f.say(peer, "1\r\n.\r\n");
    f.advance(199ms);
  }
  f.say(peer, "0\r\n\r\n");
  CHECK(log.pop_events().empty());
  CHECK(peer.received().ends_with("0\r\n\r\n"));
}

TEST_CASE("test-http-keep-alive-large-write: a slow reader does not time out") {
  server_fixture f;
  event_log log;
  f.server.set_timeout(100ms, [&](anode::socket const&) { log.note("timeout"); });
  std::string const body(3'000'000, 'x');
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.set_header("Content-Length", std::to_string(body.size()));
    res.end(body);
  });
  // Reads 64 KiB at a time.
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 65536);
  f.server.emit_connection(std::move(theirs));
  anode::socket client(std::move(ours));
  client.write(get);
  f.settle();
  std::size_t got = 0;
  while (got < body.size()) {
    net::co_spawn(
        f.io,
        [](anode::socket s, std::size_t& n) -> net::awaitable<void> {
          auto const chunk = co_await s.read();
          n += chunk ? chunk->size() : 0;
        }(client, got),
        net::detached);
    f.settle();
    f.advance(99ms);
  }
  CHECK(log.pop_events().empty());
}

TEST_CASE("test-http-server-keep-alive-timeout: pipelined requests are handled at once") {
  http::server_options options;
  options.keep_alive_timeout = 50ms;
  options.http_allow_half_open = true;
  bool answers = false;
  SECTION("and answered at once") { answers = true; }
  SECTION("and not answered") {}
  server_fixture f(options);
  event_log log;
  f.server.set_timeout(500ms, [&](anode::socket s) {
    log.note("timeout");
    s.destroy();
  });
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    log.note(std::string(req.url()));
    if (answers) {
      res.end();
    }
  });
  http_peer peer = f.connect();
  f.say(peer,
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(log.pop_events() == "/1, /2, /3");
  CHECK(support::count_of(peer.received(), "200 OK") == (answers ? 3 : 0));
  f.advance(49ms);
  CHECK_FALSE(peer.ended());
  if (answers) {
    f.advance(1001ms);
  } else {
    f.advance(452ms);
    CHECK(log.pop_events() == "timeout");
  }
  CHECK(peer.ended());
}

}  // namespace behaviour_server_node_socket_timeout
