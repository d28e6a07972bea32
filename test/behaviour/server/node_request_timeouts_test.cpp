// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The timeouts of heads and requests.

#include "support/http_peer.hpp"

#include <anode/error.hpp>

#include <string>
#include <string_view>

namespace behaviour_server_node_request_timeouts {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto request_timeout = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";
constexpr auto answered =
    "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n";

http::server_options limits(std::chrono::milliseconds headers, std::chrono::milliseconds request,
                            std::chrono::milliseconds interval = 500ms) {
  http::server_options o;
  o.headers_timeout = headers;
  o.request_timeout = request;
  o.keep_alive_timeout = 0ms;
  o.connections_checking_interval = interval;
  return o;
}

// A server whose handler answers at once and counts requests.
struct counting_server : server_fixture {
  explicit counting_server(http::server_options o) : server_fixture(std::move(o)) {
    server.on_request([this](http::incoming_message&, http::server_response& res) {
      ++handled;
      if (answers) {
        res.end();
      }
    });
    server.on_timeout([this](anode::socket const&) { ++timeouts; });
  }

  int handled = 0;
  int timeouts = 0;
  bool answers = true;
};

// Checks that a silent connection gets 408 and is closed after two to two and a half seconds: the
// limit plus the interval of the periodic check.
void check_times_out(counting_server& f, http_peer& peer) {
  f.advance(1999ms);
  CHECK(peer.received().empty());
  CHECK_FALSE(peer.ended());
  f.advance(501ms);
  CHECK(peer.received() == request_timeout);
  CHECK(peer.ended());
  CHECK(f.timeouts == 0);
}

}  // namespace

TEST_CASE("test-http-server-headers-timeout-delayed-headers: a connection without a byte") {
  counting_server f(limits(2000ms, 0ms));
  CHECK(f.server.options().headers_timeout == 2000ms);
  http_peer peer = f.connect();
  check_times_out(f, peer);
  CHECK(f.handled == 0);
}

TEST_CASE("test-http-server-headers-timeout-interrupted-headers: a head that stops in a value") {
  counting_server f(limits(2000ms, 0ms));
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-CRASH: ");
  check_times_out(f, peer);
  CHECK(f.handled == 0);
}

TEST_CASE("test-http-server-headers-timeout-keepalive: each request has its own timeout") {
  counting_server f(limits(5000ms, 0ms, 1250ms));
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n");
  f.advance(1000ms);
  f.say(peer, "Connection: keep-alive\r\n");
  f.advance(1000ms);
  f.say(peer, "\r\n");
  CHECK(peer.take() == answered);
  f.advance(7500ms);
  CHECK_FALSE(peer.ended());
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep");
  f.advance(4999ms);
  CHECK_FALSE(peer.ended());
  f.advance(1251ms);
  CHECK(peer.received() == request_timeout);
  CHECK(peer.ended());
  CHECK(f.handled == 1);
  CHECK(f.timeouts == 0);
}

TEST_CASE("test-http-server-headers-timeout-pipelining: a request received with another") {
  counting_server f(limits(2000ms, 0ms));
  http_peer peer = f.connect();
  f.say(peer,
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: ");
  CHECK(peer.take() == answered);
  check_times_out(f, peer);
  CHECK(f.handled == 1);
}

TEST_CASE(
    "test-http-server-request-timeout-delayed-headers: the timeout runs from the connection on") {
  counting_server f(limits(0ms, 2000ms));
  http_peer peer = f.connect();
  check_times_out(f, peer);
  CHECK(f.handled == 0);
}

TEST_CASE("test-http-server-request-timeout-interrupted-headers: a head that stops in a value") {
  counting_server f(limits(0ms, 2000ms));
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-CRASH: ");
  check_times_out(f, peer);
  CHECK(f.handled == 0);
}

TEST_CASE("test-http-server-request-timeout-delayed-body: the handler already has the request") {
  counting_server f(limits(0ms, 2000ms));
  f.answers = false;
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\nConnection: close\r\n\r\n");
  CHECK(f.handled == 1);
  check_times_out(f, peer);
}

TEST_CASE(
    "test-http-server-request-timeout-interrupted-body: bytes of a body do not extend the "
    "timeout") {
  counting_server f(limits(0ms, 2000ms));
  f.answers = false;
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\nConnection: close\r\n\r\n");
  CHECK(f.handled == 1);
  SECTION("half of it at once") {
    f.say(peer, "1234567890");
    check_times_out(f, peer);
  }
  SECTION("byte by byte") {
    for (int i = 0; i < 19; ++i) {
      f.say(peer, "x");
      f.advance(105ms);
    }
    f.advance(505ms);
    CHECK(peer.received() == request_timeout);
    CHECK(peer.ended());
  }
}

TEST_CASE("test-http-server-request-timeout-keepalive: the timeout does not run between requests") {
  counting_server f(limits(0ms, 5000ms, 1250ms));
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n");
  f.advance(2000ms);
  f.say(peer, "Connection: keep-alive\r\n\r\n");
  CHECK(peer.take() == answered);
  f.advance(7500ms);
  CHECK_FALSE(peer.ended());
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n");
  f.advance(4999ms);
  CHECK_FALSE(peer.ended());
  f.say(peer, "Connection: keep-alive\r\n");
  f.advance(1251ms);
  CHECK(peer.received() == request_timeout);
  CHECK(peer.ended());
  CHECK(f.handled == 1);
}

TEST_CASE("test-http-server-request-timeout-pipelining: a request received with another") {
  counting_server f(limits(0ms, 2000ms));
  http_peer peer = f.connect();
  f.say(peer,
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: ");
  CHECK(peer.take() == answered);
  check_times_out(f, peer);
}

TEST_CASE("test-http-server-request-timeout-upgrade: an upgraded socket has no timeout") {
  counting_server f(limits(0ms, 2000ms));
  f.server.on_upgrade([](http::incoming_message&, anode::socket s) -> net::awaitable<void> {
    s.write("HTTP/1.1 101 Web Socket Protocol Handshake\r\n\r\n");
    while (auto const chunk = co_await s.read()) {
      co_await s.write(*chunk);
    }
    s.end();
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n");
  CHECK(peer.take() == "HTTP/1.1 101 Web Socket Protocol Handshake\r\n\r\n");
  f.advance(4000ms);
  f.say(peer, "12345678901234567890");
  peer.end();
  f.settle();
  CHECK(peer.received() == "12345678901234567890");
  CHECK(peer.ended());
}

TEST_CASE("test-http-server-request-timeouts-mixed: each connection has its own timeouts") {
  counting_server f(limits(2000ms, 4000ms, 250ms));
  std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\nConnection: ";
  std::string const rest_of_head = "close\r\n\r\n";
  auto const starts = [&](http_peer& peer) { f.say(peer, head); };
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        ++f.handled;
        co_await req.text();
        res.end();
      });
  http_peer one = f.connect();
  starts(one);
  f.advance(400ms);
  http_peer two = f.connect();
  http_peer three = f.connect();
  starts(two);
  starts(three);
  f.advance(800ms);
  http_peer four = f.connect();
  http_peer five = f.connect();
  starts(four);
  starts(five);
  f.advance(400ms);
  f.say(one, rest_of_head + "12345678901234567890");
  for (http_peer* p : {&three, &four, &five}) {
    f.say(*p, rest_of_head + "1234567890");
  }
  f.advance(1200ms);  // 2800 ms from the start
  CHECK(one.received().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(two.received() == request_timeout);
  CHECK_FALSE(three.ended());
  CHECK_FALSE(four.ended());
  CHECK_FALSE(five.ended());
  f.advance(200ms);
  f.say(four, "1234567890");
  f.advance(3250ms);
  CHECK(four.received().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(three.received() == request_timeout);
  CHECK(five.received() == request_timeout);
  CHECK(f.handled == 4);
  for (http_peer const* p : {&one, &two, &three, &four, &five}) {
    CHECK(p->ended());
  }
}

TEST_CASE("request timeout: a read of the body tells an expired time from a lost client") {
  counting_server f(limits(0ms, 2000ms));
  std::string thrown;
  f.server.on_request([&](http::incoming_message& req, auto&) -> net::awaitable<void> {
    try {
      co_await req.text();
    } catch (boost::system::system_error const& e) {
      thrown = http::code_name(e.code());
    }
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nabc");
  SECTION("the time is over") {
    f.advance(2500ms);
    CHECK(thrown == "ERR_HTTP_REQUEST_TIMEOUT");
    CHECK(peer.received() == request_timeout);
  }
  SECTION("the client has closed the connection") {
    peer.close();
    f.settle();
    CHECK(thrown == "ECONNRESET");
  }
  SECTION("the client has ended its direction") {
    peer.end();
    f.settle();
    CHECK(thrown == "ECONNRESET");
  }
}

}  // namespace behaviour_server_node_request_timeouts
