// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Servers that are destroyed or closed in each state of their connections, and in their own
// handlers.

#include "runtime/clock.hpp"
#include "security/busy_server.hpp"
#include "security/requests.hpp"
#include "support/catch.hpp"
#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace security_server_destruction {

namespace http = anode::http;
namespace net = boost::asio;
using namespace anode::test;
using namespace std::chrono_literals;
using support::event_log;

namespace {

net::awaitable<void> reads(http::incoming_message& req, http::server_response& res) {
  co_await req.text();
  co_await res.end("done");
}

net::awaitable<void> writes(http::incoming_message&, http::server_response& res) {
  std::string const piece(65536, 'x');
  for (;;) {
    co_await res.write(piece);
  }
}

std::vector<moment> moments() {
  std::vector<moment> all;
  all.push_back({"nothing sent", "", http::handler(never)});
  all.push_back({"in the head", "GET / HT", http::handler(never)});
  all.push_back({"in the body, nobody reads", open_post,
                 http::handler([](http::incoming_message&, http::server_response&) {})});
  all.push_back({"in the body, somebody reads", open_post, http::handler(reads)});
  all.push_back({"the handler waits", get, http::handler(never)});
  all.push_back({"the response is being sent", get, http::handler(writes)});
  all.push_back({"pipelined", std::string(get) + get + get, http::handler(never)});
  all.push_back({"upgraded", upgrade, http::handler(never)});
  return all;
}

}  // namespace

TEST_CASE("server lifetime: a server can be destroyed in any state of its connections") {
  for (moment const& m : moments()) {
    INFO(m.name);
    busy_server s(m);
    CHECK(s.server->connection_count() == 1);
    s.server.reset();
    s.settle();
    CHECK(s.client_ended());
  }
}

TEST_CASE("server lifetime: the context can be destroyed before its server, or with it") {
  for (moment const& m : moments()) {
    INFO(m.name);
    for (bool const server_first : {true, false}) {
      auto io = std::make_unique<net::io_context>();
      auto server = std::make_unique<http::server>(io->get_executor(), m.handler);
      server->on_upgrade(holds);
      server->listen(0, "127.0.0.1");
      auto [ours, theirs] = anode::transport::make_memory_pair(io->get_executor(), 4096);
      server->emit_connection(std::move(theirs));
      std::optional<anode::socket> client(anode::socket(std::move(ours)));
      client->write(m.sent);
      io->poll();
      client.reset();
      if (server_first) {
        server.reset();
        io.reset();
      } else {
        io.reset();
        server.reset();
      }
      CHECK_FALSE(io);
    }
  }
}

TEST_CASE("server lifetime: a server can be closed twice with all its connections") {
  for (moment const& m : moments()) {
    INFO(m.name);
    busy_server s(m);
    s.server->listen(0, "127.0.0.1");
    s.server->close();
    s.server->close();
    s.server->close_all_connections();
    s.server->close_all_connections();
    s.settle();
    // The handler owns a socket that left HTTP.
    CHECK(s.client_ended() == (m.name != "upgraded"));
    CHECK_FALSE(s.server->listening());
  }
}

TEST_CASE("server lifetime: a drain ends connections in every state") {
  for (moment const& m : moments()) {
    INFO(m.name);
    busy_server s(m);
    auto& clock = anode::runtime::clock::of(s.io.get_executor());
    clock.set_manual(std::chrono::sys_seconds(std::chrono::seconds(784111777)));
    std::optional<http::drain_result> result;
    net::co_spawn(s.io, s.server->drain(1s),
                  [&](std::exception_ptr, http::drain_result r) { result = r; });
    s.settle();
    CHECK_FALSE(result);
    clock.advance(1001ms);
    s.settle();
    REQUIRE(result);
    CHECK(result->cut == 1);
    CHECK(s.client_ended());
    CHECK(s.server->connection_count() == 0);
  }
}

TEST_CASE("server lifetime: a server can be destroyed in one of its own handlers") {
  net::io_context io;
  std::unique_ptr<http::server> server;
  event_log log;
  auto const gone = [&] {
    server.reset();
    log.note("gone");
  };
  auto const make = [&](http::handler h) {
    server = std::make_unique<http::server>(io.get_executor(), std::move(h));
  };
  std::string sent = get;
  bool ends = true;
  SECTION("a callback, before its response") {
    make([&](http::incoming_message&, http::server_response& res) {
      gone();
      res.end("late");
    });
  }
  SECTION("a callback, after its response") {
    make([&](http::incoming_message&, http::server_response& res) {
      res.end("early");
      gone();
    });
  }
  SECTION("a coroutine") {
    make([&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
      co_await net::post(net::use_awaitable);
      gone();
      co_await res.end("late");
    });
  }
  SECTION("an upgrade") {
    sent = upgrade;
    make(never);
    server->on_upgrade([&](http::incoming_message&, anode::socket s) {
      gone();
      s.end("late");
    });
  }
  SECTION("a client error") {
    sent = "BAD\r\n\r\n";
    make(never);
    server->on_client_error([&](http::client_error const&, anode::socket s) {
      gone();
      s.end("late");
    });
  }
  SECTION("a listener of finish") {
    make([&](http::incoming_message&, http::server_response& res) {
      res.on_finish(gone);
      res.end("early");
    });
  }
  SECTION("a listener of close") {
    make([&](http::incoming_message&, http::server_response& res) {
      res.on_close(gone);
      res.end("early");
    });
  }
  SECTION("a listener of connection") {
    make(never);
    server->on_connection([&](anode::socket const&) { gone(); });
  }
  SECTION("a should_upgrade function") {
    sent = upgrade;
    make(never);
    http::server_options o;
    o.should_upgrade_callback = [&](http::incoming_message const&) {
      gone();
      return false;
    };
    server->set_options(o);
  }
  SECTION("a listener of errors") {
    make([](http::incoming_message&, http::server_response&) { throw std::runtime_error("x"); });
    server->on_error([&](std::exception_ptr const&) { gone(); });
  }
  auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), 65536);
  anode::socket client(std::move(ours));
  server->emit_connection(std::move(theirs));
  client.write(sent);
  io.poll();
  CHECK(log.pop_events() == "gone");
  CHECK_FALSE(server);
  bool ended = false;
  net::co_spawn(
      io,
      [](anode::socket s, bool& e) -> net::awaitable<void> {
        try {
          while ([[maybe_unused]] auto const piece = co_await s.read()) {
          }
        } catch (boost::system::system_error const&) {
        }
        e = true;
      }(client, ended),
      net::detached);
  io.restart();
  io.poll();
  CHECK(ended == ends);
}

TEST_CASE("server destruction: a handler that ends with its exchange may still be cancelled") {
  support::server_fixture f;
  bool ended = false;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
        co_await req.wait_close();
        ended = true;
      });
  support::http_peer peer = f.connect();
  f.say(peer, get);
  // Outside of `run`, therefore Asio delivers the cancellation later.
  f.server = http::server(f.io.get_executor());
  f.settle();
  CHECK(ended);
}

}  // namespace security_server_destruction
