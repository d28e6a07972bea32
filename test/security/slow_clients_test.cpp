// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Slow clients. A timeout ends each connection or bounds its memory.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <vector>

namespace security_slow_clients {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto request_timeout = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";

void hello(http::incoming_message&, http::server_response& res) { res.end("hello"); }

net::awaitable<void> read_all(http::incoming_message& req, http::server_response& res) {
  while ([[maybe_unused]] auto const chunk = co_await req.read()) {
  }
  res.end("hello");
}

// A server with the default limits: 60 s for the head, 300 s for the request, 30 s between periodic
// checks.
struct default_server : server_fixture {
  default_server() { server.on_request(hello); }
};

}  // namespace

TEST_CASE("slow client: no byte after the connect") {
  default_server f;
  http_peer peer = f.connect();
  f.settle();
  f.advance(59s);
  CHECK_FALSE(peer.ended());
  f.advance(31s);
  CHECK(peer.received() == request_timeout);
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("slow client: the timeout runs before the first read") {
  // The server has not yet read bytes of these connections. Their timeouts run already.
  default_server f;
  std::vector<http_peer> peers;
  for (int i = 0; i < 10; ++i) {
    peers.push_back(f.connect());
  }
  f.advance(90s);
  for (http_peer const& p : peers) {
    CHECK(p.received() == request_timeout);
  }
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("slow client: a head byte by byte") {
  default_server f;
  http_peer peer = f.connect();
  std::string const head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1000, 'x');
  auto sent = 0s;
  for (std::size_t i = 0; !peer.ended() && i < head.size(); ++i) {
    f.say(peer, head.substr(i, 1));
    f.advance(4s);  // shorter than any timeout
    sent += 4s;
  }
  CHECK(peer.received() == request_timeout);
  CHECK(sent >= 60s);
  CHECK(sent <= 92s);
}

TEST_CASE("slow client: slow headers of the second request on a connection") {
  default_server f;
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take().ends_with("hello"));
  std::string const head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1000, 'x');
  auto sent = 0s;
  for (std::size_t i = 0; !peer.ended() && i < head.size(); ++i) {
    f.say(peer, head.substr(i, 1));
    f.advance(4s);
    sent += 4s;
  }
  CHECK(peer.received() == request_timeout);
  CHECK(sent <= 92s);
}

TEST_CASE("slow client: blank lines do not count as a request") {
  default_server f;
  http_peer peer = f.connect();
  auto sent = 0s;
  while (!peer.ended() && sent < 1000s) {
    f.say(peer, "\r\n");
    f.advance(4s);
    sent += 4s;
  }
  CHECK(sent <= 92s);
}

TEST_CASE("slow client: a body byte by byte") {
  bool chunked = false;
  bool reads = false;
  SECTION("with a length, read") { reads = true; }
  SECTION("with a length, not read") {}
  SECTION("in chunks, read") { reads = chunked = true; }
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response&) {});
  if (reads) {
    f.server.on_request(read_all);
  }
  http_peer peer = f.connect();
  f.say(peer,
        std::string("POST / HTTP/1.1\r\nHost: a\r\n") +
            (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: 1000\r\n\r\n"));
  auto sent = 0s;
  while (!peer.ended() && sent < 1000s) {
    f.say(peer, chunked ? "1\r\nx\r\n" : "x");
    f.advance(10s);
    sent += 10s;
  }
  CHECK(peer.received() == request_timeout);
  CHECK(sent >= 300s);
  CHECK(sent <= 340s);
  f.advance(2s);  // Further input is discarded during this time.
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("slow client: a body that stays unread behind its response") {
  default_server f;
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  CHECK(peer.received().ends_with("hello"));
  auto sent = 0s;
  while (!peer.ended() && sent < 1000s) {
    f.say(peer, "x");
    f.advance(10s);
    sent += 10s;
  }
  CHECK(sent <= 340s);
  f.advance(2s);  // Further input is discarded during this time.
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE(
    "slow client: a client that does not read costs bounded memory, and the server is notified") {
  http::server_options options;
  options.timeout = 120s;
  server_fixture f(options);
  std::string const chunk(65536, 'x');
  std::size_t written = 0;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        for (int i = 0; i < 1000; ++i) {
          co_await res.write(chunk);
          written += chunk.size();
        }
        res.end();
      });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 65536);
  f.server.emit_connection(std::move(theirs));
  anode::socket client(std::move(ours));
  client.write(get);
  f.settle();
  // The handler waits: besides the bytes in the connection, at most the high-water mark is
  // buffered.
  CHECK(written <= 4 * 65536);
  REQUIRE(f.server.connections().size() == 1);
  CHECK(f.server.connections()[0].state == http::connection_state::responding);
  CHECK(f.server.connections()[0].unsent_bytes <= 3 * 65536);
  f.advance(119s);
  CHECK(f.server.connection_count() == 1);
  f.advance(2s);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("slow client: a complete response waits for a slow reader in bounded memory") {
  http::server_options options;
  options.timeout = 120s;
  server_fixture f(options);
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.end(std::string(300'000, 'x'));
  });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  anode::socket client(std::move(ours));
  // Many requests and no response is read: the server stops reading requests after one blocked
  // response.
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += get;
  }
  client.write(many);
  f.settle();
  REQUIRE(f.server.connections().size() == 1);
  CHECK(f.server.connections()[0].requests < 10);
  CHECK(f.server.connections()[0].unsent_bytes < 10 * 300'000);
  f.advance(121s);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("slow client: a half-closed client that does not read ends by the timeout") {
  default_server f;
  f.server.set_timeout(1s);
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.end(std::string(300'000, 'x'));
  });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  anode::socket client(std::move(ours));
  client.write(get);
  f.settle();
  client.end();
  f.settle();
  CHECK(f.server.connection_count() == 1);  // The client can still read.
  f.advance(2s);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("slow client: 408, then the connection is closed") {
  default_server f;
  int handled = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    ++handled;
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n");
  f.advance(91s);
  CHECK(peer.received() == request_timeout);
  CHECK(peer.ended());
  // The rest of the request and another request arrive too late.
  f.say(peer, std::string("\r\n") + get);
  CHECK(handled == 0);
  CHECK(peer.received() == request_timeout);
  f.advance(2s);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("slow client: a timeout after the response has begun only closes the connection") {
  server_fixture f;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.write("begun"); });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  f.advance(331s);
  CHECK(peer.ended());
  CHECK(peer.received().find("408") == std::string::npos);
  CHECK(peer.received().ends_with("5\r\nbegun\r\n"));
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("slow client: many slow clients do not delay a healthy client") {
  default_server f;
  std::vector<http_peer> slow;
  for (int i = 0; i < 2000; ++i) {
    slow.push_back(f.connect());
    slow.back().send("GET / HTTP/1.1\r\nHost: a\r\nX-");
  }
  f.settle();
  CHECK(f.server.connection_count() == 2000);
  http_peer healthy = f.connect();
  for (int second = 0; second < 20; ++second) {
    for (http_peer& p : slow) {
      p.send("a");
    }
    healthy.send(get);
    f.settle();
    CHECK(healthy.take().ends_with("hello"));
    f.advance(1s);
  }
  f.advance(90s);
  CHECK(f.server.connection_count() == 0);
}

}  // namespace security_slow_clients
