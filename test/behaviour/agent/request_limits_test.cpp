// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Time limits of one request: to connect, to the head, and without a byte.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <functional>

namespace behaviour_agent_request_limits {

namespace {

namespace http = anode::http;
using anode::test::keeping;
using anode::test::ok;
using support::client_fixture;
using namespace std::chrono_literals;

struct limited_client : client_fixture {
  explicit limited_client(http::agent_options o = keeping()) : client_fixture(std::move(o)) {}

  http::client_request start(std::function<void(http::request_options&)> const& with,
                             std::string method = "GET") {
    http::request_options o;
    o.host = "test";
    o.method = std::move(method);
    with(o);
    auto r = watched(agent.request(std::move(o)));
    r.on_request_error([this](http::request_error const& e) {
      failure = std::string(e.code_name()) + " " + std::string(http::to_string(e.phase())) + " " +
                std::string(http::to_string(e.verdict())) + ": " + e.what();
    });
    return r;
  }

  http::client_request with_head_timeout(std::string method = "GET") {
    return start([](http::request_options& o) { o.head_timeout = 10s; }, std::move(method));
  }

  http::client_request with_idle_timeout(std::string method = "GET") {
    return start([](http::request_options& o) { o.idle_timeout = 10s; }, std::move(method));
  }

  std::string failure;
};

std::string const no_head =
    "ETIMEDOUT head maybe_processed: The head of the response took longer than head_timeout";
std::string const silent = ": No byte was sent or received for idle_timeout";

}  // namespace

TEST_CASE("head_timeout: fails a request whose response does not begin in time") {
  limited_client f;
  auto r = f.with_head_timeout();
  f.settle();
  f.advance(20s);  // nothing is sent yet
  r.end();
  f.settle();
  f.advance(5s);
  f.say(0, "HTTP/1.1 102 Wait\r\n\r\n");  // no final response
  f.advance(4999ms);
  CHECK(f.failure == "");
  f.advance(1ms);
  CHECK(f.failure ==
        "ETIMEDOUT head response_started: The head of the response took longer than head_timeout");
  CHECK(f.pop_events() == "socket, finish, information 102, error ETIMEDOUT, close");
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("head_timeout: does not limit the body, and not the next request of the exchange") {
  limited_client f;
  {
    auto r = f.with_head_timeout();
    r.end();
    f.settle();
    f.advance(9s);
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    f.advance(60s);
    f.say(0, "ok");
    CHECK(f.failure == "");
  }
  f.response = http::incoming_message();
  auto next = f.request("GET");
  next.end();
  f.settle();
  f.advance(60s);
  CHECK(f.pop_events().find("error") == std::string::npos);
  CHECK(f.agent.totals().sockets == 1);
}

TEST_CASE("head_timeout: begins when a slow upload is passed to the system, and again in a retry") {
  SECTION("an upload") {
    limited_client f;
    f.peer_reads = false;
    f.capacity = 1024;
    auto r = f.with_head_timeout("POST");
    r.end(std::string(1 << 20, 'x'));
    f.settle();
    f.advance(60s);
    CHECK(f.failure == "");
  }
  SECTION("a response that is faster than its request") {
    limited_client f;
    f.peer_reads = false;
    f.capacity = 1024;
    auto r = f.with_head_timeout("POST");
    r.end(std::string(1 << 20, 'x'));
    f.settle();
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    f.advance(60s);
    CHECK(f.failure == "");
  }
  SECTION("a retry") {
    http::agent_options o = keeping();
    o.retry = 1;
    limited_client f(o);
    auto first = f.request("GET");
    first.end();
    f.settle();
    f.say(0, ok);
    auto r = f.with_head_timeout();
    r.end();
    f.settle();
    f.advance(9s);
    f.peers.at(0).end();
    f.settle();
    REQUIRE(f.peers.size() == 2);
    f.advance(9s);
    CHECK(f.failure == "");
    f.advance(1s);
    CHECK(f.failure == no_head);
  }
}

TEST_CASE("idle_timeout: fails a request when the server is silent, in each phase") {
  limited_client f;
  SECTION("the server does not read") {
    f.peer_reads = false;
    f.capacity = 1024;
    auto r = f.with_idle_timeout("POST");
    r.end(std::string(1 << 20, 'x'));
    f.settle();
    f.advance(10s);
    CHECK(f.failure == "ETIMEDOUT send maybe_processed" + silent);
  }
  SECTION("the server does not answer") {
    auto r = f.with_idle_timeout();
    r.end();
    f.settle();
    f.advance(10s);
    CHECK(f.failure == "ETIMEDOUT head maybe_processed" + silent);
  }
  SECTION("the server does not send 100 Continue") {
    auto r = f.start(
        [](http::request_options& o) {
          o.idle_timeout = 10s;
          o.headers = {{"Expect", "100-continue"}};
        },
        "POST");
    f.settle();
    f.advance(10s);
    CHECK(f.failure == "ETIMEDOUT send maybe_processed" + silent);
  }
  SECTION("the server stops in the body, each byte of which begins the time anew") {
    auto r = f.with_idle_timeout();
    r.end();
    f.settle();
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    for (int i = 0; i != 10; ++i) {
      f.advance(9s);
      f.say(0, "a");
    }
    CHECK(f.failure == "");
    f.advance(9999ms);
    CHECK(f.failure == "");
    f.advance(1ms);
    CHECK(f.failure == "ETIMEDOUT body response_started" + silent);
  }
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("idle_timeout: does not count while the program neither writes nor reads") {
  limited_client f;
  SECTION("the program writes slowly") {
    auto r = f.with_idle_timeout("POST");
    for (int i = 0; i != 3; ++i) {
      r.write("abc");
      f.settle();
      f.advance(60s);
    }
    CHECK(f.failure == "");
    r.end();
    f.settle();
    f.advance(60s);
    CHECK(f.failure == "ETIMEDOUT head maybe_processed" + silent);
  }
  SECTION("the program reads slowly") {
    f.reads = false;
    auto r = f.start([](http::request_options& o) {
      o.idle_timeout = 10s;
      o.high_water_mark = 4;
    });
    r.end();
    f.settle();
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nenough");
    f.advance(60s);
    CHECK(f.failure == "");
  }
}

TEST_CASE("idle_timeout: ends with the response, and leaves the connection to the pool") {
  limited_client f;
  auto r = f.with_idle_timeout();
  r.end();
  f.settle();
  f.say(0, ok);
  f.advance(60s);
  CHECK(f.agent.totals().free_sockets == 1);
  auto next = f.request("GET");
  next.end();
  f.settle();
  f.advance(60s);
  CHECK(f.failure == "");
  CHECK(f.agent.totals().sockets == 1);
}

TEST_CASE("idle_timeout: ends with an upgrade") {
  limited_client f;
  auto r = f.start([](http::request_options& o) {
    o.idle_timeout = 10s;
    o.head_timeout = 10s;
    o.headers = {{"Connection", "upgrade"}, {"Upgrade", "x"}};
  });
  anode::socket socket;
  r.on_upgrade([&](http::incoming_message, anode::socket s) { socket = std::move(s); });
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  f.advance(60s);
  CHECK_FALSE(socket.destroyed());
  CHECK(f.failure == "");
}

TEST_CASE("connect_timeout: a request's own overrides the agent's") {
  http::agent_options o;
  o.connect_timeout = 5s;
  limited_client f(o);
  f.suspend_connects();
  auto usual = f.start([](http::request_options&) {});
  f.settle();
  f.advance(5s);
  CHECK(f.failure == "ETIMEDOUT connect not_sent: Connecting took too long");
  f.failure.clear();
  auto longer = f.start([](http::request_options& own) { own.connect_timeout = 8s; });
  auto none = f.start([](http::request_options& own) { own.connect_timeout = 0s; });
  f.settle();
  f.advance(7999ms);
  CHECK(f.failure == "");
  f.advance(1ms);
  CHECK(f.failure == "ETIMEDOUT connect not_sent: Connecting took too long");
  f.advance(60s);
  CHECK(f.agent.totals().sockets == 1);
  f.resume_connects();
}

}  // namespace behaviour_agent_request_limits
