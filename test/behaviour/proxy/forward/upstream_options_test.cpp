// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What the options of an upstream change in a forwarded request.
#include "forward_fixture.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace behaviour_proxy_forward_upstream_options {

namespace testing = anode::testing;
using fixture = support::forward_fixture;
using support::get;
using support::has;
using support::ok;
using support::switching;
using support::websocket;
using namespace std::chrono_literals;
using namespace std::string_literals;

TEST_CASE("upstream options: a prefix is added behind the path of the upstream") {
  struct row {
    std::string_view upstream;
    std::string_view strip;
    std::string_view add;
    std::string_view target;
    std::string_view sent;  // empty: 400
  };
  for (row const& r : std::initializer_list<row>{
           {"http://up", "", "/v2", "/x?q", "/v2/x?q"},
           {"http://up/base/", "", "/v2/", "/x", "/base/v2/x"},
           {"http://up", "/api", "/v2", "/api/x", "/v2/x"},
           {"http://up", "/api", "/v2", "/api", "/v2/"},
           {"http://up", "/api", "/", "/api/x", "/x"},
           {"http://up", "", "/v2", "/../x", ""},
           {"http://up", "", "/v2", "/%2e%2e/x", ""},
           {"http://up", "/api", "/v2", "/x", ""},
       }) {
    CAPTURE(r.upstream, r.strip, r.add, r.target);
    fixture f;
    f.pool().set({anode::proxy::upstream(r.upstream)});
    f.how.strip_prefix = r.strip;
    f.how.add_prefix = r.add;
    testing::peer client = f.client();
    client.send("GET " + std::string(r.target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    if (r.sent.empty()) {
      client.expect("HTTP/1.1 400 ");
      CHECK(f.origin().size() == 0);
      CHECK(f.end() == "PR");
    } else {
      CHECK(f.up().expect_until("\r\n") == "GET " + std::string(r.sent) + " HTTP/1.1\r\n");
    }
  }
}

TEST_CASE("upstream options: a PROXY header precedes each request, on a connection of its own") {
  fixture f;
  std::string header;
  SECTION("version 1") {
    f.pool().set({anode::proxy::upstream("http://up").send_proxy(1)});
    header = "PROXY UNKNOWN\r\n";  // a connection in memory has no address
  }
  SECTION("version 2") {
    f.pool().set({anode::proxy::upstream("http://up").send_proxy(2)});
    header = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\7\3\0\4"s;
  }
  testing::peer first = f.client();
  for (std::size_t i = 0; i < 3; ++i) {
    first.send(get);  // on one connection of the client
    REQUIRE(f.origin().size() == i + 1);
    std::string const received = f.up(i).take();
    CHECK(received.starts_with(header));
    CHECK(has(received, "GET / HTTP/1.1\r\n"));
    CHECK(has(received, "Connection: close\r\n"));
    f.up(i).send(ok);
    std::string const response = first.take();
    CHECK(response.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(response.ends_with("\r\n\r\nok"));
    CHECK(f.up(i).ended());
  }
  testing::peer client = f.client();
  client.send(websocket);
  testing::peer& up = f.up(f.origin().size() - 1);
  std::string const received = up.take();
  CHECK(received.starts_with(header));
  CHECK(has(received, "Connection: Upgrade, close\r\nUpgrade: websocket\r\n"));
  up.send(switching);
  client.expect_until("\r\n\r\n");
  client.send("frame");
  up.expect("frame");
}

TEST_CASE("upstream options: a declined upgrade leaves no connection that announces its client") {
  fixture f;
  f.pool().set({anode::proxy::upstream("http://up").send_proxy(1)});
  testing::peer client = f.client();
  client.send(websocket);
  f.up().send(ok);
  client.expect("HTTP/1.1 200 OK\r\n");
  f.loop().settle();
  CHECK(f.up().ended());
  CHECK(f.agent().totals().sockets == 0);
}

}  // namespace behaviour_proxy_forward_upstream_options
