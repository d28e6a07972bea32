// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "../../samples/forward_proxy/proxy.hpp"
#include "proxy_peers.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <string>

namespace samples_forward_proxy {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using support::has;
using support::ok;

namespace {

struct fixture {
  fixture() {
    set_dial([this](std::string_view authority, http::lookup_function const&) {
      return dial(*this, authority);
    });
    auto const forward = [this](http::incoming_message& req, http::server_response& res) {
      return samples::forward_request(proxy, req, res);
    };
    server.on_request(forward);
    server.on_check_continue(forward);
    server.on_connect([this](http::incoming_message& req, anode::socket from) {
      return samples::open_tunnel(proxy, req, from);
    });
  }

  void set_dial(anode::proxy::connector::dial_function f) {
    proxy.connector = anode::proxy::connector(
        loop.get_executor(), std::move(f),
        [this](std::string_view host) { return anode::resolve(loop.get_executor(), host); });
  }

  static net::awaitable<anode::socket> dial(fixture& self, std::string_view authority) {
    self.dialled = authority;
    if (self.refusal) {
      throw boost::system::system_error(self.refusal);
    }
    auto pair = anode::socket_pair(self.loop.get_executor());
    self.tunnels.emplace_back(self.loop, std::move(pair.second));
    co_return pair.first;
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  std::string dialled;
  anode::error_code refusal;
  std::deque<testing::peer> tunnels;
  samples::forward_proxy proxy{support::proxy_agent(loop, origin)};
  http::server server{loop.get_executor()};
  testing::peer client = loop.connect(server);
};

}  // namespace

TEST_CASE(
    "forward proxy: requests the path from the origin, with the origin's Host, over reused "
    "connections") {
  fixture f;
  f.client.send("GET http://one.example:81/a?b HTTP/1.1\r\nHost: wrong.example\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(f.origin.target(0).host == "one.example");
  CHECK(f.origin.target(0).port == 81);
  CHECK(head.starts_with("GET /a?b HTTP/1.1\r\n"));
  CHECK(has(head, "Host: one.example:81\r\n"));
  CHECK_FALSE(has(head, "wrong.example"));
  CHECK(has(head, "Via: 1.1 forward_proxy ("));
  f.origin[0].send(ok);
  CHECK(has(f.client.expect_until("\r\n\r\n"), "Via: 1.1 forward_proxy\r\n"));
  f.client.expect("ok");
  f.client.send("GET http://one.example:81/ HTTP/1.1\r\nHost: one.example\r\n\r\n");
  f.origin[0].expect_until("\r\n\r\n");
  CHECK(f.origin.size() == 1);
}

TEST_CASE("forward proxy: removes hop-by-hop fields and the fields that Connection names") {
  fixture f;
  f.client.send(
      "GET http://a/ HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Secret, Host, Via\r\n"
      "X-Secret: 1\r\nKeep-Alive: timeout=9\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\n"
      "Proxy-Authorization: Basic eA==\r\nX-Kept: 1\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  for (char const* const gone : {"X-Secret", "timeout=9", "Proxy-", "TE:"}) {
    INFO(gone);
    CHECK_FALSE(has(head, gone));
  }
  CHECK(has(head, "Host: a\r\n"));
  CHECK(has(head, "Via: 1.1 forward_proxy ("));
  CHECK(has(head, "X-Kept: 1\r\n"));
  f.origin[0].send(
      "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nProxy-Authenticate: Basic\r\n"
      "Keep-Alive: timeout=77\r\nContent-Length: 2\r\n\r\nok");
  std::string const answer = f.client.expect_until("\r\n\r\n");
  CHECK_FALSE(has(answer, "X-Hop"));
  CHECK_FALSE(has(answer, "Proxy-Authenticate"));
  CHECK_FALSE(has(answer, "timeout=77"));
}

TEST_CASE("forward proxy: rejects messages whose framing it cannot regenerate") {
  fixture f;
  SECTION("both Content-Length and Transfer-Encoding") {
    f.client.send(
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    f.client.expect("HTTP/1.1 400 ");
    CHECK(f.origin.size() == 0);
  }
  SECTION("an unknown transfer coding of a request") {
    f.client.send(
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
        "0\r\n\r\n");
    f.client.expect("HTTP/1.1 501 ");
    CHECK(f.origin.size() == 0);
  }
  SECTION("an unknown transfer coding of a response") {
    f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nzip\r\n0\r\n\r\n");
    f.client.expect("HTTP/1.1 502 ");
  }
  SECTION("chunk extensions and odd sizes") {
    f.client.send(
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0002;a=b\r\nxy\r\n0;c\r\n\r\n");
    CHECK(f.origin[0].take().ends_with("\r\n\r\n2\r\nxy\r\n0\r\n\r\n"));
  }
  SECTION("a head above the size limit") {
    f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') +
                  "\r\n\r\n");
    f.client.expect("HTTP/1.1 431 ");
    CHECK(f.origin.size() == 0);
  }
  SECTION("more fields than the limit") {
    f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n" + support::fields(2001) + "\r\n");
    f.client.expect("HTTP/1.1 431 ");
    CHECK(f.origin.size() == 0);
  }
}

TEST_CASE("forward proxy: rejects requests that are not proxy requests") {
  fixture f;
  for (char const* const target : {"/", "*", "ftp://a/", "https://a/"}) {
    INFO(target);
    testing::peer client = f.loop.connect(f.server);
    client.send("OPTIONS " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    client.expect("HTTP/1.1 400 ");
  }
  CHECK(f.origin.size() == 0);
}

TEST_CASE(
    "forward proxy: does not disclose the client address and leaves the client's own fields "
    "unchanged") {
  fixture f;
  f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_FALSE(has(f.origin[0].expect_until("\r\n\r\n"), "orwarded"));
  f.origin[0].send(ok);
  f.client.expect_until("ok");
  f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n");
  CHECK(has(f.origin[0].expect_until("\r\n\r\n"), "X-Forwarded-For: 1.2.3.4\r\n"));
}

TEST_CASE("forward proxy: forwards an upgrade request without Upgrade, and no bytes behind it") {
  fixture f;
  std::string const wish =
      "GET http://a/chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  f.client.send(wish);
  CHECK_FALSE(has(f.origin[0].expect_until("\r\n\r\n"), "pgrade"));
  f.origin[0].send(ok);
  f.client.expect("HTTP/1.1 200 ");
  f.client.expect_until("ok");
  f.client.send(wish + "\x81\x85");
  f.origin[0].expect_until("\r\n\r\n");
  f.client.expect("HTTP/1.1 400 ");
  CHECK_FALSE(has(f.origin[0].received(), "\x81"));
}

TEST_CASE("forward proxy: an error response does not disclose the credentials of the URL") {
  fixture f;
  f.origin.refuse(net::error::connection_refused);
  f.client.send("GET http://me:secret@a/ HTTP/1.1\r\nHost: a\r\n\r\n");
  f.client.expect("HTTP/1.1 502 ");
  CHECK_FALSE(has(f.client.take(), "secret"));
}

TEST_CASE("forward proxy: demands proxy credentials with 407") {
  fixture f;
  f.proxy.users = samples::credentials("me:secret");
  SECTION("a request without credentials") {
    f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(has(f.client.expect_until("\r\n\r\n"), "Proxy-Authenticate: Basic realm="));
    f.client.take();
    f.client.send(
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nProxy-Authorization: basic  bWU6c2VjcmV0\r\n\r\n");
    CHECK_FALSE(has(f.origin[0].expect_until("\r\n\r\n"), "bWU6c2VjcmV0"));
  }
  SECTION("wrong credentials") {
    for (char const* const given : {"Basic bWU6c2VjcmV1", "Basic bWU6c2VjcmV0AAAA", "Basic bWU6",
                                    "Basic ", "Bearer bWU6c2VjcmV0", "bWU6c2VjcmV0"}) {
      INFO(given);
      testing::peer client = f.loop.connect(f.server);
      client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\nProxy-Authorization: " +
                  std::string(given) + "\r\n\r\n");
      client.expect("HTTP/1.1 407 ");
    }
  }
  SECTION("CONNECT") {
    f.client.send("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(has(f.client.expect_until("\r\n\r\n"), "Proxy-Authenticate: Basic realm="));
    f.client.take();
    f.client.expect_end();
    testing::peer client = f.loop.connect(f.server);
    client.send(
        "CONNECT a:80 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n");
    client.expect("HTTP/1.1 200 ");
  }
}

TEST_CASE("forward proxy: connects only to the addresses that its rules allow") {
  fixture f;
  REQUIRE(f.proxy.access.try_allow("*.example"));
  REQUIRE(f.proxy.access.try_allow("[::1]:80"));
  REQUIRE(f.proxy.access.try_deny("secret.example"));
  REQUIRE(f.proxy.access.try_deny(":25"));
  CHECK_FALSE(f.proxy.access.try_deny("a:b"));
  CHECK_FALSE(f.proxy.access.try_deny(""));
  auto const status = [&](std::string const& request) {
    testing::peer client = f.loop.connect(f.server);
    client.send(request + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.take().substr(0, 12);
  };
  CHECK(status("CONNECT a.example:443") == "HTTP/1.1 200");
  CHECK(status("CONNECT SECRET.example:443") == "HTTP/1.1 403");
  CHECK(status("CONNECT secret.example.:443") == "HTTP/1.1 400");
  CHECK(status("CONNECT a.example:25") == "HTTP/1.1 403");
  CHECK(status("CONNECT example:443") == "HTTP/1.1 403");
  CHECK(status("CONNECT other:443") == "HTTP/1.1 403");
  CHECK(status("CONNECT [::1]:80") == "HTTP/1.1 200");
  CHECK(status("CONNECT [::1]:81") == "HTTP/1.1 403");
  CHECK(status("GET http://secret.example/") == "HTTP/1.1 403");
  CHECK(status("GET http://secret.example./") == "HTTP/1.1 400");
  CHECK(status("GET http://a.example:25/") == "HTTP/1.1 403");
  REQUIRE(f.proxy.access.try_deny(":80"));
  CHECK(status("GET http://a.example/") == "HTTP/1.1 403");
  CHECK(f.origin.size() == 0);
}

TEST_CASE("forward proxy: a tunnel relays bytes once established, and early bytes exactly once") {
  fixture f;
  f.client.send("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\nearly");
  CHECK(f.dialled == "a:80");
  f.client.expect("HTTP/1.1 200 Connection Established\r\n\r\n");
  f.client.expect_silence();
  f.tunnels.at(0).expect("early");
  f.client.send("GET / HTTP/1.1\r\n\r\n");  // The proxy does not parse these bytes.
  f.tunnels[0].expect("GET / HTTP/1.1\r\n\r\n");
  f.tunnels[0].send("HTTP/1.1 400 Bad\r\n\r\n");
  f.client.expect("HTTP/1.1 400 Bad\r\n\r\n");
  f.client.end();
  f.tunnels[0].expect_end();
  f.tunnels[0].send("half open");
  f.client.expect("half open");
  f.tunnels[0].close();
  f.client.expect_end();
}

TEST_CASE("forward proxy: a failed tunnel is rejected and early bytes are dropped") {
  fixture f;
  SECTION("the origin refuses the connection") {
    f.refusal = net::error::connection_refused;
    f.client.send("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n");
    f.client.expect("HTTP/1.1 502 Bad Gateway\r\n");
    CHECK(has(f.client.take(), "ECONNREFUSED"));
  }
  SECTION("a malformed authority") {
    f.client.send("CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n");
    f.client.expect("HTTP/1.1 400 ");
    f.client.take();
  }
  f.client.expect_end();
  CHECK(f.tunnels.empty());
  CHECK(f.origin.size() == 0);
}

TEST_CASE("forward proxy: a tunnel whose connect attempt times out gets 504") {
  fixture f;
  f.proxy.how.timeouts.connect = std::chrono::seconds(3);
  f.set_dial([](std::string_view, http::lookup_function const&) -> net::awaitable<anode::socket> {
    net::steady_timer never(co_await net::this_coro::executor,
                            std::chrono::steady_clock::time_point::max());
    co_await never.async_wait(net::use_awaitable);
    co_return anode::socket();
  });
  f.client.send("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\nearly");
  f.loop.advance(std::chrono::seconds(2));
  f.client.expect_silence();
  f.loop.advance(std::chrono::seconds(1));
  f.client.expect("HTTP/1.1 504 Gateway Timeout\r\n");
  CHECK(f.client.take().ends_with(
      "504 Gateway Timeout: the origin does not accept the connection in time (ETIMEDOUT)\n"));
  f.client.expect_end();
}

TEST_CASE("forward proxy: a tunnel closed on one side is closed on the other") {
  fixture f;
  f.client.send("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n");
  f.client.expect_until("\r\n\r\n");
  SECTION("closed by the origin") {
    f.tunnels.at(0).reset();
    CHECK(f.client.ended());
  }
  SECTION("closed by the client") {
    f.client.reset();
    CHECK(f.tunnels.at(0).ended());
  }
  SECTION("idle for longer than the timeout") {
    f.proxy.how.timeouts.tunnel_idle = std::chrono::seconds(10);
    testing::peer client = f.loop.connect(f.server);
    client.send("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n");
    client.expect_until("\r\n\r\n");
    f.loop.advance(std::chrono::seconds(9));
    f.tunnels.at(1).send("x");
    client.expect("x");
    f.loop.advance(std::chrono::seconds(9));
    client.expect_silence();
    f.loop.advance(std::chrono::seconds(11));
    CHECK(client.ended());
    CHECK(f.tunnels.at(1).ended());
  }
}

TEST_CASE("forward proxy: reports the failure of an origin") {
  fixture f;
  f.proxy.set_silence(std::chrono::seconds(10));
  SECTION("the connection is refused") {
    f.origin.refuse(net::error::connection_refused);
    f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
    f.client.expect("HTTP/1.1 502 ");
    CHECK(has(f.client.take(), "ECONNREFUSED"));
  }
  SECTION("no response before the timeout") {
    f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
    f.loop.advance(std::chrono::seconds(11));
    f.client.expect("HTTP/1.1 504 Gateway Timeout\r\n");
    CHECK(f.client.take().ends_with(
        "504 Gateway Timeout: the origin did not answer in time (ETIMEDOUT)\n"));
  }
  SECTION("the response is not HTTP") {
    f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send("SSH-2.0-x\r\n");
    f.client.expect("HTTP/1.1 502 ");
  }
  SECTION("the connection ends within the response") {
    f.client.send("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    f.origin[0].close();
    CHECK(f.client.take().ends_with("\r\n\r\nab"));
    CHECK(f.client.ended());
  }
}

}  // namespace samples_forward_proxy
