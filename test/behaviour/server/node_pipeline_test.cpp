// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Several requests on one connection before the first one is answered.

#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <functional>
#include <string>
#include <vector>

namespace behaviour_server_node_pipeline {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::count_of;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

}  // namespace

TEST_CASE("test-http-pipeline-assertionerror-finish: responses end in any order") {
  server_fixture f;
  std::vector<http::server_response*> responses;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    res.write("data" + std::string(req.url()));
    responses.push_back(&res);
  });
  http_peer peer = f.connect();
  std::string requests;
  for (int i = 0; i < 10; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  f.say(peer, requests);
  REQUIRE(responses.size() == 10);
  for (std::size_t const i : {7u, 3u, 9u, 0u, 1u, 8u, 2u, 5u, 4u, 6u}) {
    responses[i]->end();
    f.settle();
  }
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    expected +=
        "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n6\r\ndata/" +
        std::to_string(i) + "\r\n0\r\n\r\n";
  }
  CHECK(peer.received() == expected);
  CHECK_FALSE(peer.ended());
}

TEST_CASE("test-http-highwatermark: pipelined requests that the library answers") {
  server_fixture f;
  int handled = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { ++handled; });
  http_peer peer = f.connect();
  peer.send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  peer.end();
  f.settle();
  CHECK(handled == 0);
  CHECK(peer.received() ==
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: now\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE(
    "test-http-incoming-pipelined-socket-destroy: the connection is destroyed within the "
    "pipeline") {
  server_fixture f;
  // The action of each request, after the seeds of the original test.
  std::string const acts = "3123412341234";
  std::string requests;
  for (char const c : acts) {
    requests += std::string("GET /") + c + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  int handled = 0;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    ++handled;
    switch (req.url()[1]) {
      case '1':
        net::post(f.io, [s = req.socket()]() mutable { s.destroy(); });
        break;
      case '2':
        net::post(f.io, [s = req.socket()]() mutable { s.destroy_soon(); });
        break;
      case '3':
        res.write("hello ");
        break;
      default:
        res.destroy();
    }
  });
  http_peer peer = f.connect();
  f.say(peer, requests);
  // The first response never ends, therefore the responses destroyed behind it stay queued.
  CHECK(handled == 13);
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-many-ended-pipelines: every response ended, then the connection destroyed") {
  server_fixture f;
  event_log log;
  int handled = 0;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    ++handled;
    res.on_close(log.recorder("close"));
    res.end("ok");
    req.socket().destroy();
  });
  http_peer peer = f.connect();
  peer.send(repeat(std::string(get) + "\r\n", 20));
  peer.end();
  f.settle();
  CHECK(handled >= 1);
  CHECK(peer.received().ends_with("\r\n\r\nok"));
  CHECK(peer.ended());
  CHECK(count_of(log.pop_events(), "close") == static_cast<std::size_t>(handled));
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-pipeline-requests-connection-leak: ten thousand requests on one connection") {
  server_fixture f;
  int finished = 0;
  std::string const body(16384, 'x');
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_finish([&] { ++finished; });
    res.end(body);
  });
  http_peer peer = f.connect();
  std::size_t received = 0;
  for (int i = 0; i < 100; ++i) {
    f.say(peer, repeat(get, 100));
    received += count_of(peer.take(), "HTTP/1.1 200 OK\r\n");
  }
  CHECK(finished == 10000);
  CHECK(received == 10000);
  peer.close();
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-pipeline-flood: reading stops when the client does not read") {
  server_fixture f;
  event_log log;
  int handled = 0;
  anode::socket socket;
  f.server.set_timeout(200ms, [&](anode::socket s) {
    log.note("timeout");
    s.destroy();
  });
  std::string const body(10240, 'x');
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    ++handled;
    socket = req.socket();
    res.write(body);
    res.end();
  });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 65536);
  f.server.emit_connection(std::move(theirs));
  anode::socket client(std::move(ours));
  std::string const burst = repeat(get, 100);
  for (int i = 0; i < 103; ++i) {
    client.write(burst);
    f.settle();
  }
  CHECK(handled < 300);
  CHECK(socket.bytes_read() < 3 * 65536);
  CHECK(socket.writable_length() < 10 * 65536);
  f.advance(201ms);
  CHECK(log.pop_events() == "timeout");
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-no-read-no-dump: an unread body does not block the next client") {
  http::agent_options pooled;
  pooled.keep_alive = true;
  pooled.max_sockets = 1;
  client_and_server f({}, pooled);
  event_log log;
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    if (req.method() == "GET") {
      res.end();
      return;
    }
    req.on_close([&] {
      log.note("close");
      req.on_end(log.recorder("wrong"));
    });
    res.write_head(200);
    res.flush_headers();
    response = &res;
  });
  http::client_request post = f.request("POST");
  http::client_request get_next = f.request("GET");
  get_next.end();
  auto const second = f.fetch(std::move(get_next));
  post.write(std::string(4 * 65536, 'x'));  // above the buffer for unread bytes
  f.settle();
  REQUIRE(response != nullptr);
  CHECK_FALSE(second->done);
  response->end();
  f.settle();
  post.end("something");
  auto const first = f.fetch(std::move(post));
  f.settle();
  CHECK(first->status == 200);
  CHECK(second->status == 200);
  CHECK(log.pop_events() == "close");
  CHECK(f.connections_made == 1);
}

}  // namespace behaviour_server_node_pipeline
