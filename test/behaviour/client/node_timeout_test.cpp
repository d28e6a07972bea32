// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Timeouts of a client's connections. They emit an event and end nothing by themselves.

#include "behaviour/client/request_setup.hpp"
#include "stream/buffered_socket.hpp"
#include "stream/socket_handle.hpp"
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <memory>
#include <string>
#include <vector>

namespace behaviour_client_node_timeout {

namespace http = anode::http;
using namespace std::chrono_literals;
using anode::test::keeping;
using anode::test::ok;
using std::chrono::milliseconds;
using support::client_and_server;
using support::client_fixture;

namespace {

http::agent_options timing_out(milliseconds timeout) {
  http::agent_options o = keeping();
  o.timeout = timeout;
  return o;
}

milliseconds timeout_of(anode::socket const& s) { return anode::stream::core_of(s)->timeout(); }

// Creates a request with a timeout option.
http::client_request request(client_fixture& f, milliseconds timeout) {
  http::request_options o;
  o.host = "test";
  o.timeout = timeout;
  return f.watched(f.agent.request(std::move(o)));
}

}  // namespace

TEST_CASE("test-http-agent-timeout-option: the agent's timeout applies to the connection") {
  client_fixture f(timing_out(50ms));
  f.suspend_connects();
  auto r = f.request("GET");
  milliseconds seen{0};
  r.on_socket([&](anode::socket s) { seen = timeout_of(s); });
  r.end();
  f.settle();
  CHECK(seen == 50ms);
  CHECK(f.pop_events() == "socket");
  f.advance(50ms);  // The timeout also runs while connecting.
  CHECK(f.pop_events() == "timeout");
}

TEST_CASE("test-http-client-timeout-option-with-agent: the request's timeout takes precedence") {
  client_fixture f(timing_out(50ms));
  f.suspend_connects();
  auto r = request(f, 100ms);
  milliseconds seen{0};
  r.on_socket([&](anode::socket s) { seen = timeout_of(s); });
  r.end();
  f.settle();
  CHECK(seen == 100ms);
  f.advance(99ms);
  CHECK(f.pop_events() == "socket");
  f.advance(1ms);
  CHECK(f.pop_events() == "timeout");
}

TEST_CASE("test-http-client-set-timeout: an option, and a timeout set later") {
  client_fixture f;
  f.suspend_connects();
  auto r = request(f, 2000ms);
  milliseconds seen{0};
  anode::socket connection;
  r.on_socket([&](anode::socket s) {
    seen = timeout_of(s);
    connection = std::move(s);
  });
  CHECK(&r.set_timeout(1000ms) == &r);
  r.end();
  f.settle();
  CHECK(seen == 2000ms);
  f.resume_connects();
  CHECK(timeout_of(connection) == 1000ms);
  f.advance(999ms);
  CHECK(f.pop_events() == "socket, finish");
  r.on_timeout([&] { r.destroy(); });
  std::string message;
  r.on_request_error([&](http::request_error const& e) { message = e.what(); });
  f.advance(1ms);
  CHECK(f.pop_events() == "timeout, error ECONNRESET, close");
  CHECK(message.starts_with("socket hang up"));
  CHECK(r.destroyed());
}

TEST_CASE("test-http-client-timeout-on-connect: set_timeout does not run while connecting") {
  client_fixture f;
  f.suspend_connects();
  auto r = f.request("GET");
  r.set_timeout(1ms);
  r.end();
  f.settle();
  f.advance(500ms);
  CHECK(f.pop_events() == "socket");
  f.resume_connects();
  CHECK(f.pop_events() == "finish");
  std::string message;
  r.on_request_error([&](http::request_error const& e) { message = e.what(); });
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  r.on_timeout([&] { r.abort(); });
#pragma GCC diagnostic pop
  f.advance(1ms);
  CHECK(f.pop_events() == "timeout, abort, error ECONNRESET, close");
  CHECK(message.starts_with("socket hang up"));
}

TEST_CASE("test-http-client-timeout: a callback when the server never answers") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  int calls = 0;
  auto& same = r.set_timeout(1ms, [&] {
    ++calls;
    r.destroy();
  });
  CHECK(&same == &r);
  r.end();
  f.settle();
  f.advance(1ms);
  CHECK(calls == 1);
  CHECK(r.destroyed());
  CHECK(f.pop_events() == "socket, finish, timeout, error ECONNRESET, close");
  f.advance(1000ms);
  CHECK(calls == 1);
}

TEST_CASE("test-http-client-timeout-event: emitted once, even if nothing was sent") {
  client_fixture f;
  auto r = f.request("GET");
  r.set_timeout(1ms);
  f.settle();
  f.advance(1ms);
  CHECK(f.pop_events() == "socket, timeout");
  r.end();
  f.settle();
  f.advance(100ms);
  CHECK(f.pop_events() == "finish");
  r.destroy();
  f.settle();
  CHECK(f.pop_events() == "error ECONNRESET, close");
  CHECK(r.destroyed());
}

TEST_CASE("test-http-client-timeout-option: a request that is ended late") {
  client_fixture f;
  auto r = request(f, 1ms);
  f.settle();
  f.advance(10ms);
  r.end();
  f.settle();
  f.advance(90ms);
  CHECK(f.pop_events() == "socket, timeout, finish");
  r.destroy();
  f.settle();
  CHECK(f.pop_events() == "error ECONNRESET, close");
}

TEST_CASE("test-http-client-timeout-with-data: a timeout during the body") {
  // A listener set after the response's head runs after the response's listeners, unless the
  // agent's timeout made the request listen from the beginning.
  bool const agent_timeout = GENERATE(false, true);
  http::agent_options agent;
  agent.timeout = agent_timeout ? 5000ms : 0ms;
  client_fixture f(agent);
  auto r = f.request("GET");
  int calls = 0;
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n*");
  r.set_timeout(50ms, [&] { ++calls; });
  f.advance(49ms);
  CHECK(calls == 0);
  f.advance(1ms);
  CHECK(calls == 1);
  f.say(0, "*");
  CHECK(f.pop_events() == std::string("socket, finish, response 200, data *, ") +
                              (agent_timeout ? "timeout, res.timeout" : "res.timeout, timeout") +
                              ", data *, res.end, res.close, close");
  CHECK(calls == 1);
}

TEST_CASE("test-http-client-response-timeout: a timeout set on the response") {
  client_fixture f;
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  f.pop_events();
  int calls = 0;
  f.response.set_timeout(1ms, [&] {
    ++calls;
    r.destroy();
  });
  f.advance(1ms);
  CHECK(calls == 1);
  // The request emits its own event only if its own timeout is set.
  CHECK(f.pop_events() == "res.timeout, res.aborted, close, res.error ECONNRESET, res.close");
  f.advance(100ms);
  CHECK(calls == 1);
}

TEST_CASE("test-http-client-set-timeout-after-end: cleared when the response ends") {
  http::agent_options o = timing_out(5000ms);
  o.max_sockets = 1;
  client_fixture f(std::move(o));
  auto r = f.request("GET");
  r.set_timeout(100ms);
  r.on_response([&](http::incoming_message m) {
    f.response = std::move(m);
    f.response.on_end([&] { CHECK(&r.set_timeout(0ms) == &r); });
    f.response.dump();
  });
  r.end();
  f.settle();
  f.say(0, ok);
  REQUIRE(f.agent.totals().free_sockets == 1);
  f.advance(200ms);
  CHECK(f.pop_events().find("timeout") == std::string::npos);
  CHECK(f.agent.totals().free_sockets == 1);
  f.advance(4800ms);  // The agent's timeout still applies.
  CHECK(f.agent.totals().free_sockets == 0);
}

TEST_CASE("test-http-client-timeout-agent: half of many requests time out") {
  client_and_server f;
  f.server.on_request([](http::incoming_message& req, http::server_response& res) {
    int const id = std::stoi(std::string(req.url().substr(1)));
    if (id % 2 == 0) {
      res.end("done");
    }
  });
  std::vector<http::client_request> requests;
  int ended = 0;
  int timed_out = 0;
  for (int i = 0; i < 30; ++i) {
    requests.push_back(f.request("GET", "/" + std::to_string(i)));
  }
  for (http::client_request& r : requests) {
    r.set_timeout(50ms, [&] {
      ++timed_out;
      r.destroy();
    });
    r.on_response([&](http::incoming_message m) {
      auto const response = std::make_shared<http::incoming_message>(std::move(m));
      response->on_end([&, response] { ++ended; });
      response->dump();
    });
    r.end();
  }
  f.settle();
  CHECK(ended == 15);
  CHECK(timed_out == 0);
  f.advance(50ms);
  f.advance(50ms);
  CHECK(ended == 15);
  CHECK(timed_out == 15);
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE(
    "test-http-client-timeout-connect-listener: the timeout runs immediately on a reused "
    "connection") {
  http::agent_options o = keeping();
  o.max_sockets = 1;
  client_fixture f(std::move(o));
  for (bool const reused : {false, true}) {
    auto r = f.request("GET");
    r.set_timeout(2147483647ms);
    r.end();
    f.settle();
    CHECK(r.reused_socket() == reused);
    f.say(0, ok);
    CHECK(f.pop_events().find("res.end") != std::string::npos);
  }
  auto r = f.request("GET");
  r.set_timeout(10ms);
  r.end();
  f.settle();
  f.advance(10ms);
  CHECK(f.pop_events() == "socket, finish, timeout");
}

TEST_CASE(
    "test-http-client-timeout-option-listeners: listeners do not accumulate on a connection") {
  client_fixture f(keeping());
  anode::socket connection;
  for (int i = 0; i < 10; ++i) {
    auto r = request(f, 2147483647ms);
    r.on_socket([&](anode::socket s) { connection = std::move(s); });
    r.end();
    f.settle();
    CHECK(f.agent.by_name().at("test:80:").sockets == 1);
    f.say(0, ok);
    f.pop_events();
  }
  CHECK(f.peers.size() == 1);
  auto r = request(f, 10ms);
  r.end();
  f.settle();
  CHECK(timeout_of(connection) == 10ms);
  f.advance(10ms);
  CHECK(f.pop_events() == "socket, finish, timeout");
}

TEST_CASE(
    "test-http-outgoing-settimeout: applied to the connection now, or when it is established") {
  client_fixture f;
  auto early = f.request("GET");
  anode::socket connection;
  early.on_socket([&](anode::socket s) { connection = std::move(s); });
  early.set_timeout(23ms);
  f.settle();
  CHECK(timeout_of(connection) == 23ms);
  early.set_timeout(42ms);
  CHECK(timeout_of(connection) == 42ms);

  client_and_server both;
  milliseconds of_response{0};
  both.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    res.set_timeout(42ms);
    of_response = timeout_of(req.socket());
    res.end();
  });
  both.get();
  CHECK(of_response == 42ms);
}

TEST_CASE("test-http-timeout-client-warning: a timeout above the maximum never expires") {
  client_fixture f(keeping());
  auto const timeout = GENERATE(milliseconds(1LL << 40), milliseconds::max());
  auto r = f.request("GET");
  r.set_timeout(timeout);
  r.end();
  f.settle();
  f.advance(std::chrono::hours(24 * 365));
  CHECK(f.pop_events() == "socket, finish");
  f.say(0, ok);
  CHECK(f.pop_events() == "response 200, data ok, res.end, close, res.close");
  CHECK_THROWS_AS(r.set_timeout(-1ms), http::exception);
}

TEST_CASE("test-http-timeout-overflow: more than 2^31 milliseconds do not become a short timeout") {
  client_fixture f;
  auto r = f.request("GET");
  int calls = 0;
  r.set_timeout(milliseconds(0xffffffffLL), [&] { ++calls; });
  r.end();
  f.settle();
  f.advance(milliseconds(0x7fffffffLL));
  CHECK(calls == 0);
  f.say(0, ok);
  r.set_timeout(0ms);
  f.advance(milliseconds(0xffffffffLL));
  CHECK(calls == 0);
  CHECK(f.response.complete());
}

}  // namespace behaviour_client_node_timeout
