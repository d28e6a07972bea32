// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"

namespace behaviour_agent_close_free {

namespace {

namespace http = anode::http;
using anode::test::ok;
using support::client_fixture;

http::agent_options keeping(std::size_t total = http::agent_options::no_limit) {
  http::agent_options o;
  o.keep_alive = true;
  o.max_total_sockets = total;
  return o;
}

}  // namespace

TEST_CASE("agent: close_free closes idle connections and leaves the others in the pool") {
  client_fixture f(keeping());
  auto first = f.request("GET", "/first");
  auto second = f.request("GET", "/second");
  first.end();
  second.end();
  f.settle();
  f.say(0, ok);
  REQUIRE(f.agent.totals().free_sockets == 1);
  f.agent.close_free();
  f.settle();
  CHECK(f.peers.at(0).ended());
  CHECK_FALSE(f.peers.at(1).ended());
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK(f.agent.totals().sockets == 1);
  f.pop_events();
  f.say(1, ok);
  CHECK(f.pop_events() == "response 200, data ok, res.end, close, res.close");
  CHECK(f.agent.totals().free_sockets == 1);

  auto third = f.request("GET", "/third");
  third.end();
  f.settle();
  CHECK(third.reused_socket());
  CHECK(f.peers.size() == 2);
}

TEST_CASE("agent: close_free does nothing without idle connections, and on an empty handle") {
  client_fixture f(keeping(1));
  f.agent.close_free();
  auto first = f.request("GET", "/first");
  auto second = f.request("GET", "/second");
  first.end();
  second.end();
  f.settle();
  f.agent.close_free();
  f.settle();
  CHECK(f.agent.totals().sockets == 1);
  CHECK(f.agent.totals().requests == 1);
  f.say(0, ok);
  f.say(0, ok);
  CHECK(f.agent.totals().free_sockets == 1);
  http::agent const kept = f.agent;
  http::agent moved = std::move(f.agent);
  f.agent.close_free();
  CHECK(moved.totals().free_sockets == 1);
  moved.close_free();
  CHECK(moved.totals().free_sockets == 0);
}

TEST_CASE("agent: close_free can be called by any listener of a request") {
  client_fixture f(keeping());
  auto first = f.request("GET", "/first");
  first.on_socket([&](anode::socket) { f.agent.close_free(); });
  first.on_finish([&] { f.agent.close_free(); });
  first.on_close([&] { f.agent.close_free(); });
  first.end();
  f.settle();
  f.say(0, ok);
  CHECK(f.pop_events() == "socket, finish, response 200, data ok, res.end, close, res.close");
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK(f.peers.at(0).ended());
}

}  // namespace behaviour_agent_close_free
