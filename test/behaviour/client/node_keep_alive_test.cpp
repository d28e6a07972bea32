// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Successive requests on connections that are kept alive or not.

#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"

#include <string>
#include <vector>

namespace behaviour_client_node_keep_alive {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::client_fixture;

namespace {

http::agent_options limited(std::size_t max_sockets, bool keep_alive) {
  http::agent_options o;
  o.keep_alive = keep_alive;
  o.max_sockets = max_sockets;
  return o;
}

// Answers with the target and records its connections.
struct echoing : client_and_server {
  explicit echoing(http::agent_options o) : client_and_server({}, std::move(o)) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      sockets.push_back(req.socket());
      res.end(req.url());
    });
  }

  std::vector<anode::socket> sockets;
};

void one_after_another() {
  echoing f(limited(http::agent_options::no_limit, true));
  std::vector<anode::socket> ours;
  for (int n = 10; n > 0; --n) {
    std::string const path = "/" + std::to_string(n);
    auto r = f.request("GET", path);
    r.on_socket([&](anode::socket s) { ours.push_back(std::move(s)); });
    r.end();
    auto const answer = f.fetch(std::move(r));
    f.settle();
    CHECK(answer->body == path);
    f.advance(1ms);
  }
  REQUIRE(ours.size() == 10);
  REQUIRE(f.sockets.size() == 10);
  for (std::size_t i = 1; i < 10; ++i) {
    CHECK(ours[i] == ours[0]);
    CHECK(f.sockets[i] == f.sockets[0]);
  }
  f.agent.destroy();
  f.settle();
  CHECK(ours[0].destroyed());
  CHECK(f.server.connection_count() == 0);
}

}  // namespace

TEST_CASE(
    "test-http-allow-req-after-204-res: the next request from within the end event of a 204") {
  client_fixture f(limited(http::agent_options::no_limit, true));
  http::client_request second;
  auto first = f.request("GET", "/first");
  first.on_response([&](http::incoming_message m) {
    f.response = std::move(m);
    f.response.on_end([&] {
      second = f.request("GET", "/second");
      second.end();
    });
    f.response.dump();
  });
  first.end();
  f.settle();
  f.say(0, "HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(f.peers.size() == 2);  // The first connection returns to the pool after the listeners.
  CHECK(f.peers.back().received().starts_with("GET /second HTTP/1.1\r\n"));
  f.events.clear();
  f.say(f.peers.size() - 1, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.pop_events() == "response 200, res.end, close, res.close");
}

TEST_CASE("test-http-client-abort-keep-alive-destroy-res: a response destroyed in its end event") {
  client_fixture f(limited(1, true));
  auto first = f.request("GET", "/first");
  first.on_response([&](http::incoming_message m) {
    f.response = std::move(m);
    f.response.on_end([&] { f.response.destroy(); });
    f.response.dump();
  });
  first.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  auto second = f.request("GET", "/second");
  second.end();
  f.settle();
  REQUIRE(f.peers.size() == 1);
  CHECK(f.peers[0].received().find("GET /second") != std::string::npos);
  CHECK(second.reused_socket());
}

TEST_CASE("test-http-client-keep-alive-hint: a one-second hint of the server prevents reuse") {
  client_fixture f(limited(http::agent_options::no_limit, true));
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0,
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=1\r\n"
        "Content-Length: 0\r\n\r\n");
  CHECK(f.pop_events() == "socket, finish, response 200, res.end, close, res.close");
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK(f.peers[0].ended());
}

TEST_CASE("test-http-client-keep-alive-release-before-finish: no reuse before the body is sent") {
  client_fixture f(limited(1, true));
  auto post = f.request("POST", "/post");
  post.write(std::string(16384, 'x'));
  auto get = f.request("GET", "/get");
  get.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.response.complete());
  f.advance(100ms);
  REQUIRE(f.peers.size() == 1);
  CHECK(f.peers[0].received().find("GET /get") == std::string::npos);
  CHECK(f.agent.totals().requests == 1);
  post.end("something");
  f.settle();
  std::string const sent = f.peers[0].received();
  CHECK(sent.find("9\r\nsomething\r\n0\r\n\r\nGET /get HTTP/1.1\r\n") != std::string::npos);
  f.events.clear();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.pop_events() == "response 200, res.end, close, res.close");
  CHECK(f.peers.size() == 1);
}

TEST_CASE(
    "test-http-expect-continue-reuse-race: answered before the request ends, a hundred times") {
  client_fixture f(limited(1, true));
  for (int i = 0; i != 100; ++i) {
    http::request_options o;
    o.method = "POST";
    o.host = "test";
    o.headers = {{"Content-Length", "0"}, {"Expect", "100-continue"}};
    auto r = f.watched(f.agent.request(std::move(o)));
    f.settle();
    r.flush_headers();
    f.settle();
    f.say(0,
          "HTTP/1.1 100 Continue\r\n\r\n"
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CHECK(f.agent.totals().free_sockets == 0);
    r.end();
    f.settle();
    REQUIRE(f.pop_events() ==
            "socket, continue, information 100, response 200, res.end, res.close, finish, close");
    REQUIRE(f.agent.totals().free_sockets == 1);
  }
  CHECK(f.peers.size() == 1);
}

TEST_CASE("test-http-keep-alive-close-on-header: the response's Connection: close decides") {
  client_fixture f(limited(1, false));
  std::vector<http::client_request> all;
  for (int i = 0; i != 3; ++i) {
    http::request_options o;
    o.host = "test";
    o.headers = {{"Connection", "keep-alive"}};
    all.push_back(f.watched(f.agent.request(std::move(o))));
    all.back().end();
  }
  f.settle();
  for (std::size_t i = 0; i != 3; ++i) {
    REQUIRE(f.peers.size() == i + 1);
    CHECK(f.agent.totals().sockets == 1);
    CHECK(f.agent.totals().requests == 2 - i);
    f.say(i, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\nhello world\n");
    CHECK(f.peers[i].ended());
  }
  CHECK(f.peers.size() == 3);
  CHECK(f.agent.by_name().empty());
}

TEST_CASE("test-http-keep-alive: a waiting request reuses the connection, and nothing remains") {
  client_fixture f(limited(1, false));
  std::vector<http::client_request> all;
  for (int i = 0; i != 3; ++i) {
    http::request_options o;
    o.host = "test";
    o.headers = {{"Connection", "keep-alive"}};
    all.push_back(f.watched(f.agent.request(std::move(o))));
    all.back().end();
  }
  f.settle();
  for (std::size_t i = 0; i != 3; ++i) {
    CHECK(f.agent.totals().sockets == 1);
    CHECK(f.agent.totals().requests == 2 - i);
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello world\n");
  }
  CHECK(f.peers.size() == 1);
  CHECK(f.peers[0].ended());
  CHECK(f.agent.by_name().empty());
}

TEST_CASE("test-http-keepalive-client: one connection for ten successive requests") {
  one_after_another();
}

TEST_CASE("test-http-keepalive-request: one connection for ten successive requests") {
  one_after_another();
}

TEST_CASE(
    "test-http-should-keep-alive: decided by the version and the Connection field of the "
    "response") {
  struct row {
    char const* head;
    bool kept;
  };
  auto const [head, kept] = GENERATE(
      row{"HTTP/1.0 200 OK\r\n", false}, row{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", true},
      row{"HTTP/1.0 200 OK\r\nConnection: close\r\n", false}, row{"HTTP/1.1 200 OK\r\n", true},
      row{"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n", true},
      row{"HTTP/1.1 200 OK\r\nConnection: close\r\n", false});
  CAPTURE(head);
  client_fixture f(limited(5, true));
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, std::string(head) + "Content-Length: 0\r\n\r\n");
  CHECK(f.response.complete());
  CHECK(f.agent.totals().free_sockets == (kept ? 1 : 0));
  CHECK(f.peers[0].ended() == !kept);
}

TEST_CASE("test-http-timeout: requests with their own timeouts, in sequence on one connection") {
  echoing f(limited(1, false));
  std::string order;
  int timeouts = 0;
  int closed = 0;
  std::vector<http::client_request> all;
  for (int i = 0; i != 11; ++i) {
    auto r = f.request("GET", "/" + std::to_string(i));
    r.set_timeout(1s);
    r.on_timeout([&] { ++timeouts; });
    r.on_response([&, i](http::incoming_message m) {
      order += std::to_string(i) + " ";
      m.socket().set_timeout(0ms);
      m.dump();
    });
    r.on_close([&] { ++closed; });
    r.end();
    all.push_back(std::move(r));
  }
  f.settle();
  f.advance(5s);
  CHECK(order == "0 1 2 3 4 5 6 7 8 9 10 ");
  CHECK(closed == 11);
  CHECK(timeouts == 0);
  CHECK(f.agent.by_name().empty());
}

}  // namespace behaviour_client_node_keep_alive
