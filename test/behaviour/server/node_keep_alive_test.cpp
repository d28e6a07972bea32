// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <anode/error.hpp>

#include <string>
#include <vector>

namespace behaviour_server_node_keep_alive {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::count_of;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

http::server_options with_max_requests(std::uint32_t n) {
  http::server_options o;
  o.max_requests_per_socket = n;
  return o;
}

// A request with a body, and the blank lines that some clients send behind a body.
std::string post(std::string const& connection = "keep-alive") {
  return "POST / HTTP/1.1\r\nHost: a\r\nConnection: " + connection +
         "\r\nContent-Length: 18\r\n\r\n0123456789abcdefgh\r\n\r\n\r\n";
}

void hello_world(http::incoming_message&, http::server_response& res) { res.end("Hello World!"); }

std::string kept(std::string const& keep_alive) {
  return "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: " + keep_alive +
         "\r\nContent-Length: 12\r\n\r\nHello World!";
}

constexpr auto last_one =
    "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\nContent-Length: 12\r\n\r\nHello World!";
constexpr auto refused =
    "HTTP/1.1 503 Service Unavailable\r\nDate: now\r\nConnection: close\r\n"
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";

}  // namespace

TEST_CASE("test-http-1.0-keep-alive: an HTTP/1.0 connection is kept when the length is known") {
  std::string const asking = "POST / HTTP/1.0\r\nConnection: keep-alive\r\n";
  std::string headers;
  std::string request = asking + "\r\n";
  bool stays = true;
  http::header_list list;
  SECTION("not kept without a length") {
    list.append("Connection", "keep-alive");
    stays = false;
  }
  SECTION("kept when the client accepts chunked coding") {
    list.append("Connection", "keep-alive");
    request = asking + "TE: chunked\r\n\r\n";
  }
  SECTION("when the handler sends chunks") {
    list.append("Connection", "keep-alive");
    list.append("Transfer-Encoding", "chunked");
  }
  SECTION("with Content-Length") {
    list.append("Connection", "keep-alive");
    list.append("Content-Length", "2");
  }
  server_fixture f;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    bool const keeps = req.headers().contains("connection");
    res.write_head(200, keeps ? list : http::header_list());
    res.end("OK");
  });
  http_peer peer = f.connect();
  f.say(peer, request);
  CHECK(peer.received().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(peer.ended() == !stays);
  if (stays) {
    peer.clear();
    f.say(peer, "POST / HTTP/1.0\r\n\r\n");
    CHECK(peer.received() == "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\nOK");
    CHECK(peer.ended());
  }
}

TEST_CASE(
    "test-http-keep-alive-drop-requests: a request above the limit is reported and rejected") {
  server_fixture f(with_max_requests(1));
  int handled = 0;
  std::vector<std::string> dropped;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    ++handled;
    res.end("Hello World!");
  });
  f.server.on_drop_request([&](http::incoming_message& req, anode::socket s) {
    CHECK(s == req.socket());
    dropped.emplace_back(req.url());
  });
  http_peer peer = f.connect();
  f.say(peer, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n\r\n");
  CHECK(handled == 1);
  CHECK(dropped == std::vector<std::string>{"/2"});
  CHECK(peer.received() == std::string(last_one) + refused);
}

TEST_CASE("test-http-keep-alive-max-requests: each socket counts its own requests") {
  server_fixture f(with_max_requests(3));
  f.server.on_request(hello_world);
  http_peer one = f.connect();
  http_peer two = f.connect();
  std::string const get_keep = "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
  for (std::string const& request : {get_keep, post()}) {
    for (http_peer* peer : {&one, &two}) {
      f.say(*peer, request);
      CHECK(peer->take() == kept("timeout=5, max=3"));
    }
  }
  f.say(one, get_keep);
  CHECK(one.take() == last_one);
  f.say(two, post());
  CHECK(two.take() == last_one);
  f.say(one, get_keep);
  CHECK(one.take() == refused);
}

TEST_CASE("test-http-keep-alive-pipeline-max-requests: the request above the limit gets 503") {
  server_fixture f(with_max_requests(3));
  f.server.on_request(hello_world);
  http_peer peer = f.connect();
  f.say(peer, post() + post() + post() + post());
  CHECK(peer.received() ==
        kept("timeout=5, max=3") + kept("timeout=5, max=3") + last_one + refused);
}

TEST_CASE("test-http-server-keep-alive-defaults: no limit of requests, five seconds") {
  server_fixture f;
  CHECK(f.server.options().max_requests_per_socket == 0);
  CHECK(f.server.options().keep_alive_timeout == 5s);
  f.server.on_request(hello_world);
  http_peer peer = f.connect();
  f.say(peer, post() + post() + post() + post());
  std::string const one = kept("timeout=5");
  CHECK(peer.received() == one + one + one + one);
  CHECK_FALSE(peer.ended());
}

TEST_CASE("test-http-server-keep-alive-max-requests-null: zero means no limit") {
  server_fixture f(with_max_requests(1));
  f.server.on_request(hello_world);
  http::server_options options = f.server.options();
  options.max_requests_per_socket = 0;
  f.server.set_options(options);
  http_peer peer = f.connect();
  f.say(peer, post() + post() + post() + post());
  std::string const one = kept("timeout=5");
  CHECK(peer.received() == one + one + one + one);
}

TEST_CASE("test-http-keep-alive-timeout: the hint has whole seconds") {
  http::server_options options;
  options.keep_alive_timeout = 12'010ms;
  server_fixture f(options);
  f.server.on_request(hello_world);
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received() == kept("timeout=12"));
}

TEST_CASE("test-http-keep-alive-timeout-custom: a handler's own Keep-Alive header is kept") {
  http::server_options options;
  options.keep_alive_timeout = 12'010ms;
  server_fixture f(options);
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.set_header("Keep-Alive", "timeout=50").end("Hello World!");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received() ==
        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=50\r\nDate: now\r\nConnection: keep-alive\r\n"
        "Content-Length: 12\r\n\r\nHello World!");
}

TEST_CASE("test-http-remove-connection-header-persists-connection: only HTTP/1.1 is kept alive") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.remove_header("connection");
    res.end("beep boop");
  });
  http_peer peer = f.connect();
  SECTION("HTTP/1.1") {
    std::string const answer = "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 9\r\n\r\nbeep boop";
    f.say(peer, get);
    f.say(peer, get);
    CHECK(peer.received() == answer + answer);
    CHECK_FALSE(peer.ended());
  }
  SECTION("HTTP/1.0") {
    f.say(peer, "GET / HTTP/1.0\r\n\r\n");
    CHECK(peer.received() == "HTTP/1.1 200 OK\r\nDate: now\r\n\r\nbeep boop");
    CHECK(peer.ended());
  }
}

TEST_CASE("test-http-wget: the end of the connection delimits a body without a length") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"Content-Type", "text/plain"}});
    res.write("hello ");
    res.write("world\n");
    res.end();
  });
  http_peer peer = f.connect();
  f.say(
      peer,
      "GET / HTTP/1.0\r\nUser-Agent: Wget/1.11.4\r\nAccept: */*\r\nConnection: Keep-Alive\r\n\r\n");
  CHECK(peer.received() ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: now\r\nConnection: close\r\n\r\n"
        "hello world\n");
  CHECK(peer.ended());
}

TEST_CASE("test-http-keep-alive-timeout-buffer: the hint is shorter than the timeout") {
  server_fixture f;
  CHECK(f.server.options().keep_alive_timeout_buffer == 1000ms);
  http::server_options options;
  options.keep_alive_timeout = 100ms;
  SECTION("one second by default") {
    f.server.set_options(options);
    f.server.on_request(hello_world);
    http_peer peer = f.connect();
    f.say(peer, get);
    CHECK(peer.received() == kept("timeout=0"));
    f.advance(1099ms);
    CHECK_FALSE(peer.ended());
    f.advance(2ms);
    CHECK(peer.ended());
  }
  SECTION("as set, whatever the timeout") {
    options.keep_alive_timeout_buffer = 3000ms;
    f.server.set_options(options);
    f.server.on_request(hello_world);
    http_peer peer = f.connect();
    f.say(peer, get);
    f.advance(3099ms);
    CHECK_FALSE(peer.ended());
    f.advance(2ms);
    CHECK(peer.ended());
  }
}

TEST_CASE("test-http-keep-alive-timeout-race-condition: a request at the last moment is served") {
  http::server_options options;
  options.keep_alive_timeout = 2000ms;
  http::agent_options pooled;
  pooled.keep_alive = true;
  pooled.max_sockets = 5;
  client_and_server f(options, pooled);
  f.server.on_request(hello_world);
  CHECK(f.get()->body == "Hello World!");
  f.advance(2000ms);
  auto const second = f.get();
  CHECK(second->status == 200);
  CHECK(second->error.empty());
}

TEST_CASE(
    "test-http-server-keep-alive-timeout-slow-client-headers: a first byte stops the timeout") {
  http::server_options options;
  options.keep_alive_timeout = 100ms;
  options.keep_alive_timeout_buffer = 0ms;
  server_fixture f(options);
  f.server.on_request(hello_world);
  http_peer peer = f.connect();
  for (int i = 0; i < 2; ++i) {
    f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n");
    f.advance(300ms);
    CHECK_FALSE(peer.ended());
    f.say(peer, "Connection: keep-alive\r\nAgent: test\r\n\r\n");
    CHECK(peer.take() == kept("timeout=0"));
  }
  f.advance(101ms);
  CHECK(peer.ended());
}

TEST_CASE(
    "test-http-server-keep-alive-timeout-slow-server: the timeout does not run during a response") {
  http::server_options options;
  options.keep_alive_timeout = 200ms;
  options.keep_alive_timeout_buffer = 0ms;
  server_fixture f(options);
  http::server_response* slow = nullptr;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    if (req.url() == "/first") {
      res.end("Hello World!");
    } else {
      slow = &res;
    }
  });
  http_peer peer = f.connect();
  f.say(peer, "GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  f.say(peer, "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  f.advance(500ms);
  REQUIRE(slow != nullptr);
  CHECK_FALSE(peer.ended());
  slow->end("Hello World!");
  f.settle();
  CHECK(peer.received() == kept("timeout=0") + kept("timeout=0"));
}

TEST_CASE(
    "test-http-keep-alive-empty-line.mjs: a stray empty line does not keep a connection open") {
  http::server_options options;
  options.headers_timeout = 100ms;
  options.keep_alive_timeout = 300ms;
  options.connections_checking_interval = 100ms;
  server_fixture f(options);
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_head(404);
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take().starts_with("HTTP/1.1 404 Not Found\r\n"));
  f.advance(100ms);
  f.say(peer, "\r\n");
  f.advance(1199ms);
  CHECK_FALSE(peer.ended());
  f.advance(2ms);
  CHECK(peer.ended());
  CHECK(peer.received().empty());
}

}  // namespace behaviour_server_node_keep_alive
