// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A kept-alive connection that the server closes while a request is on its way: the resulting
// error, and the effect of the option `retry`.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <optional>

namespace behaviour_client_retry {

namespace {

namespace http = anode::http;
using anode::test::ok;
using support::client_fixture;
using namespace std::chrono_literals;

http::agent_options keeping(unsigned retry = 0) {
  http::agent_options o;
  o.keep_alive = true;
  o.retry = retry;
  return o;
}

/// A client with one free connection that was used before.
struct kept : client_fixture {
  explicit kept(unsigned retry = 0, http::agent_options o = {})
      : client_fixture([&] {
          o.keep_alive = true;
          o.retry = retry;
          return std::move(o);
        }()) {
    auto first = request("GET", "/first");
    first.end();
    settle();
    say(0, ok);
    pop_events();
    peers.at(0).clear();
    REQUIRE(agent.totals().free_sockets == 1);
  }

  /// Creates a request and records why it fails.
  http::client_request failing(std::string_view method, std::string_view path = "/again") {
    auto r = request(method, path);
    r.on_request_error([this](http::request_error const& e) { failure = e; });
    return r;
  }

  std::optional<http::request_error> failure;
};

}  // namespace

TEST_CASE("retry: without the option the error says how far the request got") {
  kept f;
  auto r = f.failing("GET");
  r.end();
  f.settle();
  CHECK(r.reused_socket());
  f.peers.at(0).end();
  f.settle();
  REQUIRE(f.failure);
  CHECK(f.failure->code_name() == "ECONNRESET");
  CHECK(std::string(f.failure->what()).find("socket hang up") != std::string::npos);
  CHECK(f.failure->reused_socket());
  CHECK(f.failure->verdict() == http::verdict::maybe_processed);
  CHECK(f.failure->phase() == http::request_phase::head);
  CHECK(f.failure->bytes_sent() == f.peers.at(0).received().size());
  CHECK(f.failure->bytes_received() == 0);
  CHECK(f.pop_events() == "socket, finish, error ECONNRESET, close");
  CHECK(r.retries() == 0);
  CHECK(f.peers.size() == 1);
}

TEST_CASE("retry: the errors of an unsent request and of a partly answered one") {
  kept f;
  auto unsent = f.failing("POST");
  f.settle();  // Nothing is written yet.
  f.peers.at(0).end();
  f.settle();
  REQUIRE(f.failure);
  CHECK(f.failure->verdict() == http::verdict::not_sent);
  CHECK(f.failure->bytes_sent() == 0);
  CHECK(f.failure->reused_socket());

  f.failure.reset();
  auto answered = f.failing("GET");
  answered.end();
  f.settle();
  f.say(1, "HTTP/1.1 200");
  f.peers.at(1).end();
  f.settle();
  REQUIRE(f.failure);
  CHECK(f.failure->verdict() == http::verdict::response_started);
  CHECK(f.failure->phase() == http::request_phase::head);
  CHECK(f.failure->bytes_received() == 12);
  CHECK_FALSE(f.failure->reused_socket());
}

TEST_CASE("retry: an idempotent request is sent unchanged on a fresh connection") {
  kept f(1);
  auto r = f.failing("PUT");
  r.set_header("X-One", "1");
  r.write("abc");
  r.end("def");
  f.settle();
  std::string const sent = f.peers.at(0).received();
  REQUIRE(sent.starts_with("PUT /again HTTP/1.1\r\n"));
  f.peers.at(0).end();
  f.settle();
  REQUIRE(f.peers.size() == 2);
  CHECK(f.peers.at(1).received() == sent);
  CHECK(r.retries() == 1);
  CHECK_FALSE(r.reused_socket());
  f.say(1, ok);
  CHECK(f.pop_events() ==
        "socket, finish, socket, response 200, data ok, res.end, close, res.close");
  CHECK_FALSE(f.failure);
  CHECK(f.agent.totals().free_sockets == 1);
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("retry: writes made after the loss follow on the fresh connection") {
  kept f(1);
  auto r = f.failing("PUT");
  r.write("abc");
  f.settle();
  f.peers.at(0).end();
  f.settle();
  REQUIRE(f.peers.size() == 2);
  CHECK(r.write("def"));
  r.end();
  f.settle();
  std::string const& sent = f.peers.at(1).received();
  CHECK(sent.ends_with("\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"));
  f.say(1, ok);
  CHECK(f.pop_events() ==
        "socket, socket, finish, response 200, data ok, res.end, close, res.close");
}

TEST_CASE("retry: a request that is not idempotent fails, unless the user declares it idempotent") {
  kept f(1);
  std::optional<bool> const word = GENERATE(std::optional<bool>(), std::optional<bool>(true));
  bool const post = GENERATE(true, false);
  http::request_options o;
  o.host = "test";
  o.method = post ? "POST" : "GET";
  o.idempotent = post ? word : std::optional<bool>(word.has_value());
  auto r = f.watched(f.agent.request(std::move(o)));
  r.on_request_error([&](http::request_error const& e) { f.failure = e; });
  r.end("body");
  f.settle();
  f.peers.at(0).end();
  f.settle();
  CHECK(f.failure.has_value() == !word.has_value());
  CHECK(f.peers.size() == (word ? 2u : 1u));
  if (f.failure) {
    CHECK(f.failure->verdict() == http::verdict::maybe_processed);
  }
}

TEST_CASE("retry: any method is retried if nothing was sent") {
  kept f(1);
  auto r = f.failing("POST");
  f.settle();
  f.peers.at(0).end();
  f.settle();
  r.end("abc");
  f.settle();
  CHECK_FALSE(f.failure);
  REQUIRE(f.peers.size() == 2);
  CHECK(f.peers.at(1).received().ends_with("\r\n\r\nabc"));
  CHECK(f.peers.at(0).received().empty());
}

TEST_CASE("retry: a failure of a fresh connection is not retried") {
  kept f(5);
  auto r = f.failing("GET");
  r.end();
  f.settle();
  f.peers.at(0).end();
  f.settle();
  REQUIRE(f.peers.size() == 2);
  f.peers.at(1).end();
  f.settle();
  REQUIRE(f.failure);
  CHECK(r.retries() == 1);
  CHECK_FALSE(f.failure->reused_socket());
  CHECK(f.failure->verdict() == http::verdict::maybe_processed);
  CHECK(f.peers.size() == 2);
}

TEST_CASE("retry: the verdict considers what earlier connections sent") {
  kept f(1);
  auto r = f.failing("GET");
  r.end();
  f.settle();
  f.refuse = true;
  f.peers.at(0).end();
  f.settle();
  REQUIRE(f.failure);
  CHECK(f.failure->phase() == http::request_phase::connect);
  CHECK(f.failure->verdict() == http::verdict::maybe_processed);
  CHECK(f.failure->bytes_sent() == f.peers.at(0).received().size());
}

TEST_CASE("retry: not after the response has begun") {
  kept f(1);
  auto r = f.failing("GET");
  r.end();
  f.settle();
  std::string_view const begun = GENERATE("H", "HTTP/1.1 100 Continue\r\n\r\n",
                                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
  f.say(0, begun);
  f.peers.at(0).end();
  f.settle();
  CHECK(f.peers.size() == 1);
  CHECK(r.retries() == 0);
  if (f.failure) {
    CHECK(f.failure->verdict() == http::verdict::response_started);
  } else {
    CHECK(f.response.aborted());
  }
}

TEST_CASE("retry: not for an aborted request, nor after the agent is destroyed") {
  kept f(1);
  auto r = f.failing("GET");
  r.end();
  f.settle();
  if (GENERATE(true, false)) {
    r.destroy();
  } else {
    f.agent.destroy();
  }
  f.settle();
  CHECK(f.failure);
  CHECK(f.peers.size() == 1);
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("retry: not for a body above the limit of retained bytes") {
  bool const large = GENERATE(true, false);
  kept f(1);
  auto r = f.failing("PUT");
  std::string const part(30000, 'x');
  r.write(part);
  r.write(part);
  if (large) {
    r.write(part);
  }
  f.settle();
  r.end();
  f.settle();
  CHECK(f.peers.at(0).received().size() > (large ? 90000u : 60000u));
  f.peers.at(0).end();
  f.settle();
  CHECK(f.failure.has_value() == large);
  CHECK(f.peers.size() == (large ? 1u : 2u));
}

TEST_CASE("retry: ends when the retry budget is used up") {
  // Each of many requests takes over the connection of the request before it, which then fails.
  http::agent_options o;
  o.max_sockets = 1;
  kept f(2, o);
  auto victim = f.failing("GET", "/victim");
  auto helper = f.request("GET", "/helper");
  victim.end();
  helper.end();
  f.settle();
  for (unsigned round = 0; round < 2; ++round) {
    f.peers.back().end();  // The victim's connection ends; it queues behind the helper.
    f.settle();
    CHECK(victim.retries() == round + 1);
    CHECK_FALSE(f.failure);
    f.say(f.peers.size() - 1, ok);  // Answers the helper; the victim takes over its connection.
    helper = f.request("GET", "/helper");
    helper.end();
    f.settle();
  }
  f.peers.back().end();
  f.settle();
  REQUIRE(f.failure);
  CHECK(f.failure->reused_socket());
  CHECK(victim.retries() == 2);
}

TEST_CASE("retry: the request's option takes precedence over the agent's") {
  kept f(1);
  http::request_options o;
  o.host = "test";
  o.retry = 0;
  auto r = f.watched(f.agent.request(std::move(o)));
  r.end();
  f.settle();
  f.peers.at(0).end();
  f.settle();
  CHECK(f.pop_events() == "socket, finish, error ECONNRESET, close");
  CHECK(f.peers.size() == 1);
}

TEST_CASE("retry: the timeout covers all attempts") {
  kept f(1);
  http::request_options o;
  o.host = "test";
  o.deadline = 100ms;
  auto r = f.watched(f.agent.request(std::move(o)));
  r.end();
  f.settle();
  f.advance(60ms);
  f.peers.at(0).end();
  f.settle();
  REQUIRE(f.peers.size() == 2);
  f.advance(41ms);
  CHECK(f.pop_events() == "socket, finish, socket, error ETIMEDOUT, close");
}

TEST_CASE("agent: a free connection that has ended is not reused, even before its end is read") {
  kept f;
  f.advance(2ms);
  f.peers.at(0).close();
  auto r = f.request("GET", "/b");
  r.end();
  f.settle();
  CHECK(f.peers.size() == 2);
  CHECK(f.peers.at(0).received().empty());
  CHECK_FALSE(r.reused_socket());
  CHECK(f.pop_events() == "socket, finish");
  CHECK(f.agent.totals().sockets == 1);
  CHECK(f.agent.totals().free_sockets == 0);
}

TEST_CASE("client: an early response is read although the server reads no more of the body") {
  // RFC 9112 section 9.5.
  client_fixture f(keeping());
  f.capacity = 1000;
  f.peer_reads = false;
  auto r = f.request("POST");
  std::string const part(100000, 'x');
  r.write(part);
  f.settle();
  std::string const answer =
      "HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 5\r\n\r\nlarge";
  f.peers.at(0).send(answer);
  f.peers.at(0).close();
  r.write(part);
  r.end();
  f.settle();
  std::string const events = f.pop_events();
  CHECK(events.find("response 413, data large, res.end") != std::string::npos);
  CHECK(events.find("error") == std::string::npos);
  CHECK(f.agent.totals().sockets == 0);
}

}  // namespace behaviour_client_retry
