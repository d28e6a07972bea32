// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>
#include <anode/testing.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>

namespace behaviour_agent_queueing {

namespace {

namespace http = anode::http;
namespace net = boost::asio;
using anode::test::keeping;
using anode::test::ok;
using support::client_fixture;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("agent: max_sockets queues requests in order", "[agent]") {
  http::agent_options o = keeping();
  o.max_sockets = 1;
  client_fixture f(std::move(o));
  auto a = f.request("GET", "/a");
  auto b = f.request("GET", "/b");
  a.end();
  b.end();
  f.settle();
  CHECK(f.agent.totals().sockets == 1);
  CHECK(f.agent.totals().requests == 1);
  f.say(0, ok);
  CHECK(f.agent.totals().requests == 0);
  CHECK_FALSE(b.reused_socket());  // as in Node, since it had to wait
  CHECK(f.peers.at(0).received().find("GET /b") != std::string::npos);
  CHECK(f.peers.size() == 1);
}

TEST_CASE("agent: a queued request can be cancelled", "[agent]") {
  http::agent_options o = keeping();
  o.max_sockets = 1;
  client_fixture f(std::move(o));
  auto a = f.request("GET", "/a");
  auto b = f.request("GET", "/b");
  a.end();
  b.end();
  f.settle();
  f.pop_events();
  b.destroy();
  f.settle();
  CHECK(f.pop_events() == "error ECONNRESET, close");
  CHECK(f.agent.totals().requests == 0);
  f.say(0, ok);
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("agent: a free connection that receives bytes or ends is not reused", "[agent]") {
  bool const speaks = GENERATE(true, false);
  client_fixture f(keeping());
  auto a = f.request("GET", "/a");
  a.end();
  f.settle();
  f.say(0, ok);
  REQUIRE(f.agent.totals().free_sockets == 1);
  if (speaks) {
    f.say(0, ok);
  } else {
    f.peers.at(0).end();
    f.settle();
  }
  CHECK(f.agent.totals().free_sockets == 0);
  auto b = f.request("GET", "/b");
  b.end();
  f.settle();
  CHECK(f.peers.size() == 2);
  CHECK_FALSE(b.reused_socket());
}

TEST_CASE("agent: Connection: close in request or response prevents reuse", "[agent]") {
  bool const ours = GENERATE(true, false);
  client_fixture f(keeping());
  auto a = f.request("GET", "/a");
  if (ours) {
    a.set_header("Connection", "close");
  }
  a.end();
  f.settle();
  f.say(0, ours ? std::string(ok)
                : std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("agent: the server's Keep-Alive hint shortens the idle time in the pool", "[agent]") {
  client_fixture f(keeping());
  auto a = f.request("GET", "/a");
  a.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=3\r\nContent-Length: 0\r\n\r\n");
  f.advance(1900ms);
  CHECK(f.agent.totals().free_sockets == 1);
  f.advance(200ms);
  CHECK(f.agent.totals().free_sockets == 0);
}

TEST_CASE("agent: hooks decide about keep-alive and are notified of reuse", "[agent]") {
  int asked = 0;
  int reused = 0;
  bool keep = true;
  http::agent_options o = keeping();
  o.keep_socket_alive = [&](anode::socket) {
    ++asked;
    return keep;
  };
  o.reuse_socket = [&](anode::socket) { ++reused; };
  client_fixture f(std::move(o));
  auto a = f.request("GET", "/a");
  a.end();
  f.settle();
  f.say(0, ok);
  CHECK(asked == 1);
  CHECK(f.agent.totals().free_sockets == 1);
  keep = false;
  auto b = f.request("GET", "/b");
  b.end();
  f.settle();
  CHECK(reused == 1);
  f.say(0, ok);
  CHECK(asked == 2);
  CHECK(f.agent.totals().free_sockets == 0);
}

TEST_CASE("agent: destroy closes used and free connections", "[agent]") {
  client_fixture f(keeping());
  auto a = f.request("GET", "/a");
  a.end();
  f.settle();
  f.say(0, ok);
  auto b = f.request("GET", "/b");
  auto c = f.request("GET", "/c");
  b.end();
  c.end();
  f.settle();
  f.pop_events();
  f.agent.destroy();
  f.settle();
  CHECK(f.pop_events() == "error ECONNRESET, close, error ECONNRESET, close");
  CHECK(f.agent.totals().sockets == 0);
  CHECK(f.peers.at(0).ended());
  CHECK(f.peers.at(1).ended());
}

TEST_CASE("agent: a short response destroyed unread returns its connection to the pool") {
  client_fixture f(keeping());
  auto const drop = [&](std::string_view answer, bool dump) {
    http::request_options o;
    o.host = "test";
    auto r = f.agent.request(std::move(o));
    r.on_response([&](http::incoming_message m) {
      if (dump) {
        m.dump();
      }
    });
    r.end();
    f.settle();
    f.say(f.peers.size() - 1, answer);
    return f.agent.totals().free_sockets;
  };
  CHECK(drop(ok, false) == 1);
  CHECK(drop("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false) == 1);
  CHECK(drop("HTTP/1.1 204 No Content\r\n\r\n", false) == 1);
  std::string const chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n";
  CHECK(drop(chunks + "0\r\n\r\n", true) == 1);
  CHECK(f.peers.size() == 1);
  CHECK(drop(chunks, false) == 0);
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("agent: options can be changed at run time") {
  http::agent_options o = keeping();
  o.max_sockets = 1;
  client_fixture f(o);
  auto a = f.request("GET", "/a");
  auto b = f.request("GET", "/b");
  auto c = f.request("GET", "/c");
  for (auto* r : {&a, &b, &c}) {
    r->end();
  }
  f.settle();
  CHECK(f.agent.totals().sockets == 1);
  CHECK(f.agent.totals().requests == 2);

  o = f.agent.options();
  o.max_sockets = 3;
  o.max_total_sockets = 2;
  f.agent.set_options(o);
  CHECK(f.agent.options().max_sockets == 3);
  f.settle();
  CHECK(f.agent.totals().sockets == 2);
  CHECK(f.agent.totals().requests == 1);

  o.max_total_sockets = http::agent_options::no_limit;
  o.keep_alive_msecs = 5s;
  f.agent.set_options(o);
  CHECK(f.agent.options().keep_alive_msecs == 5s);
  f.settle();
  CHECK(f.agent.totals().sockets == 3);
  CHECK(f.agent.totals().requests == 0);
  for (std::size_t i = 0; i < 3; ++i) {
    f.say(i, ok);
  }
  CHECK(f.agent.totals().free_sockets == 3);

  o.max_free_sockets = 1;
  f.agent.set_options(o);
  CHECK(f.agent.options().max_free_sockets == 1);
  CHECK(f.agent.totals().free_sockets == 1);
  o.max_total_sockets = 0;
  CHECK_THROWS_AS(f.agent.set_options(o), http::exception);
  CHECK(f.agent.options().max_total_sockets == http::agent_options::no_limit);
}

TEST_CASE("client: listeners can own handles of the objects that they listen to") {
  client_fixture f(keeping());
  bool const read = GENERATE(true, false);
  auto request = std::make_shared<http::client_request>(f.agent.request("GET", "http://test/"));
  std::weak_ptr<http::client_request> const seen_request = request;
  std::weak_ptr<http::incoming_message> seen_response;
  request->on_close([request] {});
  request->on_response([&, request](http::incoming_message m) {
    auto const response = std::make_shared<http::incoming_message>(std::move(m));
    seen_response = response;
    response->on_end([response] {});
    response->on_close([response, request] {});
    if (read) {
      response->dump();
    }
  });
  request->end();
  request.reset();
  f.settle();
  f.say(0, read ? std::string_view(ok) : "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\no");
  if (!read) {
    f.peers.at(0).close();
    f.settle();
  }
  CHECK(seen_request.expired());
  CHECK(seen_response.expired());
}

TEST_CASE("agent: an upgraded connection leaves the pool") {
  http::agent_options o = keeping();
  o.max_sockets = 1;
  client_fixture f(std::move(o));
  auto a = f.request("GET", "/a");
  a.set_header("Connection", "Upgrade");
  a.set_header("Upgrade", "x");
  anode::socket upgraded;
  a.on_upgrade([&](http::incoming_message, anode::socket s) { upgraded = std::move(s); });
  auto b = f.request("GET", "/b");
  a.end();
  b.end();
  f.settle();
  CHECK(f.agent.totals().requests == 1);
  f.say(0, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  REQUIRE(upgraded);
  CHECK(f.agent.totals().requests == 0);
  CHECK(f.peers.size() == 2);
  f.say(1, ok);
  CHECK(f.agent.totals().sockets == 0);
  CHECK(f.agent.totals().free_sockets == 1);
  f.agent.destroy();
  f.settle();
  CHECK_FALSE(upgraded.destroyed());
  upgraded.write("still there");
  f.settle();
  CHECK(f.peers.at(0).received().ends_with("still there"));
}

TEST_CASE("agent: limits of a request do not apply to later requests on its connection",
          "[agent]") {
  client_fixture f(keeping());
  http::request_options narrow;
  narrow.host = "test";
  narrow.max_header_size = 40;
  auto a = f.watched(f.agent.request(narrow));
  a.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  f.pop_events();
  auto b = f.request("GET", "/b");
  b.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nX: " + std::string(100, 'x') + "\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.pop_events() == "socket, finish, response 200, res.end, close, res.close");
}

TEST_CASE("agent: invalid arguments are rejected before a connection is opened", "[agent]") {
  client_fixture f;
  auto const code = [&](auto change) -> std::string {
    http::request_options o;
    o.host = "test";
    try {
      change(o);
      auto r = f.agent.request(std::move(o));
    } catch (http::exception const& e) {
      return std::string(e.code_name());
    }
    return "";
  };
  CHECK(code([](auto& o) { o.path = "/a b"; }) == "ERR_UNESCAPED_CHARACTERS");
  CHECK(code([](auto& o) { o.method = "G T"; }) == "ERR_INVALID_HTTP_TOKEN");
  CHECK(code([](auto& o) { o.protocol = "https:"; }) == "ERR_INVALID_PROTOCOL");
  CHECK(code([](auto& o) { o.timeout = -1ms; }) == "ERR_OUT_OF_RANGE");
  CHECK(code([](auto& o) { o.headers.append("a b", "1"); }) == "ERR_INVALID_HTTP_TOKEN");
  CHECK(code([](auto& o) { o.headers.append("a", "1\n2"); }) == "ERR_INVALID_CHAR");
  CHECK(code([](auto& o) { o.set_url("no url"); }) == "ERR_INVALID_URL");
  CHECK(f.agent.totals().sockets == 0);
  f.settle();
  CHECK(f.peers.empty());
}

TEST_CASE("agent: options take precedence over the URL, which is normalised", "[agent]") {
  client_fixture f;
  http::request_options o;
  o.path = "/own";
  auto a = f.agent.request("http://u%40:p@test:8080/a/../b?c d#e", std::move(o));
  CHECK(a.path() == "/own");
  CHECK(a.host() == "test");
  CHECK(a.get_header("Host")->text() == "test:8080");
  CHECK(a.get_header("Authorization")->text() == "Basic dUA6cA==");
  auto b = f.agent.request("GET", "HTTP://TEST/a/../b?c d#e");
  CHECK(b.path() == "/b?c%20d");
  CHECK(b.host() == "test");
  f.settle();
}

TEST_CASE("agent: a connection that is being established cannot be removed from the pool",
          "[agent]") {
  anode::testing::event_loop loop;
  net::steady_timer gate(loop.get_executor(), std::chrono::hours(1));
  http::agent_options o = keeping();
  o.create_connection =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    boost::system::error_code cancelled;
    co_await gate.async_wait(net::redirect_error(net::use_awaitable, cancelled));
    throw boost::system::system_error(net::error::connection_refused);
  };
  http::agent agent(loop.get_executor(), std::move(o));
  http::client_request request = agent.request("GET", "http://a/");
  anode::socket connecting;
  std::string error;
  request.on_socket([&](anode::socket s) { connecting = std::move(s); });
  request.on_request_error([&](http::request_error const& e) { error = e.code_name(); });
  request.end();
  loop.settle();
  CHECK_FALSE(agent.remove(connecting));
  gate.cancel();
  loop.settle();
  CHECK(error == "ECONNREFUSED");
  CHECK(agent.totals().sockets == 0);
}

TEST_CASE("agent: a request on a removed connection does not outlive its context", "[agent]") {
  auto const kept = std::make_shared<int>();
  bool const half = GENERATE(false, true);
  {
    anode::testing::event_loop loop;
    anode::testing::origin origin(loop);
    http::agent_options o = keeping();
    o.create_connection = origin.connections();
    http::agent agent(loop.get_executor(), std::move(o));
    http::request_options r;
    r.host = "a";
    http::client_request req = agent.request(std::move(r));
    http::incoming_message answer;
    req.on_response([&answer](http::incoming_message m) { answer = std::move(m); });
    req.on_close([kept] {});
    req.end();
    loop.settle();
    REQUIRE(origin.size() == 1);
    if (half) {
      origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na");
      CHECK(answer.status_code() == 200);
    }
    CHECK(agent.remove(req.socket()));
    CHECK(kept.use_count() == 2);
  }
  CHECK(kept.use_count() == 1);
}

}  // namespace behaviour_agent_queueing
