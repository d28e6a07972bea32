// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "../../samples/reverse_proxy/proxy.hpp"
#include "proxy_peers.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>

#include <string>
#include <vector>

namespace samples_reverse_proxy_upgrade {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using support::has;
using support::ok;

namespace {

struct fixture {
  explicit fixture(unsigned servers = 1) {
    std::vector<std::string> urls;
    for (unsigned i = 0; i < servers; ++i) {
      urls.push_back("http://up" + std::to_string(i));
    }
    proxy.set_silence(std::chrono::seconds(10));
    proxy.set_upstreams(urls);
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      return samples::forward_request(proxy, req, res);
    });
    server.on_upgrade([this](http::incoming_message& req, anode::socket from) {
      return samples::forward_upgrade(proxy, req, from);
    });
  }

  void ask(std::string_view upgrade = "websocket", std::string_view rest = "") {
    client.send("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: " +
                std::string(upgrade) + "\r\nSec-WebSocket-Key: k\r\n\r\n" + std::string(rest));
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  samples::reverse_proxy proxy{support::proxy_agent(loop, origin)};
  http::server server{loop.get_executor()};
  testing::peer client = loop.connect(server);
};

constexpr std::string_view switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: a\r\n\r\n";

}  // namespace

TEST_CASE("reverse proxy: forwards an upgrade, and early bytes only after 101") {
  fixture f;
  f.ask("websocket", "early");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(has(head, "Connection: Upgrade\r\n"));
  CHECK(has(head, "Upgrade: websocket\r\n"));
  CHECK(has(head, "Sec-WebSocket-Key: k\r\n"));
  CHECK(has(head, "X-Forwarded-For: "));
  f.origin[0].expect_silence();  // Bytes that the client sends early stay buffered.
  f.origin[0].send(switching);
  f.origin[0].send("first");
  std::string const answer = f.client.expect_until("\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(has(answer, "Connection: Upgrade\r\n"));
  CHECK(has(answer, "Upgrade: websocket\r\n"));
  CHECK(has(answer, "Sec-WebSocket-Accept: a\r\n"));
  f.client.expect("first");
  f.origin[0].expect("early");
  f.client.send("GET /admin HTTP/1.1\r\n\r\n");
  f.origin[0].expect("GET /admin HTTP/1.1\r\n\r\n");
  f.client.end();
  f.origin[0].expect_end();
  f.origin[0].close();
  f.client.expect_end();
}

TEST_CASE("reverse proxy: answers a declined upgrade and drops the bytes behind it") {
  fixture f;
  f.ask("websocket", "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
  f.origin[0].expect_until("\r\n\r\n");
  SECTION("declined by the upstream") {
    f.origin[0].send(
        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
        "2\r\nno\r\n0\r\n\r\n");
    std::string const answer = f.client.expect_until("\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"));
    CHECK(has(answer, "X-A: 1\r\n"));
    CHECK(has(answer, "Connection: close\r\n"));
    CHECK_FALSE(has(answer, "chunked"));
    f.client.expect("no");
    f.client.expect_end();
  }
  SECTION("the upstream closes the connection") {
    f.origin[0].close();
    f.client.expect("HTTP/1.1 502 ");
    f.client.take();
    f.client.expect_end();
  }
  SECTION("the upstream does not answer") {
    f.loop.advance(std::chrono::seconds(11));
    f.client.expect("HTTP/1.1 504 ");
    f.client.take();
    f.client.expect_end();
  }
  CHECK_FALSE(has(f.origin[0].received(), "/admin"));
  CHECK(f.origin.size() == 1);
}

TEST_CASE("reverse proxy: retries an upgrade on another upstream without losing bytes") {
  fixture f(2);
  f.ask("websocket", "early");
  f.origin[0].expect_until("\r\n\r\n");
  SECTION("another upstream accepts it") {
    f.origin[0].close();
    CHECK(f.origin.target(1).host != f.origin.target(0).host);
    CHECK(has(f.origin[1].expect_until("\r\n\r\n"), "Upgrade: websocket\r\n"));
    f.origin[1].expect_silence();
    f.origin[1].send(switching);
    f.origin[1].expect("early");
    CHECK(f.client.expect_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    CHECK_FALSE(has(f.origin[0].received(), "early"));
  }
  SECTION("each upstream fails") {
    f.origin.refuse(net::error::connection_refused);
    f.origin[0].close();
    f.client.expect("HTTP/1.1 502 Bad Gateway\r\n");
    CHECK(f.client.take().ends_with(
        "502 Bad Gateway: the upstream cannot be reached (ECONNREFUSED)\n"));
    f.client.expect_end();
  }
  SECTION("a response ends the retries, even if it declines") {
    f.origin[0].send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    f.client.expect("HTTP/1.1 403 ");
    f.client.take();
    f.client.expect_end();
    CHECK(f.origin.size() == 1);
  }
}

TEST_CASE("reverse proxy: an upgrade whose connection is refused goes to the next upstream") {
  fixture f(3);
  f.origin.refuse(net::error::connection_refused);
  for (int i = 0; i < 2; ++i) {
    f.ask();
    f.client.expect("HTTP/1.1 502 ");
    CHECK(has(f.client.take(), "ECONNREFUSED"));
    f.client = f.loop.connect(f.server);
  }
  f.origin.refuse({});
  f.ask();  // each upstream is disabled: one is tried
  f.origin[0].send(switching);
  f.client.expect("HTTP/1.1 101 Switching Protocols\r\n");
}

TEST_CASE(
    "reverse proxy: an upgrade to another protocol is forwarded as a request without Upgrade") {
  fixture f;
  f.ask("h2c");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK_FALSE(has(head, "h2c"));
  CHECK_FALSE(has(head, "Upgrade"));
  f.origin[0].send(ok);
  f.client.expect("HTTP/1.1 200 OK\r\n");
  CHECK(f.client.take().ends_with("\r\n\r\nok"));
  f.client.expect_end();
}

TEST_CASE("reverse proxy: rejects an upgrade with a body") {
  fixture f;
  f.client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Content-Length: 3\r\n\r\nabc");
  f.client.expect("HTTP/1.1 501 ");
  f.client.take();
  f.client.expect_end();
  CHECK(f.origin.size() == 0);
}

TEST_CASE("reverse proxy: an upgrade needs the complete token Upgrade in Connection") {
  fixture f;
  f.client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgraded\r\nUpgrade: websocket\r\n\r\n");
  CHECK_FALSE(has(f.origin[0].expect_until("\r\n\r\n"), "Upgrade"));
  f.origin[0].send(ok);
  f.client.expect("HTTP/1.1 200 ");
}

TEST_CASE("reverse proxy: a WebSocket that idles too long or is lost is closed on both sides") {
  fixture f;
  f.ask();
  f.origin[0].send(switching);
  f.client.expect_until("\r\n\r\n");
  SECTION("idle") {
    f.loop.advance(std::chrono::seconds(21));
    CHECK(f.origin[0].ended());
    CHECK(f.client.ended());
  }
  SECTION("closed by the upstream") {
    f.origin[0].reset();
    CHECK(f.client.ended());
  }
  SECTION("closed by the client") {
    f.client.reset();
    CHECK(f.origin[0].ended());
  }
}

}  // namespace samples_reverse_proxy_upgrade
