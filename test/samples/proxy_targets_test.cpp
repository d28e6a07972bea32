// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Which targets the two proxies accept, and what they pass on of them.

#include "proxy_fixtures.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace samples_proxy_targets {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using support::has;
using support::ok;
using forward = support::forward_proxy_fixture;
using reverse = support::reverse_proxy_fixture;
using namespace std::chrono_literals;

// Targets.

TEST_CASE("proxies: a path in absolute form is passed on byte for byte") {
  forward f;
  testing::peer client = f.loop.connect(f.server);
  client.send("GET http://one.example/a/../b/{x}'?y=' HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.origin[0].expect_until("\r\n") == "GET /a/../b/{x}'?y=' HTTP/1.1\r\n");
  f.origin[0].expect_until("\r\n\r\n");
  f.origin[0].send(ok);
  client.expect_until("ok");
  client.send("OPTIONS http://one.example HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.origin[0].expect_until("\r\n") == "OPTIONS * HTTP/1.1\r\n");
  reverse r;
  r.client->send("GET http://site/a/../b/{x}' HTTP/1.1\r\nHost: other\r\n\r\n");
  std::string const head = r.origin[0].expect_until("\r\n\r\n");
  CHECK(head.starts_with("GET /a/../b/{x}' HTTP/1.1\r\n"));
  CHECK(has(head, "X-Forwarded-Host: site\r\n"));
  CHECK(has(head, ";host=\"site\""));
}

TEST_CASE("proxies: one Authorization field, that of the request") {
  forward f;
  testing::peer client = f.loop.connect(f.server);
  client.send(
      "GET http://me:secret@one.example/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n");
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(has(head, "Authorization: Bearer x\r\n"));
  CHECK_FALSE(has(head, "Basic"));
}

TEST_CASE("proxies: Max-Forwards counts the hops of OPTIONS and TRACE, and of nothing else") {
  for (std::string const method : {"OPTIONS", "TRACE", "GET"}) {
    bool const counts = method != "GET";
    for (std::string const hops : {"0", "1", "7", "x", "-1"}) {
      CAPTURE(method, hops);
      reverse f;
      f.client->send(method + " /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: " + hops + "\r\n\r\n");
      if (counts && hops == "0") {
        f.client->expect(method == "OPTIONS" ? "HTTP/1.1 200 OK\r\nAllow: GET" : "HTTP/1.1 405 ");
        CHECK(f.origin.size() == 0);
        continue;
      }
      std::string const sent = !counts ? hops : hops == "1" ? "0" : hops == "7" ? "6" : hops;
      CHECK(has(f.origin[0].expect_until("\r\n\r\n"), "Max-Forwards: " + sent + "\r\n"));
    }
  }
  forward f;
  CHECK(f.get("http://a.test/", "TRACE") == "");
  testing::peer client = f.loop.connect(f.server);
  client.send("OPTIONS http://a.test HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
  client.expect("HTTP/1.1 200 OK\r\n");
}

// Rules.

TEST_CASE("proxies: no spelling of a denied address passes") {
  forward f;
  REQUIRE(f.proxy.access.try_deny("127.0.0.1"));
  REQUIRE(f.proxy.access.try_deny("10.0.0.0/8"));
  for (std::string const host : {"127.0.0.1",
                                 "127.1",
                                 "127.0.1",
                                 "2130706433",
                                 "0x7f000001",
                                 "0x7f.0.0.1",
                                 "0177.0.0.1",
                                 "017700000001",
                                 "127.0.0.01",
                                 "127.0.0.1.",
                                 "0",
                                 "0.0.0.0",
                                 "0x0",
                                 "[::ffff:127.0.0.1]",
                                 "[::ffff:7f00:1]",
                                 "[::127.0.0.1]",
                                 "[64:ff9b::127.0.0.1]",
                                 "[2002:7f00:1::]",
                                 "[::]",
                                 "[0:0:0:0:0:ffff:7f00:0001]",
                                 "[::ffff:127.0.0.1%25lo]",
                                 "[::ffff:127.0.0.1%lo]",
                                 "*",
                                 "127.0.0.1%00",
                                 "127.0.0.1%2e",
                                 "%31%32%37.0.0.1",
                                 "a..b",
                                 ".a",
                                 "10.0.0.1",
                                 "10.1",
                                 "[::ffff:10.9.9.9]",
                                 "167772161",
                                 "0xa.1",
                                 "12\u0337.0.0.1",
                                 "1.0x7f",
                                 "a.0x"}) {
    CAPTURE(host);
    std::string const connect = f.get(host + ":80", "CONNECT");
    CHECK((connect == "HTTP/1.1 400" || connect == "HTTP/1.1 403"));
    std::string const get = f.get("http://" + host + "/");
    CHECK((get == "HTTP/1.1 400" || get == "HTTP/1.1 403"));
  }
  CHECK(f.origin.size() == 0);
  CHECK(f.looked_up == "");
}

TEST_CASE("proxies: addresses are judged after the look-up, and only judged ones are used") {
  forward f;
  REQUIRE(f.proxy.access.try_deny("127.0.0.0/8"));
  REQUIRE(f.proxy.access.try_deny("[::1]:81"));
  f.proxy.agent = http::agent(f.loop.get_executor());  // no connections of the test
  f.addresses = {"127.0.0.1", "::ffff:127.0.0.2", "64:ff9b::7f00:1"};
  CHECK(f.get("http://rebind.test/") == "HTTP/1.1 403");
  CHECK(f.get("rebind.test:80", "CONNECT") == "HTTP/1.1 403");
  f.addresses = {"::1"};
  CHECK(f.get("http://rebind.test:81/") == "HTTP/1.1 403");
  CHECK(f.looked_up == "rebind.test rebind.test rebind.test ");
  // What is left is passed to the connection.
  f.addresses = {"127.0.0.1", "10.0.0.1", "::1"};
  std::string found;
  f.proxy.connector.judged_lookup(f.proxy.access, 80)(
      "some.test", [&](anode::error_code ec, std::vector<http::lookup_address> const& all) {
        CHECK_FALSE(ec);
        for (http::lookup_address const& a : all) {
          found += a.address + "/" + std::to_string(a.family) + " ";
        }
      });
  f.loop.settle();
  CHECK(found == "10.0.0.1/4 ::1/6 ");
}

TEST_CASE("proxies: no path leaves the prefix of an upstream") {
  reverse f(1, "/base/");
  for (std::string const path :
       {"/../admin", "/a/../../admin", "/%2e%2e/admin", "/.%2E/admin", "/..;/admin",
        "/..;x=1/admin", "/a/..", "/./a", "/a/%2e", "/..%2fadmin", "/..%5cadmin", "/..\\admin",
        "/a%00", "/a%0d%0a", "http://a/../admin"}) {
    CAPTURE(path);
    testing::peer client = f.loop.connect(*f.server);
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    client.expect("HTTP/1.1 400 ");
  }
  CHECK(f.origin.size() == 0);
  std::size_t n = 0;
  for (std::string const path : {"/a/...", "/..a/b", "/a..", "/a//b", "/%2f", "/a?x=/../", "/;a"}) {
    CAPTURE(path);
    testing::peer client = f.loop.connect(*f.server);
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(f.origin[n].expect_until("\r\n") == "GET /base" + path + " HTTP/1.1\r\n");
    ++n;
  }
}

}  // namespace samples_proxy_targets
