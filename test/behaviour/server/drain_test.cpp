// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Draining a server, and the information about its connections.

#include "support/http_peer.hpp"

#include <anode/server.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace behaviour_server_drain {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using http::connection_state;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";

// A server that answers `/slow` on request and other paths at once.
struct draining_server : server_fixture {
  explicit draining_server(http::server_options options = {}) : server_fixture(std::move(options)) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      if (req.url() == "/slow") {
        slow = &res;
      } else {
        res.end("hello");
      }
    });
    server.on_upgrade([this](http::incoming_message&, anode::socket s) {
      s.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      upgraded = s;
    });
  }

  void drain(std::chrono::milliseconds grace) {
    net::co_spawn(io, server.drain(grace), [this](std::exception_ptr e, http::drain_result r) {
      CHECK_FALSE(e);
      result = r;
    });
    settle();
  }

  http::server_response* slow = nullptr;
  anode::socket upgraded;
  std::optional<http::drain_result> result;
};

constexpr auto get_slow = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("server: connections are listed with their state and buffered bytes") {
  draining_server f;
  http_peer idle = f.connect();
  http_peer receiving = f.connect();
  f.say(receiving, "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  http_peer responding = f.connect(1024);
  f.say(responding, std::string(get_slow) + get);
  http_peer upgraded = f.connect();
  f.say(upgraded, std::string(upgrade) + "head");
  f.settle();
  CHECK(f.server.connection_count() == 4);
  std::map<connection_state, http::connection_info> by_state;
  for (http::connection_info const& i : f.server.connections()) {
    CHECK(i.socket);
    by_state[i.state] = i;
  }
  REQUIRE(by_state.size() == 4);
  CHECK(by_state[connection_state::idle].requests == 0);
  CHECK(by_state[connection_state::idle].unread_bytes == 0);
  CHECK(by_state[connection_state::receiving].requests == 1);
  CHECK(by_state[connection_state::receiving].unread_bytes == 5);
  CHECK(by_state[connection_state::responding].requests == 2);
  CHECK(by_state[connection_state::responding].unsent_bytes > 5);
  CHECK(by_state[connection_state::upgraded].unread_bytes == 4);
  CHECK(by_state[connection_state::upgraded].socket == f.upgraded);
}

TEST_CASE("server: a drain lets running exchanges finish with Connection: close") {
  draining_server f;
  f.server.listen(0, "127.0.0.1");
  http_peer idle = f.connect();
  f.say(idle, get);
  http_peer busy = f.connect();
  f.say(busy, get_slow);
  http_peer upgraded = f.connect();
  f.say(upgraded, upgrade);
  f.drain(10s);
  CHECK_FALSE(f.server.listening());
  CHECK_FALSE(idle.ended());
  CHECK_FALSE(upgraded.ended());
  CHECK(f.server.connection_count() == 3);

  idle.clear();
  f.say(idle, get);
  CHECK(idle.received() ==
        "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(idle.ended());
  REQUIRE(f.slow != nullptr);
  f.slow->end("late");
  f.settle();
  CHECK(busy.received().find("Connection: close\r\n") != std::string::npos);
  CHECK(busy.ended());
  CHECK_FALSE(f.result);
  f.upgraded.destroy();
  f.settle();
  REQUIRE(f.result);
  CHECK(f.result->finished == 3);
  CHECK(f.result->cut == 0);
}

TEST_CASE("server: a drain closes the remaining connections when its time expires") {
  draining_server f;
  f.server.listen(0, "127.0.0.1");
  http_peer ends = f.connect();
  f.say(ends, get);
  http_peer busy = f.connect();
  f.say(busy, get_slow);
  http_peer sending = f.connect();
  f.say(sending, "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  http_peer upgraded = f.connect();
  f.say(upgraded, upgrade);
  f.drain(4s);
  f.say(ends, get);
  CHECK(ends.ended());
  f.advance(3999ms);
  CHECK_FALSE(f.result);
  CHECK_FALSE(busy.ended());
  f.advance(2ms);
  REQUIRE(f.result);
  CHECK(busy.ended());
  CHECK(sending.ended());
  CHECK(upgraded.ended());
  CHECK(f.result->finished == 1);
  CHECK(f.result->cut == 3);
  CHECK(f.result->cut_upgraded == 1);
  CHECK(f.result->cut_requests == 2);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server: drain_idle_timeout limits how long an idle connection may still ask") {
  http::server_options options;
  SECTION("0: not at all") {
    options.drain_idle_timeout = 0ms;
    draining_server f(options);
    http_peer fresh = f.connect();
    http_peer idle = f.connect();
    f.say(idle, get);
    f.drain(10s);
    REQUIRE(f.result);
    CHECK(f.result->finished == 2);
    CHECK(f.result->cut == 0);
    CHECK(fresh.ended());
    CHECK(idle.ended());
  }
  SECTION("a second") {
    options.drain_idle_timeout = 1s;
    draining_server f(options);
    http_peer silent = f.connect();
    http_peer asking = f.connect();
    f.say(silent, get);
    f.say(asking, get);
    f.drain(10s);
    asking.clear();
    f.advance(999ms);
    CHECK_FALSE(silent.ended());
    f.say(asking, get);
    CHECK(asking.received().find("Connection: close\r\n") != std::string::npos);
    f.advance(2ms);
    CHECK(silent.ended());
    REQUIRE(f.result);
    CHECK(f.result->finished == 2);
  }
  SECTION("by default as long as the keep-alive timeout, also before the first request") {
    draining_server f(options);
    http_peer fresh = f.connect();
    http_peer idle = f.connect();
    f.say(idle, get);
    f.drain(10s);
    f.advance(5999ms);
    CHECK_FALSE(f.result);
    f.advance(2ms);
    REQUIRE(f.result);
    CHECK(f.result->finished == 2);
  }
  SECTION("without a keep-alive timeout, until the end of the drain") {
    options.keep_alive_timeout = 0ms;
    draining_server f(options);
    http_peer idle = f.connect();
    f.say(idle, get);
    f.drain(10s);
    f.advance(9999ms);
    CHECK_FALSE(f.result);
    f.advance(2ms);
    REQUIRE(f.result);
    CHECK(f.result->cut == 1);
  }
}

TEST_CASE("server: a drain that closes idle connections answers requests that have arrived") {
  http::server_options options;
  options.drain_idle_timeout = 0ms;
  draining_server f(options);
  http_peer asking = f.connect();
  f.say(asking, get);
  asking.clear();
  http_peer busy = f.connect();
  f.say(busy, get_slow);
  asking.send(get);  // is in the connection when the drain begins, and not read yet
  f.drain(10s);
  CHECK(asking.received() ==
        "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(asking.ended());
  CHECK_FALSE(f.result);
  f.slow->end();
  f.settle();
  REQUIRE(f.result);
  CHECK(f.result->finished == 2);
}

TEST_CASE(
    "server: a drain without connections completes at once, and the server can listen again") {
  draining_server f;
  f.server.listen(0, "127.0.0.1");
  f.drain(10s);
  REQUIRE(f.result);
  CHECK(f.result->finished == 0);
  CHECK(f.result->cut == 0);
  f.server.listen(0, "127.0.0.1");
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received().find("Connection: keep-alive\r\n") != std::string::npos);
}

TEST_CASE("server: a drain of a destroyed server completes") {
  std::optional<http::drain_result> result;
  net::io_context io;
  {
    http::server server(io.get_executor(), [](http::incoming_message&, http::server_response&) {});
    auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), 65536);
    server.emit_connection(std::move(theirs));
    anode::socket client(std::move(ours));
    client.write(get);
    net::co_spawn(io, server.drain(10s),
                  [&](std::exception_ptr, http::drain_result r) { result = r; });
    io.poll();
    CHECK_FALSE(result);
  }
  io.restart();
  io.poll();
  CHECK(result);
}

}  // namespace behaviour_server_drain
