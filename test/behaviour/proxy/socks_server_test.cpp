// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/proxy/tunnel_fixture.hpp"
#include "proxy/rules/ip_text.hpp"
#include "security/host_spellings.hpp"
#include "support/catch.hpp"

#include <anode/error.hpp>
#include <anode/proxy/socks_server.hpp>

#include <boost/asio/error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace behaviour_proxy_socks_server {

namespace net = boost::asio;
namespace proxy = anode::proxy;
namespace testing = anode::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

std::string const greeting = "\5\1\0"s;
std::string const accepted = "\5\0"s;

std::string to_name(std::string_view name, char port = 80) {
  return "\5\1\0\3"s + static_cast<char>(name.size()) + std::string(name) + '\0' + port;
}

std::string reply(char code) { return "\5"s + code + "\0\1\0\0\0\0\0\0"s; }

struct fixture {
  fixture() {
    how.dial = origins.dial();
    how.lookup = origins.lookup();
    server.emplace(loop.get_executor(),
                   [this](anode::socket client) { return serve(*this, client); });
  }

  static net::awaitable<void> serve(fixture& f, anode::socket client) {
    proxy::socks_record record = co_await proxy::serve_socks(client, f.how);
    f.done.push_back(std::move(record));
  }

  testing::peer connect() { return support::connect_to(loop, *server); }

  testing::event_loop loop;
  support::dialed_peers origins{loop};
  proxy::socks_options how;
  std::vector<proxy::socks_record> done;
  std::optional<anode::socket_server> server;
};

}  // namespace

TEST_CASE("SOCKS server: a tunnel to a name, and its record") {
  fixture f;
  testing::peer client = f.connect();
  client.send(greeting);
  client.expect(accepted);
  client.send(to_name("example.org") + "first");
  client.expect(reply(0));
  CHECK(f.origins.asked == "example.org:80=192.0.2.1 ");
  testing::peer& origin = f.origins.peers.at(0);
  origin.expect("first");
  origin.send("answer");
  client.expect("answer");
  client.send("more");
  client.end();
  origin.expect("more");
  origin.expect_end();
  origin.send("late");
  client.expect("late");
  CHECK(f.done.empty());
  origin.end();
  client.expect_end();
  REQUIRE(f.done.size() == 1);
  proxy::socks_record const& record = f.done.front();
  CHECK(record.connected);
  CHECK(record.reply == 0);
  CHECK(record.to.host == "example.org");
  CHECK(record.to.port == 80);
  CHECK(record.up == 9);
  CHECK(record.down == 10);
  CHECK(record.detail.empty());
  CHECK(f.server->connection_count() == 0);
}

TEST_CASE("SOCKS server: everything in one packet, and each byte alone") {
  std::string const all = greeting + to_name("example.org") + "data";
  for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, all.size()}) {
    fixture f;
    testing::peer client = f.connect();
    for (std::size_t i = 0; i < all.size(); i += piece) {
      client.send(std::string_view(all).substr(i, piece));
    }
    client.expect(accepted + reply(0));
    f.origins.peers.at(0).expect("data");
  }
}

TEST_CASE("SOCKS server: addresses are not looked up") {
  fixture f;
  testing::peer v4 = f.connect();
  v4.send(greeting + "\5\1\0\1\x08\x08\x08\x08\0\x50"s);
  v4.expect(accepted + reply(0));
  testing::peer v6 = f.connect();
  v6.send(greeting + "\5\1\0\4\x26\x06\x47\0\0\0\0\0\0\0\0\0\0\0\x11\x11\1\xbb"s);
  v6.expect(accepted + reply(0));
  CHECK(f.origins.asked == "8.8.8.8:80 [2606:4700::1111]:443 ");
}

TEST_CASE("SOCKS server: users") {
  fixture f;
  std::string seen;
  f.how.authenticate = [&](std::string_view user, std::string_view password) {
    seen.append(user).append("/").append(password).append(" ");
    return user == "me" && password == "secret";
  };
  testing::peer good = f.connect();
  good.send("\5\1\2\1\2me\6secret"s + to_name("a.example"));
  good.expect("\5\2\1\0"s + reply(0));
  testing::peer wrong = f.connect();
  wrong.send("\5\1\2\1\2me\5wrong"s + to_name("a.example"));
  wrong.expect("\5\2"s);
  wrong.expect_silence();
  f.loop.advance(999ms);
  wrong.expect_silence();
  f.loop.advance(1ms);
  wrong.expect("\1\1"s);
  wrong.expect_end();
  testing::peer none = f.connect();
  none.send(greeting + to_name("a.example"));
  none.expect("\5\xff"s);
  none.expect_end();
  wrong.close();
  none.close();
  CHECK(seen == "me/secret me/wrong ");
  CHECK(f.origins.peers.size() == 1);
  REQUIRE(f.done.size() == 2);
  CHECK(f.done[0].user == "me");
  CHECK(f.done[0].detail == "the user or the password is wrong");
  CHECK(f.done[1].reply == 0xff);
}

TEST_CASE("SOCKS server: an exception of the program closes the connection") {
  fixture f;
  std::string thrown;
  f.server->on_error([&](std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (std::exception const& x) {
      thrown = x.what();
    }
  });
  f.how.authenticate = [](std::string_view, std::string_view) -> bool {
    throw std::runtime_error("no users");
  };
  testing::peer client = f.connect();
  client.send("\5\1\2\1\1a\1b"s);
  client.take();
  CHECK(client.ended());
  CHECK(thrown == "no users");
  CHECK(f.server->connection_count() == 0);
}

TEST_CASE("SOCKS server: no spelling of a special address is dialed") {
  std::vector<std::string> all = support::loopback_spellings();
  for (std::string& text : support::numeric_spellings({127, 0, 0, 1})) {
    all.push_back(std::move(text));
  }
  fixture f;
  f.origins.addresses = {"127.0.0.1", "::1", "::ffff:127.0.0.1"};
  std::size_t asked = 0;
  for (std::string const& host : all) {
    CAPTURE(host);
    if (host.size() < 256) {
      testing::peer client = f.connect();
      client.send(greeting + to_name(host));
      client.expect(accepted + reply(2));
      client.expect_end();
      ++asked;
    }
    if (proxy::rules::ip_bytes const bytes = proxy::rules::parse_ip_text(host)) {
      testing::peer client = f.connect();
      client.send(greeting + "\5\1\0"s + (bytes.size == 4 ? '\1' : '\4') +
                  std::string(bytes.view()) + "\0\x50"s);
      client.expect(accepted + reply(2));
      ++asked;
    }
  }
  CHECK(asked > 212);
  CHECK(f.origins.peers.empty());
  CHECK(f.origins.asked.empty());
}

TEST_CASE("SOCKS server: addresses are judged after the look-up, and only judged ones are used") {
  fixture f;
  f.origins.addresses = {"10.0.0.1", "192.0.2.1", "::1", "fe80::1%lo", "2001:db8::1"};
  testing::peer some = f.connect();
  some.send(greeting + to_name("some.example"));
  some.expect(accepted + reply(0));
  CHECK(f.origins.asked == "some.example:80=192.0.2.1=2001:db8::1 ");
  f.origins.addresses = {"10.0.0.1", "64:ff9b::7f00:1"};
  testing::peer none = f.connect();
  none.send(greeting + to_name("none.example"));
  none.expect(accepted + reply(2));
  none.close();
  CHECK(f.origins.peers.size() == 1);
  REQUIRE(f.done.size() == 1);
  CHECK(f.done[0].detail == "no address of the host is allowed");
  auto rules = std::make_shared<proxy::target_rules>();
  rules->deny(":25").deny(".secret.example").allow("*.example");
  f.how.rules = rules;
  for (std::string const& request :
       {to_name("a.example", 25), to_name("x.secret.example"), to_name("other.test")}) {
    testing::peer client = f.connect();
    client.send(greeting + request);
    client.expect(accepted + reply(2));
  }
  f.loop.settle();
  CHECK(f.done.back().detail == "no rule allows it");
  CHECK(f.done[1].detail == "rule deny[0]");
}

TEST_CASE("SOCKS server: the replies to failures") {
  struct row {
    anode::error_code ec;
    char code;
  };
  for (row const& r : {
           row{net::error::network_unreachable, 3},
           row{net::error::host_unreachable, 4},
           row{net::error::host_not_found, 4},
           row{net::error::connection_refused, 5},
           row{net::error::timed_out, 4},
           row{net::error::access_denied, 2},
           row{net::error::address_family_not_supported, 8},
           row{net::error::connection_reset, 1},
           row{net::error::no_descriptors, 1},
       }) {
    fixture f;
    f.origins.failure = r.ec;
    testing::peer client = f.connect();
    client.send(greeting + to_name("a.example") + "early data");
    client.expect(accepted + reply(r.code));
    client.expect_end();
    client.end();
    REQUIRE(f.done.size() == 1);
    CHECK(f.done[0].cause == r.ec);
    CHECK(f.done[0].reply == static_cast<unsigned char>(r.code));
    CHECK_FALSE(f.done[0].connected);
  }
  fixture f;
  testing::peer bind = f.connect();
  bind.send(greeting + "\5\2\0\1\x08\x08\x08\x08\0\x50"s);
  bind.expect(accepted + reply(7));
  bind.expect_end();
  testing::peer http = f.connect();
  http.send("GET http://a/ HTTP/1.1\r\n");
  http.expect_end();
}

TEST_CASE("SOCKS server: time limits") {
  fixture f;
  testing::peer slow = f.connect();
  std::string const all = greeting + to_name("a.example");
  for (std::size_t i = 0; i < 9; ++i) {
    slow.send(std::string_view(all).substr(i, 1));
    f.loop.advance(1s);
  }
  slow.expect(accepted);
  slow.expect_silence();
  f.loop.advance(1s);
  CHECK(slow.ended());
  REQUIRE(f.done.size() == 1);
  CHECK(f.done[0].detail == "the handshake took too long");
  // A connection that does not complete.
  f.origins.time = 1h;
  testing::peer hanging = f.connect();
  hanging.send(all);
  f.loop.advance(9999ms);
  hanging.expect(accepted);
  hanging.expect_silence();
  f.loop.advance(1ms);
  hanging.expect(reply(4));
  hanging.expect_end();
  // The client does not close: it is not waited for without end.
  CHECK(f.server->connection_count() == 1);
  f.loop.advance(5s);
  CHECK(f.server->connection_count() == 0);
  // A tunnel without a byte.
  f.origins.time = 0ms;
  f.how.idle_timeout = 60s;
  testing::peer idle = f.connect();
  idle.send(all);
  idle.expect(accepted + reply(0));
  f.loop.advance(59s);
  CHECK_FALSE(idle.ended());
  f.loop.advance(61s);
  CHECK(idle.ended());
  CHECK(f.server->connection_count() == 0);
  // One side has ended, and the other one is silent.
  testing::peer half = f.connect();
  half.send(all);
  half.expect(accepted + reply(0));
  half.end();
  f.loop.advance(29s);
  CHECK(f.server->connection_count() == 1);
  f.loop.advance(31s);
  CHECK(f.server->connection_count() == 0);
}

TEST_CASE("SOCKS server: clients that vanish at each byte") {
  std::string const all = "\5\1\2\1\2me\6secret"s + to_name("a.example") + "x";
  for (bool const with_reset : {false, true}) {
    for (std::size_t i = 0; i <= all.size(); ++i) {
      fixture f;
      f.how.authenticate = [](std::string_view, std::string_view) { return true; };
      testing::peer client = f.connect();
      client.send(std::string_view(all).substr(0, i));
      with_reset ? client.reset() : client.close();
      f.loop.settle();
      for (testing::peer& origin : f.origins.peers) {
        origin.end();
      }
      f.loop.settle();
      REQUIRE(f.done.size() == 1);
      bool const asked = i >= all.size() - 1;
      CHECK(f.done[0].connected == asked);
      CHECK(f.done[0].detail == (asked ? "" : "the client has left"));
      CHECK(f.server->connection_count() == 0);
    }
  }
}

TEST_CASE("SOCKS server: the server is closed in each phase") {
  std::string const all = greeting + to_name("a.example") + "x";
  for (int const way : {0, 1, 2}) {
    for (std::size_t i = 0; i <= all.size(); ++i) {
      for (auto const time : {0ms, 1000ms}) {
        fixture f;
        f.origins.time = time;
        testing::peer client = f.connect();
        client.send(std::string_view(all).substr(0, i));
        if (way == 0) {
          f.server->close_all_connections();
          f.loop.settle();
          CHECK(client.ended());
          CHECK(f.server->connection_count() == 0);
        } else if (way == 1) {
          f.server.reset();
          f.loop.settle();
          CHECK(client.ended());
        }  // otherwise the context is destroyed
      }
    }
  }
}

}  // namespace behaviour_proxy_socks_server
