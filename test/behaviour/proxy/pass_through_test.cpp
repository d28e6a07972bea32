// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/proxy/tunnel_fixture.hpp"
#include "support/catch.hpp"
#include "support/hello_texts.hpp"

#include <anode/error.hpp>
#include <anode/proxy/pass_through.hpp>
#include <anode/proxy_protocol.hpp>

#include <boost/asio/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace behaviour_proxy_pass_through {

namespace net = boost::asio;
namespace proxy = anode::proxy;
namespace testing = anode::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;
using support::hello_with;
using support::recorded_hello;
using support::server_name;

namespace {

struct fixture {
  fixture() {
    how.dial = upstreams.dial();
    how.lookup = upstreams.lookup();
    routes.add("db.test", "10.0.0.1:5432").add("db.test", "10.0.0.2:5432");
    routes.add("*.old.test", "old.internal:443");
    server.emplace(loop.get_executor(),
                   [this](anode::socket client) { return serve(*this, client); });
  }

  static net::awaitable<void> serve(fixture& f, anode::socket client) {
    proxy::pass_through_record record = co_await proxy::pass_through(client, f.routes, f.how);
    f.done.push_back(std::move(record));
  }

  testing::peer connect() { return support::connect_to(loop, *server); }

  testing::event_loop loop;
  support::dialed_peers upstreams{loop};
  proxy::sni_routes routes;
  proxy::pass_through_options how;
  std::vector<proxy::pass_through_record> done;
  std::optional<anode::socket_server> server;
};

}  // namespace

TEST_CASE("pass-through: the bytes reach the upstream of the server name as they came") {
  fixture f;
  std::string const hello = recorded_hello("openssl");
  testing::peer client = f.connect();
  client.send(hello);
  testing::peer& upstream = f.upstreams.peers.at(0);
  upstream.expect(hello);
  CHECK(f.upstreams.asked == "10.0.0.1:5432 ");
  upstream.send("server hello");
  client.expect("server hello");
  client.send("finished");
  upstream.expect("finished");
  upstream.end();
  client.expect_end();
  client.send("last");
  upstream.expect("last");
  client.end();
  upstream.expect_end();
  REQUIRE(f.done.size() == 1);
  CHECK(f.done[0].hello.server_name == "db.test");
  CHECK(f.done[0].connected);
  CHECK(f.done[0].upstream == "10.0.0.1:5432");
  CHECK(f.done[0].up == hello.size() + 12);
  CHECK(f.done[0].down == 12);
}

TEST_CASE("pass-through: a hello in any division, with bytes behind it") {
  std::string const hello = hello_with(server_name("A.Old.Test"));
  std::string const all = hello + "\x14\3\3\0\1\1 early data";
  for (std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{9}, all.size()}) {
    fixture f;
    testing::peer client = f.connect();
    for (std::size_t i = 0; i < all.size(); i += piece) {
      client.send(std::string_view(all).substr(i, piece));
    }
    f.upstreams.peers.at(0).expect(all);
    CHECK(f.upstreams.asked == "old.internal:443=192.0.2.1 ");
  }
  fixture f;
  f.routes.add("*", "127.0.0.1:1");
  for (char const* const file : {"openssl-fragmented", "openssl-no-name", "node", "curl"}) {
    std::string const bytes = recorded_hello(file);
    testing::peer client = f.connect();
    client.send(bytes.substr(0, 600));
    client.send(bytes.substr(std::min<std::size_t>(bytes.size(), 600)));
    f.upstreams.peers.back().expect(bytes);
  }
}

TEST_CASE("pass-through: another upstream of the route is tried") {
  fixture f;
  f.upstreams.failure = net::error::connection_refused;
  f.upstreams.failures = 1;
  testing::peer client = f.connect();
  std::string const hello = hello_with(server_name("db.test"));
  client.send(hello);
  CHECK(f.upstreams.asked == "10.0.0.1:5432 10.0.0.2:5432 ");
  f.upstreams.peers.at(0).expect(hello);
  f.upstreams.failures = 2;
  testing::peer none = f.connect();
  none.send(hello);
  none.expect("\x15\3\1\0\2\2\x50"s);
  none.expect_end();
  none.close();
  REQUIRE(f.done.size() == 1);
  CHECK(f.done[0].tries == 2);
  CHECK(f.done[0].cause == net::error::connection_refused);
  CHECK(f.done[0].alert == 80);
}

TEST_CASE("pass-through: clients without a route, and clients without TLS") {
  fixture f;
  struct row {
    std::string bytes;
    std::string answer;
    std::string_view detail;
  };
  std::string const unrecognized = "\x15\3\1\0\2\2\x70"s;
  std::string const malformed = "\x15\3\1\0\2\2\x32"s;
  for (row const& r : {
           row{hello_with(server_name("other.test")), unrecognized, "no route for the server name"},
           row{hello_with(server_name("old.test")), unrecognized, "no route for the server name"},
           row{hello_with(""), unrecognized, "no route for the server name"},
           row{hello_with(server_name("10.0.0.1")), unrecognized, "no route for the server name"},
           row{hello_with(server_name("a b")), malformed, "the server name is not a host name"},
           row{"\x16\3\1\0\0"s, malformed, "a record is empty or too long"},
           row{"GET / HTTP/1.1\r\n\r\n"s, "", "not TLS"},
           row{"SSH-2.0-x\r\n"s, "", "not TLS"},
       }) {
    CAPTURE(r.detail);
    testing::peer client = f.connect();
    client.send(r.bytes);
    client.expect(r.answer);
    CHECK(client.ended());
    client.close();
    REQUIRE_FALSE(f.done.empty());
    CHECK(f.done.back().detail == r.detail);
    CHECK(f.server->connection_count() == 0);
  }
  CHECK(f.upstreams.peers.empty());
}

TEST_CASE("pass-through: time limits") {
  fixture f;
  std::string const hello = hello_with(server_name("db.test"));
  testing::peer slow = f.connect();
  for (std::size_t i = 0; i < 9; ++i) {
    slow.send(std::string_view(hello).substr(i, 1));
    f.loop.advance(1s);
  }
  CHECK_FALSE(slow.ended());
  f.loop.advance(1s);
  CHECK(slow.ended());
  slow.expect("");
  CHECK(f.done.at(0).detail == "the client hello took too long");
  f.upstreams.time = 1h;
  testing::peer client = f.connect();
  client.send(hello);
  f.loop.advance(10s);  // two upstreams
  client.expect("\x15\3\1\0\2\2\x50"s);
  CHECK(f.upstreams.asked == "10.0.0.1:5432 10.0.0.2:5432 ");
  // A connection without a byte.
  f.upstreams.time = 0ms;
  f.how.idle_timeout = 60s;
  testing::peer idle = f.connect();
  idle.send(hello);
  f.upstreams.peers.at(0).expect(hello);
  f.loop.advance(59s);
  CHECK_FALSE(idle.ended());
  f.loop.advance(61s);
  CHECK(idle.ended());
  CHECK(f.upstreams.peers.at(0).ended());
}

TEST_CASE("pass-through: a PROXY header announces the client") {
  fixture f;
  f.how.send_proxy = 2;
  testing::peer client = f.connect();
  std::string const hello = hello_with(server_name("db.test"));
  client.send(hello);
  std::string const all = f.upstreams.peers.at(0).take();
  anode::proxy_header_parser parser;
  std::size_t used = 0;
  CHECK(parser.feed(all, used) == anode::proxy_header_parser::status::done);
  CHECK(parser.header().local);  // memory has no addresses
  CHECK(all.substr(used) == hello);
  f.how.send_proxy = 3;
  CHECK_THROWS_AS(proxy::pass_through(anode::socket(), f.routes, f.how), anode::http::exception);
}

TEST_CASE("pass-through: clients that vanish, and servers that are closed, at each byte") {
  std::string const all = hello_with(server_name("db.test")) + "x";
  for (int const way : {0, 1, 2, 3, 4}) {
    for (std::size_t i = 0; i <= all.size(); i += i < 12 || i + 5 > all.size() ? 1 : 9) {
      for (auto const time : {0ms, 1000ms}) {
        fixture f;
        f.upstreams.time = time;
        testing::peer client = f.connect();
        client.send(std::string_view(all).substr(0, i));
        if (way == 0) {
          client.close();
        } else if (way == 1) {
          client.reset();
        } else if (way == 2) {
          f.server->close_all_connections();
          f.loop.settle();
          CHECK(f.server->connection_count() == 0);
          CHECK(client.ended());
        } else if (way == 3) {
          f.server.reset();
          f.loop.settle();
          CHECK(client.ended());
        }  // otherwise the context is destroyed
        if (way < 2) {
          f.loop.advance(2s);
          for (testing::peer& upstream : f.upstreams.peers) {
            upstream.end();
          }
          f.loop.settle();
          CHECK(f.server->connection_count() == 0);
          CHECK(f.done.size() == 1);
        }
      }
    }
  }
}

TEST_CASE("pass-through: the hello of a connection is read without the bytes behind it") {
  testing::event_loop loop;
  auto [near, far] = anode::socket_pair(loop.get_executor());
  std::string const hello = recorded_hello("curl");
  far.write(hello + "behind");
  proxy::received_hello const received = loop.run(proxy::read_client_hello(near));
  CHECK(received.complete);
  CHECK(received.bytes == hello);
  CHECK(received.hello.server_name == "curl.test");
  CHECK(loop.run(near.read()).value() == "behind");
  far.end();
  proxy::received_hello const ended = loop.run(proxy::read_client_hello(near));
  CHECK_FALSE(ended.complete);
  CHECK(ended.bytes.empty());
  CHECK(ended.why == "the client has left");
}

}  // namespace behaviour_proxy_pass_through
