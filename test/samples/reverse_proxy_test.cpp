// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "../../samples/reverse_proxy/proxy.hpp"
#include "proxy_peers.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace samples_reverse_proxy {

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
      urls.push_back("http://up" + std::to_string(i) + "/base/");
    }
    proxy.set_silence(std::chrono::seconds(10));
    proxy.set_upstreams(urls);
    auto const forward = [this](http::incoming_message& req, http::server_response& res) {
      return samples::forward_request(proxy, req, res);
    };
    server.on_request(forward);
    server.on_check_continue(forward);
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  samples::reverse_proxy proxy{support::proxy_agent(loop, origin)};
  http::server server{loop.get_executor()};
  testing::peer client = loop.connect(server);
};

}  // namespace

TEST_CASE("reverse proxy: prefixes the upstream's path and adds the forwarding fields") {
  fixture f;
  f.client.send("GET /a?b HTTP/1.1\r\nHost: site.example\r\nCookie: c\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(head.starts_with("GET /base/a?b HTTP/1.1\r\n"));
  CHECK(has(head, "Host: up0\r\n"));
  CHECK(has(head, "Cookie: c\r\n"));
  CHECK(has(head, "X-Forwarded-For: unknown\r\n"));  // A connection in memory has no address.
  CHECK(has(head, "X-Forwarded-Proto: http\r\n"));
  CHECK(has(head, "X-Forwarded-Host: site.example\r\n"));
  CHECK(has(head, "Forwarded: for=unknown;proto=http;host=\"site.example\"\r\n"));
  CHECK(has(head, "Via: 1.1 reverse_proxy ("));
  f.origin[0].send(ok);
  f.client.expect("HTTP/1.1 200 OK\r\n");
  f.client.expect_until("ok");
  f.client.send("GET http://other/x HTTP/1.1\r\nHost: site.example\r\n\r\n");
  CHECK(f.origin[0].expect_until("\r\n") == "GET /base/x HTTP/1.1\r\n");
}

TEST_CASE("reverse proxy: Connection cannot remove the forwarding fields") {
  fixture f;
  f.client.send(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Forwarded-For, Forwarded, X-Forwarded-Proto, "
      "Host, Via, X-Other\r\nX-Other: 1\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(has(head, "X-Forwarded-For: unknown\r\n"));
  CHECK(has(head, "Forwarded: for=unknown"));
  CHECK(has(head, "X-Forwarded-Proto: http\r\n"));
  CHECK(has(head, "Host: up0\r\n"));
  CHECK(has(head, "Via: 1.1 reverse_proxy ("));
  CHECK_FALSE(has(head, "X-Other"));
}

TEST_CASE("reverse proxy: passes trace context on unchanged unless it writes spans") {
  fixture f;
  std::string const field =
      "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
  f.client.send("GET / HTTP/1.1\r\nHost: a\r\n" + field + "tracestate: a=1\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(has(head, field));
  CHECK(has(head, "tracestate: a=1\r\n"));
}

TEST_CASE("reverse proxy: each attempt is a span of the client's trace") {
  fixture f(2);
  f.proxy.spans = std::tmpfile();
  REQUIRE(f.proxy.spans != nullptr);
  std::string const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  f.client.send("GET / HTTP/1.1\r\nHost: a\r\ntraceparent: 00-" + trace +
                "-00f067aa0ba902b7-01\r\ntracestate: a=1\r\n\r\n");
  std::string const first = f.origin[0].expect_until("\r\n\r\n");
  f.origin[0].reset();
  std::string const second = f.origin[1].expect_until("\r\n\r\n");
  f.origin[1].send(ok);
  f.client.expect_until("ok");
  std::string const mark = "traceparent: 00-" + trace + "-";
  REQUIRE(has(first, mark));
  REQUIRE(has(second, mark));
  std::string const span = first.substr(first.find(mark) + mark.size(), 16);
  std::string const other = second.substr(second.find(mark) + mark.size(), 16);
  CHECK(span != other);
  CHECK(has(second, "tracestate: a=1\r\n"));

  std::string lines(1000, '\0');
  std::rewind(f.proxy.spans);
  lines.resize(std::fread(lines.data(), 1, lines.size(), f.proxy.spans));
  std::fclose(f.proxy.spans);
  f.proxy.spans = nullptr;
  CHECK(has(lines, "\"span_id\":\"" + span + "\",\"parent_span_id\":\"00f067aa0ba902b7\""));
  CHECK(has(lines, "\"span_id\":\"" + other + "\""));
  CHECK((has(lines, "\"status\":0,") && has(lines, "\"status\":200,")));
}

TEST_CASE("reverse proxy: a malformed trace context is replaced, and its state removed") {
  fixture f;
  f.proxy.spans = std::tmpfile();
  REQUIRE(f.proxy.spans != nullptr);
  f.client.send(
      "GET / HTTP/1.1\r\nHost: a\r\ntraceparent: 00-zz-00f067aa0ba902b7-01\r\n"
      "tracestate: a=1\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(has(head, "traceparent: 00-"));
  CHECK_FALSE(has(head, "zz"));
  CHECK_FALSE(has(head, "tracestate"));
  f.origin[0].send(ok);
  f.client.expect_until("ok");
  std::fclose(f.proxy.spans);
  f.proxy.spans = nullptr;
}

TEST_CASE("reverse proxy: removes hop-by-hop fields in both directions") {
  fixture f;
  f.client.send(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\n"
      "Keep-Alive: timeout=9\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\n"
      "Proxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\nX-Kept: 1\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  for (char const* const gone : {"X-Secret", "timeout=9", "Proxy-", "TE:", "pgrade"}) {
    INFO(gone);
    CHECK_FALSE(has(head, gone));
  }
  CHECK(has(head, "X-Kept: 1\r\n"));
  f.origin[0].send(
      "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nProxy-Authenticate: Basic\r\n"
      "Keep-Alive: timeout=77\r\nUpgrade: h2c\r\nX-Kept: 2\r\nContent-Length: 2\r\n\r\nok");
  std::string const answer = f.client.expect_until("\r\n\r\n");
  for (char const* const gone : {"X-Hop", "Proxy-Authenticate", "timeout=77", "Upgrade"}) {
    INFO(gone);
    CHECK_FALSE(has(answer, gone));
  }
  CHECK(has(answer, "X-Kept: 2\r\n"));
}

TEST_CASE("reverse proxy: rejects CONNECT and does not parse the bytes behind it as a request") {
  fixture f;
  f.client.send(
      "CONNECT up0:80 HTTP/1.1\r\nHost: up0:80\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.client.ended());
  CHECK(f.origin.size() == 0);
}

TEST_CASE("reverse proxy: regenerates the framing of messages") {
  fixture f;
  SECTION("a request") {
    f.client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0002;a=b\r\nxy\r\n0;c\r\n\r\n");
    CHECK(f.origin[0].take().ends_with("\r\n\r\n2\r\nxy\r\n0\r\n\r\n"));
  }
  SECTION("a response") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0002;a=b\r\nxy\r\n0;c\r\n\r\n");
    CHECK(f.client.take().ends_with("\r\n\r\n2\r\nxy\r\n0\r\n\r\n"));
  }
  SECTION("a response in an unknown transfer coding fails") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nzip\r\n0\r\n\r\n");
    f.client.expect("HTTP/1.1 502 ");
    CHECK_FALSE(has(f.client.take(), "zip\r\n"));
  }
}

TEST_CASE("reverse proxy: rejects messages whose framing it cannot regenerate") {
  fixture f;
  SECTION("both Content-Length and Transfer-Encoding") {
    f.client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
        "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
    f.client.expect("HTTP/1.1 400 ");
  }
  SECTION("an unknown transfer coding") {
    f.client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    f.client.expect("HTTP/1.1 501 ");
  }
  SECTION("a head above the size limit") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
    f.client.expect("HTTP/1.1 431 ");
  }
  SECTION("more fields than the limit") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n" + support::fields(2001) + "\r\n");
    f.client.expect("HTTP/1.1 431 ");
  }
  CHECK(f.origin.size() == 0);
}

TEST_CASE(
    "reverse proxy: retries an idempotent request on another upstream and sends others only once") {
  fixture f(2);
  SECTION("an idempotent request") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].close();
    CHECK(f.origin.target(1).host != f.origin.target(0).host);
    f.origin[1].send(ok);
    f.client.expect("HTTP/1.1 200 ");
    CHECK(f.origin.size() == 2);
  }
  SECTION("a request that is not idempotent") {
    f.client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    f.origin[0].expect_until("\r\n\r\nx");
    f.origin[0].close();
    f.client.expect("HTTP/1.1 502 ");
    CHECK(has(f.client.take(), "ECONNRESET"));
    CHECK(f.origin.size() == 1);
  }
  SECTION("an idempotent request that fails on each upstream") {
    f.origin.refuse(net::error::connection_refused);
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    f.client.expect("HTTP/1.1 502 Bad Gateway\r\n");
    CHECK(has(f.client.take(), "502 Bad Gateway: the upstream cannot be reached (ECONNREFUSED)\n"));
  }
  SECTION("no retry once the response has begun") {
    f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    f.origin[0].close();
    CHECK(f.client.take().ends_with("\r\n\r\nab"));
    CHECK(f.client.ended());
    CHECK(f.origin.size() == 1);
  }
}

TEST_CASE("reverse proxy: an upstream that exceeds the response timeout results in 504") {
  fixture f;
  f.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.origin[0].expect_until("\r\n\r\n");
  f.loop.advance(std::chrono::seconds(11));
  f.client.expect("HTTP/1.1 504 Gateway Timeout\r\n");
  CHECK(f.client.take().ends_with(
      "504 Gateway Timeout: the upstream did not answer in time (ETIMEDOUT)\n"));
  CHECK(f.origin[0].ended());
}

}  // namespace samples_reverse_proxy
