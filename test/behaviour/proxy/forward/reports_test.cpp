// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What users of other proxies have reported, as properties of these.
#include "forward_fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace behaviour_proxy_forward_reports {

namespace net = boost::asio;
namespace testing = anode::testing;
using fixture = support::forward_fixture;
using support::get;
using support::has;
using support::ok;
using support::switching;
using support::upload;
using support::websocket;
using namespace std::chrono_literals;

namespace {

// Sends a request and returns what the client receives.
std::string ask(fixture& f, std::string_view request) {
  testing::peer client = f.client();
  client.send(request);
  return client.take();
}

std::string head_from(fixture& f, std::string_view fields) {
  testing::peer client = f.client();
  client.send("GET / HTTP/1.1\r\nHost: site\r\n" + std::string(fields) + "\r\n");
  std::string const head = f.up(f.origin().size() - 1).expect_until("\r\n\r\n");
  f.up(f.origin().size() - 1).send(ok);
  return head;
}

}  // namespace

TEST_CASE("reports: a request that kills its upstreams is tried twice, and ejects none") {
  fixture f(6);
  for (int i = 0; i < 6; ++i) {
    if (i == 3) {
      f.loop().advance(11s);  // the budget allows three retries in ten seconds
    }
    testing::peer client = f.client();
    client.send("GET /poison HTTP/1.1\r\nHost: a\r\n\r\n");
    std::size_t const before = f.origin().size();
    f.up(before - 1).reset();
    CHECK(f.origin().size() == before + 1);
    f.up(before).reset();
    CHECK(f.origin().size() == before + 1);
    client.expect("HTTP/1.1 502 ");
  }
  for (anode::proxy::upstream_status const& s : f.pool().snapshot().upstreams) {
    CHECK_FALSE(s.ejected);
    CHECK(s.points < 1);
  }
  testing::peer client = f.client();
  client.send(get);
  f.up(f.origin().size() - 1).send(ok);
  client.expect("HTTP/1.1 200 OK\r\n");
}

TEST_CASE("reports: a response head over the limit is 502, and others are not touched") {
  fixture f(2);
  for (int i = 0; i < 4; ++i) {
    testing::peer client = f.client();
    client.send(get);
    f.up(f.origin().size() - 1)
        .send("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
    client.expect("HTTP/1.1 502 ");
    CHECK(has(client.take(), "sent a response head that is too large"));
    CHECK(f.end(f.records.size() - 1) == "SH");
  }
  for (anode::proxy::upstream_status const& s : f.pool().snapshot().upstreams) {
    CHECK_FALSE(s.ejected);
  }
}

TEST_CASE("reports: aborted upgrades charge nobody") {
  for (bool const reset : {false, true}) {
    fixture f;
    for (int i = 0; i < 5; ++i) {
      testing::peer client = f.client();
      client.send(websocket);
      f.up(f.origin().size() - 1).expect_until("\r\n\r\n");
      reset ? client.reset() : client.close();
      if (!reset) {
        // Who has only ended its direction may still await a response.
        f.up(f.origin().size() - 1).send(switching);
        f.loop().advance(31s);
      }
      CHECK(f.up(f.origin().size() - 1).ended());
      CHECK(f.end(f.records.size() - 1) == (reset ? "CH" : "sU"));
    }
    CHECK(f.points() == 0);
    CHECK(f.in_progress() == 0);
    testing::peer client = f.client();
    client.send(get);
    f.up(f.origin().size() - 1).send(ok);
    client.expect("HTTP/1.1 200 OK\r\n");
  }
}

TEST_CASE("reports: a time-out is not retried, unless the options allow it") {
  fixture f(3);
  f.how.timeouts.answer = 1s;
  testing::peer client = f.client();
  SECTION("default") {
    client.send(get);
    f.up().expect_until("\r\n\r\n");
    f.loop().advance(1s);
    client.expect("HTTP/1.1 504 Gateway Timeout\r\n");
    CHECK(f.origin().size() == 1);
    CHECK(f.end() == "sH");
    REQUIRE(f.records.size() == 1);
    CHECK(f.records[0].attempts()[0].eighths == 4);
  }
  SECTION("allowed, within the tries") {
    f.how.retry_timeouts = true;
    client.send(get);
    f.loop().advance(1s);
    CHECK(f.origin().size() == 2);
    f.loop().advance(1s);
    client.expect("HTTP/1.1 504 Gateway Timeout\r\n");
    CHECK(f.origin().size() == 2);
  }
}

TEST_CASE("reports: the whole exchange has one deadline") {
  fixture f;
  f.how.timeouts.total = 5s;
  testing::peer client = f.client();
  client.send(get);
  f.loop().advance(5s);
  client.expect("HTTP/1.1 504 Gateway Timeout\r\n");
  CHECK(f.end() == "sH");
}

TEST_CASE("reports: fields of strangers are removed, in each spelling") {
  fixture f;
  std::string const head = head_from(
      f,
      "X-Forwarded-Prefix: /evil\r\nX-Original-URL: /admin\r\nX_Forwarded_For: 1.1.1.1\r\n"
      "Proxy: http://evil\r\nX-Forwarded-For: 1.1.1.1\r\nForwarded: for=1.1.1.1\r\n"
      "X-Real-IP: 1.1.1.1\r\nX-Rewrite-URL: /admin\r\nX-Kept: 1\r\n");
  for (std::string_view const gone : {"evil", "admin", "1.1.1.1", "Proxy", "X_", "Real"}) {
    CAPTURE(gone);
    CHECK_FALSE(has(head, gone));
  }
  CHECK(has(head, "X-Kept: 1\r\n"));
  CHECK(has(head, "X-Forwarded-For: unknown\r\n"));
}

TEST_CASE("reports: thousands of fields of strangers cost one pass") {
  fixture f;
  std::string fields;
  for (int i = 0; i < 900; ++i) {
    fields += "X-Original-" + std::to_string(i) + ":\r\n";
  }
  testing::peer client = f.client();
  client.send("GET / HTTP/1.1\r\nHost: site\r\n" + fields + "\r\n");
  CHECK_FALSE(has(f.up().expect_until("\r\n\r\n"), "X-Original"));
}

TEST_CASE("reports: a tunnel to a silent origin ends soon after its client") {
  fixture f;
  f.rules.allow_special();
  testing::peer client = f.client();
  SECTION("CONNECT") {
    client.send("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
    client.expect("HTTP/1.1 200 ");
    client.take();
    client.end();
    f.loop().advance(29s);
    CHECK(f.end() == "");
    f.tunnel().send("late");
    client.expect("late");
    f.loop().advance(30s);
    CHECK(f.end() == "");  // a byte has passed
    f.loop().advance(30s);
    CHECK(f.end() == "sU");
    CHECK(client.ended());
    CHECK(f.tunnel().ended());
  }
  SECTION("an upgraded connection") {
    client.send(websocket);
    f.up().send(switching);
    client.expect_until("\r\n\r\n");
    client.end();
    f.loop().advance(31s);
    CHECK(f.end() == "sU");
    CHECK(f.in_progress() == 0);
  }
  SECTION("the other side ends first") {
    client.send("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
    f.tunnel().end();
    f.loop().advance(31s);
    CHECK(f.end() == "cU");
  }
}

TEST_CASE("reports: a client that resets while it waits has one record, and nobody is charged") {
  fixture f;
  testing::peer client = f.client();
  client.send(get);
  f.up().expect_until("\r\n\r\n");
  client.reset();
  CHECK(f.records.size() == 1);
  CHECK(f.end() == "CH");
  CHECK(f.records[0].status == 0);
  CHECK(f.up().ended());
  CHECK(f.points() == 0);
}

TEST_CASE("reports: one code, whenever all upstreams are down") {
  fixture f;
  f.origin().refuse(net::error::connection_refused);
  for (int i = 0; i < 5; ++i) {
    CHECK(ask(f, get).starts_with("HTTP/1.1 502 "));
  }
  f.origin().refuse({});
  testing::peer client = f.client();
  client.send(get);
  f.up().send(ok);
  client.expect("HTTP/1.1 200 OK\r\n");
}

TEST_CASE("reports: Connection of a client cannot remove the fields of the proxy") {
  fixture f;
  std::string const head =
      head_from(f,
                "Connection: close, X-Forwarded-For, X-Forwarded-Host, Forwarded, Via, Host, "
                "Content-Length\r\n");
  for (std::string_view const there :
       {"Host: up0\r\n", "X-Forwarded-For: unknown\r\n", "X-Forwarded-Host: site\r\n",
        "Forwarded: for=unknown", "Via: 1.1 me (7f)\r\n"}) {
    CAPTURE(there);
    CHECK(has(head, there));
  }
}

TEST_CASE("reports: the half-close of an upgraded connection does not reset the other side") {
  fixture f;
  testing::peer client = f.client();
  client.send(websocket);
  f.up().expect_until("\r\n\r\n");
  f.up().send(switching);
  client.expect_until("\r\n\r\n");
  client.end();
  f.up().expect_end();
  f.up().send("late");
  f.up().end();
  client.expect("late");
  client.expect_end();
  CHECK(f.end() == "--");
  CHECK(f.records.at(0).tunnel_down == 4);
}

TEST_CASE("reports: targets pass byte for byte") {
  fixture f;
  for (std::string const target : {"/a%2Fb", "//a///b", "/%23x", "/a/../b", "/{x}'?y='"}) {
    CAPTURE(target);
    testing::peer client = f.client();
    client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    testing::peer& up = f.up(f.origin().size() - 1);
    CHECK(up.expect_until("\r\n") == "GET " + target + " HTTP/1.1\r\n");
    up.expect_until("\r\n\r\n");
    up.send(ok);
    client.expect("HTTP/1.1 200 OK\r\n");
  }
}

TEST_CASE("reports: only announced trailers pass") {
  fixture f;
  testing::peer client = f.client();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.up().send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, Host\r\n\r\n"
      "2\r\nok\r\n0\r\nX-Sum: 1\r\nX-Accel-Redirect: /x\r\nHost: b\r\nX-Forwarded-Host: b\r\n\r\n");
  std::string const got = client.take();
  CHECK(got.ends_with("0\r\nX-Sum: 1\r\n\r\n"));
  CHECK(f.end() == "--");
  CHECK(f.records.at(0).response_body == 2);
}

TEST_CASE("reports: a request that comes back is a loop") {
  fixture f;
  CHECK(ask(f, "GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 x, 1.1 me (7f)\r\n\r\n")
            .starts_with("HTTP/1.1 508 Loop Detected\r\n"));
  CHECK(f.end() == "PR");
  CHECK(f.origin().size() == 0);
  testing::peer client = f.client();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 me (8a)\r\n\r\n");
  CHECK(has(f.up().expect_until("\r\n\r\n"), "Via: 1.1 me (8a)\r\nVia: 1.1 me (7f)\r\n"));
}

TEST_CASE("reports: too many names in Connection, in both directions") {
  fixture f;
  std::string names = "close";
  for (int i = 0; i < 32; ++i) {
    names += ", x";
  }
  CHECK(ask(f, "GET / HTTP/1.1\r\nHost: a\r\nConnection: " + names + "\r\n\r\n")
            .starts_with("HTTP/1.1 400 "));
  testing::peer client = f.client();
  client.send(get);
  f.up().send("HTTP/1.1 200 OK\r\nConnection: " + names + "\r\nContent-Length: 0\r\n\r\n");
  client.expect("HTTP/1.1 502 ");
}

TEST_CASE("reports: a safe request with a body is sent again elsewhere, with its body") {
  fixture f(2);
  std::string const request =
      "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  testing::peer client = f.client();
  client.send(request);
  CHECK(f.up(0).take().ends_with("3\r\nabc\r\n0\r\n\r\n"));
  f.up(0).reset();
  CHECK(has(f.up(1).take(), "abc\r\n0\r\n\r\n"));
  f.up(1).send(ok);
  client.expect("HTTP/1.1 200 OK\r\n");
  CHECK(f.records.at(0).tries() == 2);
  CHECK(f.end() == "--");
}

TEST_CASE("reports: a body over the replay limit is sent once") {
  fixture f(2);
  f.how.replay_limit = 2;
  testing::peer client = f.client();
  client.send(
      "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  f.up(0).reset();
  client.expect("HTTP/1.1 502 ");
  CHECK(f.origin().size() == 1);
}

TEST_CASE("reports: a stalled upload is 408, and a stalled reader is cut, each on the client") {
  fixture f(1, 4096);
  testing::peer client = f.client(4096);
  SECTION("an upload") {
    client.send(upload);
    f.up().expect_until("abc");
    f.loop().advance(31s);
    client.expect("HTTP/1.1 408 Request Timeout\r\n");
    CHECK(has(client.take(), "Connection: close\r\n"));
    CHECK(f.end() == "cB");
    CHECK(f.up().ended());
  }
  SECTION("a reader") {
    client.stop_listening();
    client.send(get);
    f.up().send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + std::string(300'000, 'x'));
    CHECK(f.end() == "");
    f.loop().advance(121s);
    CHECK(f.end() == "cD");
    CHECK(f.up().ended());
  }
  CHECK(f.points() == 0);
}

TEST_CASE("reports: a silent upstream is cut in its response, and charged") {
  fixture f;
  testing::peer client = f.client();
  client.send(get);
  f.up().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  f.loop().advance(61s);
  CHECK(client.ended());
  CHECK(f.end() == "sD");
  CHECK(f.points() == 1);
}

TEST_CASE("reports: interim responses are passed on, up to a limit") {
  fixture f;
  f.how.interim_heads = 3;
  testing::peer client = f.client();
  client.send(get);
  for (int i = 0; i < 3; ++i) {
    f.up().send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    CHECK(client.expect_until("\r\n\r\n").starts_with("HTTP/1.1 103 "));
  }
  f.up().send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  client.expect("HTTP/1.1 502 ");
  CHECK(f.end() == "SH");
}

}  // namespace behaviour_proxy_forward_reports
