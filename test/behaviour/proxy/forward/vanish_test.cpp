// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Clients and programs that leave at each phase of a forwarded exchange: one record, the right
// side, nothing left behind.
#include "forward_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace behaviour_proxy_forward_vanish {

namespace net = boost::asio;
namespace testing = anode::testing;
using fixture = support::forward_fixture;
using namespace std::chrono_literals;

namespace {

// A phase of an exchange, and the end of a client that leaves in it.
struct phase {
  std::string_view name;
  std::function<void(fixture&, testing::peer&)> reach;
  std::string_view end;
};

std::array const phases{
    phase{"the head is sent",
          [](fixture& f, testing::peer& c) {
            c.send(support::get);
            f.up().expect_until("\r\n\r\n");
          },
          "CH"},
    phase{"half of the body is sent",
          [](fixture& f, testing::peer& c) {
            c.send(support::upload);
            f.up().expect_until("abc");
          },
          "CB"},
    phase{"half of a chunked body is sent",
          [](fixture& f, testing::peer& c) {
            c.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            f.up().expect_until("abc");
          },
          "CB"},
    phase{"100 is awaited",
          [](fixture& f, testing::peer& c) {
            c.send(
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
            f.up().expect_until("\r\n\r\n");
          },
          "CB"},
    phase{"half of the response is received",
          [](fixture& f, testing::peer& c) {
            c.send(support::get);
            f.up().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            c.expect_until("abc");
          },
          "CD"},
    phase{"the response has come before the body",
          [](fixture& f, testing::peer& c) {
            c.send(support::upload);
            f.up().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            c.expect_until("abc");
          },
          "CD"},
    phase{"an upgrade is awaited",
          [](fixture& f, testing::peer& c) {
            c.send(support::websocket);
            f.up().expect_until("\r\n\r\n");
          },
          "CH"},
    phase{"an upgrade is declined, half of the response is received",
          [](fixture& f, testing::peer& c) {
            c.send(support::websocket);
            f.up().send("HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\nabc");
            c.expect_until("abc");
          },
          "CD"},
    phase{"an absolute target is awaited",
          [](fixture& f, testing::peer& c) {
            c.send("GET http://a.test/ HTTP/1.1\r\nHost: a\r\n\r\n");
            f.up().expect_until("\r\n\r\n");
          },
          "CH"},
    phase{"CONNECT is awaited",
          [](fixture& f, testing::peer& c) {
            f.dial_hangs = true;
            c.send("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
          },
          "CC"},
};

}  // namespace

TEST_CASE("vanish: a client that resets at each phase is the one who left, and nobody is charged") {
  for (phase const& p : phases) {
    CAPTURE(p.name);
    fixture f;
    {
      testing::peer client = f.client();
      p.reach(f, client);
      CHECK(f.end() == "");
      client.reset();
    }
    f.loop().settle();
    CHECK(f.records.size() == 1);
    CHECK(f.end() == p.end);
    CHECK(f.points() == 0);
    CHECK(f.in_progress() == 0);
    for (std::size_t i = 0; i < f.origin().size(); ++i) {
      CHECK(f.up(i).ended());
    }
    CHECK(f.server().connection_count() == 0);
  }
}

TEST_CASE("vanish: an upstream that resets at each phase is the one who failed") {
  for (phase const& p : phases) {
    CAPTURE(p.name);
    fixture f;
    testing::peer client = f.client();
    p.reach(f, client);
    if (f.origin().size() == 0) {
      continue;
    }
    f.up().reset();
    CHECK(f.end() == "S" + std::string(p.end.substr(1)));
    CHECK(f.records.size() == 1);
    CHECK(f.in_progress() == 0);
  }
}

TEST_CASE("vanish: the context is destroyed at each phase") {
  for (phase const& p : phases) {
    CAPTURE(p.name);
    auto f = std::make_unique<fixture>();
    testing::peer client = f->client();
    p.reach(*f, client);
    f->keep(std::move(client));
    f.reset();  // the loop, the server and the pool, with their suspended coroutines
  }
  SUCCEED("no leak and no use of destroyed objects");
}

TEST_CASE("vanish: the server is closed at each phase") {
  for (phase const& p : phases) {
    CAPTURE(p.name);
    fixture f;
    testing::peer client = f.client();
    p.reach(f, client);
    f.server().close_all_connections();
    f.loop().advance(2h);
    CHECK(f.records.size() == 1);
    CHECK(f.in_progress() == 0);
    CHECK(f.agent().totals().sockets == 0);
  }
}

TEST_CASE("vanish: the agent is destroyed at each phase") {
  for (phase const& p : phases) {
    CAPTURE(p.name);
    fixture f;
    testing::peer client = f.client();
    p.reach(f, client);
    f.agent().destroy();
    f.loop().advance(2h);
    CHECK(f.records.size() == 1);
    CHECK(f.in_progress() == 0);
  }
}

TEST_CASE("vanish: a client that leaves while its request waits for an upstream") {
  testing::event_loop loop;
  testing::origin origin{loop};
  anode::http::agent_options o;
  o.create_connection = origin.connections();
  anode::http::agent agent(loop.get_executor(), o);
  anode::proxy::upstream_pool pool(agent);
  pool.set({anode::proxy::upstream("http://up").max_requests(1)});
  anode::proxy::forward_options how;
  std::vector<anode::proxy::exchange_record> records;
  anode::http::server server(
      loop.get_executor(),
      [&](anode::http::incoming_message& req,
          anode::http::server_response& res) -> net::awaitable<void> {
        records.push_back(co_await anode::proxy::forward(req, res, pool, how));
      });
  testing::peer first = loop.connect(server);
  first.send(support::get);
  testing::peer second = loop.connect(server);
  second.send(support::get);
  CHECK(origin.size() == 1);
  CHECK(pool.snapshot().queued == 1);
  SECTION("it leaves") {
    second.reset();
    loop.settle();
    CHECK(pool.snapshot().queued == 0);
    REQUIRE(records.size() == 1);
    CHECK(records[0].side == anode::proxy::failure_side::client);
    CHECK(records[0].phase == anode::proxy::exchange_phase::queue);
  }
  SECTION("it waits for too long") {
    loop.advance(6s);
    second.expect("HTTP/1.1 503 Service Unavailable\r\n");
    CHECK(support::has(second.take(), "Retry-After: 1\r\n"));
    REQUIRE(records.size() == 1);
    CHECK(records[0].side == anode::proxy::failure_side::resource);
  }
}

TEST_CASE("vanish: a program that cancels an exchange at each phase") {
  testing::event_loop loop;
  testing::origin origin{loop};
  anode::http::agent_options o;
  o.create_connection = origin.connections();
  anode::http::agent agent(loop.get_executor(), o);
  anode::proxy::upstream_pool pool(agent);
  pool.set({anode::proxy::upstream("http://up").max_requests(1)});
  anode::proxy::forward_options how;
  std::vector<anode::proxy::exchange_record> records;
  net::cancellation_signal cancel;
  anode::http::server server(loop.get_executor(),
                             [&](anode::http::incoming_message& req,
                                 anode::http::server_response& res) -> net::awaitable<void> {
                               records.push_back(co_await net::co_spawn(
                                   loop.get_executor(), anode::proxy::forward(req, res, pool, how),
                                   net::bind_cancellation_slot(cancel.slot(), net::use_awaitable)));
                             });
  testing::peer client = loop.connect(server);
  std::string_view expected;
  SECTION("the head is awaited") {
    client.send(support::get);
    expected = "KH";
  }
  SECTION("the body of the request is awaited") {
    client.send(support::upload);
    expected = "KB";
  }
  SECTION("the body of the response is awaited") {
    client.send(support::get);
    origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    expected = "KD";
  }
  SECTION("an upstream is awaited") {
    anode::proxy::lease const busy = pool.try_acquire();
    client.send(support::get);
    cancel.emit(net::cancellation_type::total);
    loop.settle();
    expected = "KQ";
  }
  cancel.emit(net::cancellation_type::terminal);
  loop.settle();
  REQUIRE(records.size() == 1);
  auto const end = records[0].end();
  CHECK(std::string_view(end.data(), end.size()) == expected);
  CHECK(client.ended());
  CHECK(pool.snapshot().upstreams.at(0).in_progress == 0);
  CHECK(pool.snapshot().upstreams.at(0).points == 0);
  CHECK(agent.totals().sockets == 0);
}

TEST_CASE("vanish: a tunnel that the program closes has not ended by itself") {
  for (bool const upgrade : {false, true}) {
    CAPTURE(upgrade);
    fixture f;
    f.rules.allow_special();
    testing::peer client = f.client();
    if (upgrade) {
      client.send(support::websocket);
      f.up().send(support::switching);
    } else {
      client.send("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
    }
    client.expect_until("\r\n\r\n");
    f.server().close_all_connections();
    net::co_spawn(f.loop().context(), f.server().drain(1s), [](auto&&...) {});
    f.loop().advance(2s);
    CHECK(f.end() == "CU");
    CHECK(f.in_progress() == 0);
  }
}

}  // namespace behaviour_proxy_forward_vanish
