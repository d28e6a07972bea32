// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The hooks of `client_trace`: which are called, in which order, and with which facts.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/traced.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <optional>

namespace behaviour_agent_trace {

namespace {

namespace http = anode::http;
namespace net = boost::asio;
using anode::test::keeping;
using anode::test::ok;
using support::client_fixture;
using support::event_log;
using support::trace_entry;
using support::traced;
using namespace std::chrono_literals;

http::client_trace recorder(event_log& log) {
  return traced([&log](std::string_view hook, http::traced_request const&,
                       std::string const& facts) { log.note(trace_entry(hook, facts)); });
}

/// A client all of whose requests are recorded in `hooks`.
struct traced_client : client_fixture {
  explicit traced_client(http::agent_options o = keeping()) : client_fixture(std::move(o)) {
    agent.set_trace(recorder(hooks));
  }

  /// Sends a request and returns the hooks that were called.
  std::string send(http::client_request& r) {
    r.end();
    settle();
    return hooks.pop_events();
  }

  event_log hooks;
};

}  // namespace

TEST_CASE("client trace: the hooks of requests on a new and on a kept connection") {
  traced_client f;
  auto first = f.request("GET", "/first");
  CHECK(f.send(first) == "created, socket(new), sent");
  f.advance(5ms);
  std::string const received = std::to_string(f.peers.at(0).received().size());
  f.say(0, ok);
  CHECK(f.hooks.pop_events() == "first_byte, response(200), finished(200 " + received + " 40 5ms)");
  f.advance(2000ms);
  auto second = f.request("GET", "/second");
  CHECK(f.send(second) == "created, socket(reused 2000ms), sent");
  f.say(0, "HTTP/1.1 204 No");
  CHECK(f.hooks.pop_events() == "first_byte");
  f.say(0, " Content\r\n\r\n");
  auto const sent = f.peers.at(0).received().size() - std::stoul(received);
  CHECK(f.hooks.pop_events() ==
        "response(204), finished(204 " + std::to_string(sent) + " 27 0ms reused)");
}

TEST_CASE("client trace: the facts of the request identify it") {
  client_fixture f(keeping());
  struct seen {
    std::uint64_t id;
    std::string text;
  };
  std::vector<seen> all;
  f.agent.set_trace(
      traced([&](std::string_view hook, http::traced_request const& r, std::string const&) {
        all.push_back({r.id, std::string(hook) + " " + std::string(r.method) + " " +
                                 std::string(r.host) + " " + std::to_string(r.port) + " " +
                                 std::string(r.path) + " " + std::to_string(r.attempt)});
        CHECK(r.request.method() == r.method);
        CHECK(r.started.time_since_epoch().count() != 0);
      }));
  for (int i = 0; i != 2; ++i) {
    auto r = f.request("POST", "/a?b");
    r.end("body");
    f.settle();
    f.say(0, ok);
  }
  REQUIRE(all.size() == 12);
  for (std::size_t i = 0; i != all.size(); ++i) {
    CHECK(all[i].text.ends_with(" POST test 80 /a?b 1"));
    CHECK(all[i].id == all[i < 6 ? 0 : 6].id);
  }
  CHECK(all[0].id != all[6].id);
}

TEST_CASE("client trace: created can set headers, also of a head that is fixed at once") {
  client_fixture f;
  http::client_trace t;
  t.created = [](http::traced_request const& r) { r.request.set_header("traceparent", "00-1"); };
  f.agent.set_trace(t);
  http::request_options o;
  o.host = "test";
  SECTION("an ordinary head") {}
  SECTION("a head with Expect, which is sent at once") { o.headers = {{"Expect", "100-continue"}}; }
  SECTION("a flat list of headers") { o.headers = {"Host", "test"}; }
  auto r = f.agent.request(o);
  r.end();
  f.settle();
  CHECK(f.peers.at(0).received().find("\r\ntraceparent: 00-1\r\n") != std::string::npos);
}

TEST_CASE("client trace: a request that waits for a connection") {
  http::agent_options one = keeping();
  one.max_sockets = 1;
  traced_client f(one);
  auto first = f.request("GET", "/first");
  auto second = f.request("GET", "/second");
  second.end();
  CHECK(f.send(first) == "created, created, queued, socket(new), sent");
  std::string const received = std::to_string(f.peers.at(0).received().size());
  f.say(0, ok);
  CHECK(f.hooks.pop_events() == "first_byte, response(200), finished(200 " + received +
                                    " 40 0ms), socket(reused 0ms), sent");
}

TEST_CASE("client trace: informational responses, an upgrade and CONNECT") {
  traced_client f;
  auto r = f.request("GET");
  r.set_header("Connection", "upgrade");
  r.set_header("Upgrade", "x");
  CHECK(f.send(r) == "created, socket(new), sent");
  f.say(0, "HTTP/1.1 103 Early\r\n\r\n");
  CHECK(f.hooks.pop_events() == "first_byte, information(103 Early)");
  f.say(0, "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(f.hooks.pop_events().starts_with("response(101), finished(101 "));
  r.destroy();
  f.settle();
  CHECK(f.hooks.pop_events() == "");

  http::request_options o;
  o.host = "test";
  o.method = "CONNECT";
  o.path = "far:1";
  auto c = f.agent.request(o);
  CHECK(f.send(c) == "created, socket(new), sent");
  f.say(1, "HTTP/1.1 200 Fine\r\n\r\n");
  CHECK(f.hooks.pop_events().starts_with("first_byte, response(200), finished(200 "));
}

TEST_CASE("client trace: a tunnel through a proxy") {
  http::agent_options o = keeping();
  o.proxy = "http://proxy:8000";
  o.proxy_tunnel = true;
  traced_client f(o);
  auto r = f.request("GET");
  CHECK(f.send(r) == "created");
  SECTION("accepted") {
    f.say(0, "HTTP/1.1 200 Fine\r\n\r\n");
    CHECK(f.hooks.pop_events() == "tunnel(proxy:8000 200), socket(new), sent");
    f.say(0, ok);
    CHECK(f.hooks.pop_events().starts_with("first_byte, response(200), finished(200 "));
  }
  SECTION("refused") {
    f.say(0, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
    CHECK(f.hooks.pop_events() ==
          "tunnel(proxy:8000 407), failed(ERR_PROXY_TUNNEL tunnel not_sent)");
  }
  SECTION("cut") {
    f.peers.at(0).end();
    f.settle();
    CHECK(f.hooks.pop_events() == "failed(ECONNRESET tunnel not_sent)");
  }
}

TEST_CASE("client trace: a retry calls retried and then the hooks of a new connection") {
  http::agent_options o = keeping();
  o.retry = 1;
  traced_client f(o);
  auto first = f.request("GET", "/first");
  first.end();
  f.settle();
  f.say(0, ok);
  f.hooks.pop_events();
  auto second = f.request("GET", "/second");
  CHECK(f.send(second) == "created, socket(reused 0ms), sent");
  f.peers.at(0).end();
  f.settle();
  CHECK(f.hooks.pop_events() == "retried(2), socket(new), sent");
  f.say(1, ok);
  CHECK(f.hooks.pop_events().starts_with("first_byte, response(200), finished(200 "));
}

TEST_CASE("client trace: look-up and each connection attempt") {
  net::io_context io;
  event_log log;
  http::server server(io.get_executor(),
                      [](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  server.listen(0, "127.0.0.1");
  std::string const port = std::to_string(server.address().port);
  http::agent_options o;
  o.lookup = [](std::string_view host, auto done) {
    if (host == "none") {
      done(net::error::host_not_found, {});
    } else {
      done({}, {{"127.0.0.2", 4}, {"127.0.0.1", 4}});
    }
  };
  http::agent agent(io.get_executor(), o);
  agent.set_trace(recorder(log));
  auto const hooks_of = [&](std::string const& host) {
    auto r = agent.request("GET", "http://" + host + ":" + port + "/");
    r.on_response([&](http::incoming_message m) { m.dump(); });
    r.on_close([&] { io.stop(); });
    r.end();
    io.restart();
    io.run();
    return log.pop_events();
  };
  CHECK(hooks_of("name").starts_with(
      "created, lookup_start(name), lookup_done(127.0.0.2:" + port + " 127.0.0.1:" + port +
      "), connect_start(127.0.0.2:" + port + "), connect_done(127.0.0.2:" + port +
      " ECONNREFUSED), connect_start(127.0.0.1:" + port + "), connect_done(127.0.0.1:" + port +
      "), socket(new), sent, first_byte, response(200), finished(200 "));
  CHECK(hooks_of("127.0.0.1")
            .starts_with("created, connect_start(127.0.0.1:" + port +
                         "), connect_done(127.0.0.1:" + port + "), socket(new), sent, first_byte"));
  CHECK(hooks_of("none") ==
        "created, lookup_start(none), lookup_done( ENOTFOUND), "
        "failed(ENOTFOUND lookup not_sent)");
  CHECK(hooks_of("127.0.0.2") == "created, connect_start(127.0.0.2:" + port +
                                     "), connect_done(127.0.0.2:" + port +
                                     " ECONNREFUSED), failed(ECONNREFUSED connect not_sent)");
}

TEST_CASE("client trace: hooks of the agent and of the request are both called") {
  traced_client f;
  event_log own;
  http::request_options o;
  o.host = "test";
  o.trace = std::make_shared<http::client_trace const>(recorder(own));
  auto r = f.agent.request(o);
  CHECK(f.send(r) == "created, socket(new), sent");
  CHECK(own.pop_events() == "created, socket(new), sent");
  f.say(0, ok);
  auto untraced = f.request("GET");
  f.hooks.pop_events();
  own.pop_events();
  CHECK(f.send(untraced) == "sent");
  CHECK(own.pop_events() == "");
}

TEST_CASE("client trace: set_trace applies to later requests, and {} removes the hooks") {
  traced_client f;
  event_log later;
  auto first = f.request("GET", "/first");
  f.agent.set_trace(recorder(later));
  auto second = f.request("GET", "/second");
  f.agent.set_trace({});
  auto third = f.request("GET", "/third");
  second.end();
  third.end();
  CHECK(f.send(first) == "created, socket(new), sent");
  CHECK(later.pop_events() == "created, socket(new), sent");
}

}  // namespace behaviour_agent_trace
