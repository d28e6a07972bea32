// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Failures of an upstream that a client does not notice.
#include "forward_fixture.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace behaviour_proxy_forward_retries {

namespace testing = anode::testing;
using fixture = support::forward_fixture;
using support::get;
using support::has;
using support::ok;
using namespace std::chrono_literals;

TEST_CASE("retries: a failed trial is sent again, even without a budget") {
  fixture f(2);
  std::string last;
  // The head that the last connection has received, and its upstream.
  auto const asked = [&] {
    last = f.up(f.origin().size() - 1).take();
    return has(last, "Host: up0\r\n") ? 0 : 1;
  };
  constexpr std::string_view closing =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
  auto const answer = [&](testing::peer& client) {
    f.up(f.origin().size() - 1).send(closing);
    client.expect("HTTP/1.1 200 OK\r\n");
  };
  for (int i = 0; i < 20 && !f.pool().snapshot().upstreams[0].ejected; ++i) {
    f.loop().advance(100ms);  // a failure counts as load for some time
    testing::peer client = f.client();
    client.send(get);
    if (asked() == 0) {
      f.up(f.origin().size() - 1).reset();
      CHECK(asked() == 1);
    }
    answer(client);
  }
  REQUIRE(f.pool().snapshot().upstreams[0].ejected);
  CHECK_FALSE(f.pool().retry_allowed());
  f.loop().advance(1100ms);
  testing::peer client = f.client();
  client.send(get);
  REQUIRE(asked() == 0);
  f.up(f.origin().size() - 1).reset();
  CHECK(asked() == 1);
  answer(client);
  CHECK(f.end(f.records.size() - 1) == "--");
  CHECK(f.records.back().tries() == 2);
}

TEST_CASE("retries: a safe request whose response ends within its head is sent elsewhere") {
  for (bool const kept : {false, true}) {
    for (bool const reset : {false, true}) {
      CAPTURE(kept, reset);
      fixture f(2);
      testing::peer client = f.client();
      if (kept) {
        // Both upstreams have a connection.
        for (std::size_t i = 0; i < 2; ++i) {
          client.send(get);
          f.up(i).expect_until("\r\n\r\n");
          f.up(i).send(ok);
          client.expect_until("\r\n\r\nok");
        }
      }
      client.send(get);
      std::size_t first = 0;
      while (!has(f.up(first).take(), "GET ")) {
        ++first;
        REQUIRE(first < f.origin().size());
      }
      f.up(first).send("HTTP/1.1 200 OK\r\nContent-Le");
      reset ? f.up(first).reset() : f.up(first).close();
      REQUIRE(f.origin().size() == 2);
      std::size_t const second = 1 - first;
      CHECK(has(f.up(second).take(), "GET / HTTP/1.1\r\n"));
      f.up(second).send(ok);
      client.expect("HTTP/1.1 200 OK\r\n");
      CHECK(f.end(f.records.size() - 1) == "--");
      CHECK(f.records.back().tries() == 2);
      CHECK(f.records.back().attempts()[0].row == 8);
      CHECK(f.points(0) + f.points(1) > 0.5);
    }
  }
}

TEST_CASE("retries: a request that is not safe is not sent again after a part of the head") {
  fixture f(2);
  testing::peer client = f.client();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  f.up().expect_until("\r\n\r\nx");
  f.up().send("HTTP/1.1 200 OK\r\nContent-Le");
  f.up().reset();
  client.expect("HTTP/1.1 502 ");
  CHECK(f.origin().size() == 1);
}

}  // namespace behaviour_proxy_forward_retries
