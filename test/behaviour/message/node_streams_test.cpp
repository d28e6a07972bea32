// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Server and client over any stream, and bodies of every size.
#include "behaviour/client/request_setup.hpp"
#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <anode/error.hpp>

#include <string>

namespace behaviour_message_node_streams {

namespace http = anode::http;
namespace net = boost::asio;
using anode::test::keeping;
using support::client_and_server;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

// Echoes the body of the request.
net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  if (auto const length = req.headers().get("content-length")) {
    res.set_header("Content-Length", *length);
  }
  while (auto const chunk = co_await req.read()) {
    co_await res.write(*chunk);
  }
  co_await res.end();
}

}  // namespace

TEST_CASE("test-http-buffer-sanity: every byte of a large body arrives, in order") {
  constexpr std::size_t size = 5 * 1024 * 1024;
  std::string all(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    all[i] = static_cast<char>(i % 256);
  }
  client_and_server f;
  std::string received;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        CHECK(req.headers().get("content-length") == std::to_string(size));
        while (auto const chunk = co_await req.read()) {
          received.append(*chunk);
        }
        co_await res.end("thanks");
      });
  http::client_request r =
      f.request("POST", "/", {{"content-length", static_cast<std::uint64_t>(size)}});
  r.end(all);
  auto const answer = f.fetch(std::move(r));
  f.settle();
  CHECK(received.size() == size);
  CHECK((received == all));
  CHECK(answer->body == "thanks");
}

TEST_CASE("test-http-generic-streams: a request and its response over a stream in memory") {
  client_and_server f;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.end("Hello, World!\n"); });
  CHECK(f.get()->body == "Hello, World!\n");
}

TEST_CASE("test-http-generic-streams: two requests over one stream") {
  client_and_server f({}, keeping());
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.end("Hello, World!\n"); });
  CHECK(f.get()->body == "Hello, World!\n");
  CHECK(f.get()->body == "Hello, World!\n");
  CHECK(f.connections_made == 1);
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("test-http-generic-streams: bodies in both directions, then the stream is closed") {
  bool const chunked = GENERATE(false, true);
  client_and_server f;
  f.server.on_request(echo);
  http::header_list headers{{"Connection", "close"}};
  if (!chunked) {
    headers.append("Content-Length", "14");
  }
  http::client_request r = f.request("PUT", "/", headers);
  r.write("Hello, ");
  r.end("World!\n");
  auto const answer = f.fetch(std::move(r));
  f.settle();
  CHECK(answer->body == "Hello, World!\n");
  CHECK(answer->header("Content-Length") == (chunked ? "none" : "14"));
  CHECK(f.server.connection_count() == 0);
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("test-http-generic-streams: a stream that does not speak HTTP") {
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response&) { log.note("request"); });
  f.server.on_client_error([&](http::client_error const&, anode::socket s) {
    log.note("client error");
    s.destroy();
  });
  http_peer peer = f.connect();
  f.say(peer, "I'm reading a book about anti-gravity. It's impossible to put down!");
  peer.end();
  f.settle();
  CHECK(log.pop_events() == "client error");
  CHECK(peer.ended());
}

}  // namespace behaviour_message_node_streams
