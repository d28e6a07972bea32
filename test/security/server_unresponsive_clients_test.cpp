// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What a server keeps for a client that does not read or does not close its connection, and for how
// long.

#include "security/requests.hpp"
#include "support/http_peer.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace security_server_unresponsive_clients {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using anode::test::get;
using support::count_of;
using support::http_peer;
using support::server_fixture;

TEST_CASE("server bounds: informational responses to a client that does not read have a limit") {
  http::server_response* response = nullptr;
  int sent = 0;
  server_fixture f;  // Its end resumes the handler, which uses the variables above.
  SECTION("a handler that does not wait") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      response = &res;
      for (; sent < 10'000; ++sent) {
        bool const room(res.write_early_hints({{"link", "</" + std::string(1000, 'x') + ">"}}));
        bool const other(res.write_information(110, {{"X", std::string(1000, 'x')}}));
        bool const third(res.write_processing());
        bool const fourth(res.write_continue());
        if (sent == 9'999) {
          CHECK_FALSE((room || other || third || fourth));
        }
      }
    });
  }
  SECTION("a handler that waits") {
    f.server.on_request(
        [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          response = &res;
          for (; sent < 10'000; ++sent) {
            http::header_list const hints{{"link", "</" + std::string(1000, 'x') + ">"}};
            co_await res.write_early_hints(hints);
          }
        });
  }
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  http_peer peer(anode::socket(std::move(ours)), false);
  f.say(peer, get);
  REQUIRE(response != nullptr);
  CHECK(response->writable_length() < 65536 + 2000);
  CHECK(sent > 0);
}

TEST_CASE("server bounds: the first 100 is sent whatever is queued before it") {
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_check_continue([&](http::incoming_message&, http::server_response& res) {
    response = &res;
    for (int i = 0; i < 1000; ++i) {
      res.write_information(110, {{"X", std::string(1000, 'x')}});
    }
    res.write_continue();
    res.write_continue();
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  REQUIRE(response != nullptr);
  CHECK(count_of(peer.received(), "100 Continue") == 1);
}

namespace {

constexpr auto bad = "\x01\r\n\r\n";

}  // namespace

TEST_CASE("server bounds: a lingering connection ends, whatever its timeout is") {
  server_fixture f;
  std::optional<anode::socket> socket;
  f.server.on_connection([&](anode::socket s) { socket = std::move(s); });
  http_peer peer = f.connect();
  f.say(peer, bad);
  CHECK(f.server.connection_count() == 1);
  SECTION("a peer that does nothing") {
    socket->set_timeout(0ms);
    f.advance(1001ms);
  }
  SECTION("a longer timeout") {
    socket->set_timeout(std::chrono::hours(1));
    f.advance(1001ms);
  }
  SECTION("a peer that continues to send") {
    for (int i = 0; i < 60; ++i) {
      socket->set_timeout(0ms);
      f.say(peer, "x");
      f.advance(500ms);
    }
    f.advance(1ms);
  }
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server bounds: a connection with blocked output ends, whatever its timeout is") {
  server_fixture f;
  anode::socket socket;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    socket = req.socket();
    res.write(std::string(50'000, 'x'));
  });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  anode::socket const client(std::move(ours));
  http_peer peer(client, false);
  f.say(peer, get);
  CHECK(socket.writable_length() > 0);
  SECTION("an error of the client") { f.say(peer, bad); }
  SECTION("the user ends it") { socket.end(); }
  SECTION("the user closes it behind its output") { socket.destroy_soon(); }
  f.settle();
  CHECK(f.server.connection_count() == 1);
  socket.set_timeout(0ms);
  f.advance(60s);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server bounds: an ended connection with blocked output ends when its client leaves") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write(std::string(50'000, 'x'));
  });
  f.server.on_client_error([](http::client_error const&, anode::socket s) { s.end("bye"); });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  http_peer peer(anode::socket(std::move(ours)), false);
  f.say(peer, get);
  f.say(peer, bad);
  CHECK(f.server.connection_count() == 1);
  SECTION("by closing") { peer.close(); }
  SECTION("by a reset") { peer.reset(); }
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server bounds: a connection that the user ended does not stay open for its client") {
  server_fixture f;
  anode::socket socket;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) { req.socket().end("bye"); });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received() == "bye");
  CHECK(f.server.connection_count() == 1);
  f.advance(1001ms);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE(
    "server bounds: an ended and dropped upgraded socket is closed although its peer never "
    "closes") {
  server_fixture f;
  f.server.on_upgrade(
      [](http::incoming_message&, anode::socket s) { s.end(std::string(100'000, 'x')); });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  http_peer peer(anode::socket(std::move(ours)), false);
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(f.server.connection_count() == 1);
  f.advance(60s);
  CHECK(f.server.connection_count() == 0);
}

}  // namespace security_server_unresponsive_clients
