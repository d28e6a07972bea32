// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The parts of the sample proxies that depend on TLS.

#include "../../samples/reverse_proxy/forwarded.hpp"
#include "proxy_peers.hpp"
#include "support/tls/fixture.hpp"

#include <string>

namespace http = anode::http;
namespace testing = anode::testing;
using support::has;

TEST_CASE("reverse proxy: tells the upstream that the client uses TLS") {
  support::tls_fixture f;
  testing::origin origin{f.loop};
  http::agent upstream = support::proxy_agent(f.loop, origin);
  samples::trusted_peers trusted;
  REQUIRE(trusted.add("10.0.0.1"));
  http::client_request out;
  std::string peer = "10.0.0.2";
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    out = upstream.request("GET", "http://up/");
    http::pass_headers(req, out);
    samples::add_forwarded(req, peer, trusted, out);
    out.end();
    res.end();
  });
  http::request_options r;
  r.host = "good.test";
  SECTION("from an unknown peer") {
    r.headers.append("X-Forwarded-Proto", "http");
    CHECK(f.request(f.agent, r).status == 200);
    std::string const head = origin[0].expect_until("\r\n\r\n");
    CHECK(has(head, "X-Forwarded-Proto: https\r\n"));
    CHECK(has(head, "Forwarded: for=10.0.0.2;proto=https;host=\"good.test\"\r\n"));
  }
  SECTION("unless a trusted proxy says that its client does not") {
    peer = "10.0.0.1";
    r.headers.append("X-Forwarded-Proto", "http");
    CHECK(f.request(f.agent, r).status == 200);
    CHECK(has(origin[0].expect_until("\r\n\r\n"), "X-Forwarded-Proto: http\r\n"));
  }
  SECTION("also from a trusted proxy that says nothing") {
    peer = "10.0.0.1";
    CHECK(f.request(f.agent, r).status == 200);
    CHECK(has(origin[0].expect_until("\r\n\r\n"), "X-Forwarded-Proto: https\r\n"));
  }
}
