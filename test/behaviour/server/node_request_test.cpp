// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// One request and its response, from the first event to the last.

#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace behaviour_server_node_request {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("test-http-1.0: the version of a request decides how its response is framed") {
  server_fixture f;
  f.server.on_request([](http::incoming_message& req, http::server_response& res) {
    if (req.url() == "/version") {
      res.write_head(200, {{"Content-Type", "text/plain"}});
      res.end(req.http_version() + " " + std::to_string(req.http_version_major()) + " " +
              std::to_string(req.http_version_minor()));
      return;
    }
    res.set_send_date(false);
    res.write_head(200, {{"Content-Type", "text/plain"}});
    res.write("Hello, ");
    res.write("world!");
    res.end();
  });
  http_peer peer = f.connect();
  SECTION("properties") {
    f.say(peer, "GET /version HTTP/1.0\r\n\r\n");
    CHECK(peer.received().ends_with("\r\n\r\n1.0 1 0"));
  }
  SECTION("HTTP/1.0") {
    f.say(peer, "GET / HTTP/1.0\r\nUser-Agent: curl/7.19.7\r\nHost: a\r\nAccept: */*\r\n\r\n");
    CHECK(peer.received() ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
          "Hello, world!");
  }
  SECTION("HTTP/1.1") {
    f.say(peer, "GET / HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n");
    CHECK(peer.received() ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
          "Transfer-Encoding: chunked\r\n\r\n7\r\nHello, \r\n6\r\nworld!\r\n0\r\n\r\n");
  }
  CHECK(peer.ended());
}

TEST_CASE("test-http-malformed-request: a target is not decoded") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    log.note(std::string(req.url()));
    res.write("Hello World");
    res.end();
  });
  http_peer peer = f.connect();
  peer.send("GET /hello?foo=%99bar HTTP/1.1\r\nHost: a\r\n\r\n");
  peer.end();
  f.settle();
  CHECK(log.pop_events() == "/hello?foo=%99bar");
  CHECK(peer.received().ends_with("\r\n\r\nb\r\nHello World\r\n0\r\n\r\n"));
  CHECK(peer.ended());
}

TEST_CASE("test-http-request-methods: HTTP/1.0 requests of methods without a body") {
  for (std::string const method : {"DELETE", "PATCH", "PURGE"}) {
    server_fixture f;
    event_log log;
    f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
      log.note(std::string(req.method()));
      res.write_head(200, {{"Content-Type", "text/plain"}});
      res.write("hello ");
      res.write("world\n");
      res.end();
    });
    http_peer peer = f.connect();
    f.say(peer, method + " / HTTP/1.0\r\n\r\n");
    CHECK(log.pop_events() == method);
    CHECK(peer.received().ends_with("Connection: close\r\n\r\nhello world\n"));
    CHECK(peer.ended());
  }
}

TEST_CASE("test-http-server-method.query: the method QUERY") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    log.note(std::string(req.method()));
    res.end("OK");
  });
  http::client_request r = f.request("QUERY");
  r.end();
  auto const response = f.fetch(std::move(r));
  f.settle();
  CHECK(log.pop_events() == "QUERY");
  CHECK(response->status == 200);
  CHECK(response->body == "OK");
}

TEST_CASE("test-http-request-host-header: a request without Host") {
  http::server_options options;
  CHECK(options.require_host_header);
  int handled = 0;
  auto const handler = [&](http::incoming_message&, http::server_response& res) {
    ++handled;
    res.write_head(200, http::header_list("test", "1"));
    res.end();
  };
  SECTION("is rejected by default") {
    server_fixture f(options);
    f.server.on_request(handler);
    http_peer peer = f.connect();
    f.say(peer, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK(peer.received() ==
          "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: now\r\n"
          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    CHECK(peer.ended());
    CHECK(handled == 0);
  }
  SECTION("is served if the option allows it") {
    options.require_host_header = false;
    server_fixture f(options);
    f.server.on_request(handler);
    http_peer peer = f.connect();
    f.say(peer, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK(peer.received() ==
          "HTTP/1.1 200 OK\r\ntest: 1\r\nDate: now\r\nConnection: close\r\n"
          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    CHECK(handled == 1);
  }
}

TEST_CASE("test-http-server: with half-open connections all pipelined responses are sent") {
  http::server_options options;
  options.http_allow_half_open = true;
  server_fixture f(options);
  event_log log;
  std::vector<http::server_response*> waiting;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    CHECK(&res.req() == &req);
    std::string const x(req.headers().get("x-x").value_or(""));
    log.note(std::string(req.method()) + " " + std::string(req.url()) + (x.empty() ? "" : " ") + x);
    waiting.push_back(&res);
  });
  http_peer peer = f.connect();
  auto const answer = [&](std::size_t i) {
    waiting.at(i)->write_head(200, {{"Content-Type", "text/plain"}});
    waiting.at(i)->write(std::string(waiting.at(i)->req().url()));
    waiting.at(i)->end();
    f.settle();
  };
  f.say(peer, "GET /hello?hello=world&foo=b==ar HTTP/1.1\r\nHost: a\r\n\r\n");
  answer(0);
  CHECK(peer.take().find("/hello?hello=world&foo=b==ar") != std::string::npos);
  f.say(peer, "POST /quit HTTP/1.1\r\nHost: a\r\n\r\n");
  peer.send(
      "GET / HTTP/1.1\r\nHost: a\r\nX-X: foo\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: a\r\nX-X: bar\r\n\r\n");
  peer.end();
  f.settle();
  CHECK(log.pop_events() == "GET /hello?hello=world&foo=b==ar, POST /quit, GET / foo, GET / bar");
  CHECK_FALSE(peer.ended());
  answer(3);
  answer(2);
  answer(1);
  CHECK(support::count_of(peer.received(), "HTTP/1.1 200 OK\r\n") == 3);
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-server-options-highwatermark: both directions of a message use it") {
  http::server_options options;
  std::size_t const default_size = options.high_water_mark;
  SECTION("as set") { options.high_water_mark = 2 * default_size; }
  SECTION("the default") {}
  server_fixture f(options);
  std::size_t mark = 0;
  anode::socket socket;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    mark = res.writable_high_water_mark();
    socket = req.socket();
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  CHECK(mark == options.high_water_mark);
  for (int i = 0; i < 20; ++i) {
    f.say(peer, std::string(65536, 'x'));
  }
  // The body is buffered up to the mark, plus one read.
  CHECK(socket.bytes_read() >= options.high_water_mark);
  CHECK(socket.bytes_read() <= options.high_water_mark + 2 * 65536);
}

TEST_CASE(
    "test-http-server-optimize-empty-requests: a request without a body is at its end "
    "immediately") {
  struct row {
    std::string method;
    std::string framing;
  };
  std::vector<row> rows;
  for (std::string const method : {"GET", "HEAD", "POST", "DELETE"}) {
    rows.push_back({method, ""});
  }
  rows.push_back({"GET", "Content-Length: 0\r\n"});
  rows.push_back({"POST", "Content-Length: 0\r\n"});
  for (row const& r : rows) {
    server_fixture f;
    event_log log;
    f.server.on_request(
        [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          auto const chunk = co_await req.read();
          log.note(chunk ? "body" : "end");
          res.end();
        });
    http_peer peer = f.connect();
    f.say(peer, r.method + " / HTTP/1.1\r\nHost: a\r\n" + r.framing + "\r\n");
    CHECK(log.pop_events() == "end");
    CHECK(peer.received().starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("test-http-req-res-close: the order of the last events") {
  server_fixture f;
  event_log log;
  http::server_response* response = nullptr;
  bool reads = false;
  bool at_once = false;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    res.on_finish([&] { log.note(res.destroyed() ? "finish, destroyed" : "finish"); });
    res.on_close([&] { log.note(res.destroyed() ? "response close" : "response open"); });
    req.on_end([&] { log.note(req.destroyed() ? "end, destroyed" : "end"); });
    req.on_close(
        [&] { log.note(req.readable_ended() ? "request close" : "request close unread"); });
    response = &res;
    if (reads) {
      req.dump();
    }
    if (at_once) {
      res.end();
    }
  });
  http_peer peer = f.connect();
  SECTION("answered at once") {
    at_once = true;
    f.say(peer, get);
    CHECK(log.pop_events() == "finish, response close, end, request close");
  }
  SECTION("answered later") {
    f.say(peer, get);
    f.advance(100ms);
    response->end();
    f.settle();
    CHECK(log.pop_events() == "finish, response close, end, request close");
  }
  SECTION("answered later, and read before") {
    reads = true;
    f.say(peer, get);
    f.advance(100ms);
    CHECK(log.pop_events() == "end, request close");
    response->end();
    f.settle();
    CHECK(log.pop_events() == "finish, response close");
  }
}

TEST_CASE("test-http-outgoing-finished: awaiting the end completes after close") {
  server_fixture f;
  event_log log;
  bool late = false;
  SECTION("awaited before the end") {}
  SECTION("awaited after the end") { late = true; }
  auto const wait = [](http::server_response& res, event_log& to) -> net::awaitable<void> {
    co_await res.finished();
    to.note("finished");
  };
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_close([&] {
      log.note("close");
      if (late) {
        net::co_spawn(f.io, wait(res, log), net::detached);
      }
    });
    if (!late) {
      net::co_spawn(f.io, wait(res, log), net::detached);
    }
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  std::string const events = log.pop_events();
  CHECK((events == "close, finished" || (!late && events == "finished, close")));
}

TEST_CASE("test-http-server-unconsume: bytes behind a request can be read from the socket") {
  server_fixture f;
  event_log log;
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) -> net::awaitable<void> {
    s.write("HTTP/1.1 200 OK\r\n\r\n");
    while (auto const chunk = co_await s.read()) {
      log.note(std::string(*chunk));
    }
    log.note("end");
  });
  http_peer peer = f.connect();
  f.say(peer, "PUT / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\n");
  f.say(peer, "hello world");
  peer.end();
  f.settle();
  CHECK(log.pop_events() == "hello world, end");
}

TEST_CASE("test-http-full-response: many HTTP/1.0 requests, each on its own connection") {
  server_fixture f;
  std::string const body(12345, 'C');
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"Content-Type", "text/plain"}, {"Content-Length", "12345"}});
    res.end(body);
  });
  std::size_t total = 0;
  for (int i = 0; i < 1000; ++i) {
    http_peer peer = f.connect();
    f.say(peer, "GET / HTTP/1.0\r\nHost: a\r\nUser-Agent: ApacheBench/2.3\r\nAccept: */*\r\n\r\n");
    REQUIRE(peer.ended());
    std::string const answer = peer.received();
    total += answer.size() - answer.find("\r\n\r\n") - 4;
  }
  CHECK(total == 1000 * body.size());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-pipe-fs: two successive bodies on one connection") {
  http::agent_options pooled;
  pooled.max_sockets = 1;
  client_and_server f({}, pooled);
  std::vector<std::string> bodies;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        std::string body;
        while (auto const chunk = co_await req.read()) {
          body += *chunk;
        }
        bodies.push_back(body);
        res.write_head(200);
        res.end();
      });
  std::vector<std::shared_ptr<support::fetched>> results;
  for (int i = 0; i < 2; ++i) {
    http::client_request r = f.request("POST", "/", {{"Content-Length", "5"}});
    r.end("12345");
    results.push_back(f.fetch(std::move(r)));
  }
  f.settle();
  CHECK(bodies == std::vector<std::string>{"12345", "12345"});
  CHECK(results[0]->status == 200);
  CHECK(results[1]->status == 200);
}

}  // namespace behaviour_server_node_request
