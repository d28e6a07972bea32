// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What the two proxies owe to clients and servers that fail, are slow or send odd messages.

#include "proxy_fixtures.hpp"
#include "support/catch.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace samples_proxy_faults {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using support::has;
using support::ok;
using forward = support::forward_proxy_fixture;
using reverse = support::reverse_proxy_fixture;
using namespace std::chrono_literals;

// Whose failure it is.

TEST_CASE("proxies: a client that stalls its upload gets 408, and no upstream is charged") {
  reverse f;
  for (int i = 0; i < 3; ++i) {
    testing::peer client = f.loop.connect(*f.server);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(f.origin[static_cast<std::size_t>(i)].take().ends_with("\r\n\r\nabc"));
    f.loop.advance(11s);
    client.expect("HTTP/1.1 408 Request Timeout\r\n");
    CHECK(has(client.take(), "Connection: close\r\n"));
    CHECK(f.origin[static_cast<std::size_t>(i)].ended());
  }
  CHECK(f.points() == 0);
}

TEST_CASE("proxies: a slow response, an invalid one and one with a large head eject nobody") {
  reverse f;
  for (int i = 0; i < 6; ++i) {
    testing::peer client = f.loop.connect(*f.server);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    testing::peer& upstream = f.origin[static_cast<std::size_t>(i)];
    upstream.expect_until("\r\n\r\n");
    if (i % 3 == 0) {
      f.loop.advance(11s);
      client.expect("HTTP/1.1 504 ");
    } else {
      upstream.send(i % 3 == 1 ? std::string("SSH-2.0-x\r\n")
                               : "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x'));
      client.expect("HTTP/1.1 502 ");
    }
  }
  CHECK(f.points() <= 2);
  CHECK_FALSE(f.proxy.pool.snapshot().upstreams[0].ejected);
}

TEST_CASE("proxies: a lack of descriptors is not the fault of the upstream") {
  reverse f;
  f.origin.refuse(net::error::no_descriptors);
  for (int i = 0; i < 3; ++i) {
    testing::peer client = f.loop.connect(*f.server);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.expect("HTTP/1.1 503 Service Unavailable\r\n");
    CHECK(has(client.take(), "Retry-After: 1\r\n"));
  }
  CHECK(f.points() == 0);
}

TEST_CASE("proxies: a refused connection, and a reset before a response, charge the upstream") {
  reverse f;
  f.origin.refuse(net::error::connection_refused);
  f.client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.client->expect("HTTP/1.1 502 ");
  CHECK(f.points() == 1);
  f.origin.refuse({});
  testing::peer client = f.loop.connect(*f.server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.origin[0].reset();
  client.expect("HTTP/1.1 502 ");
  CHECK(f.points() == 2);
}

TEST_CASE("proxies: when each upstream is disabled, one is tried") {
  reverse f(2);
  f.origin.refuse(net::error::connection_refused);
  auto const get = [&] {
    testing::peer client = f.loop.connect(*f.server);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.take();
  };
  for (int i = 0; i < 4; ++i) {
    CHECK(get().starts_with("HTTP/1.1 502 "));
  }
  f.origin.refuse({});
  testing::peer client = f.loop.connect(*f.server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.origin[0].expect_until("\r\n\r\n");
  f.origin[0].send(ok);
  client.expect("HTTP/1.1 200 OK\r\n");
}

// Stale and refused connections.

TEST_CASE("proxies: a kept connection that was just closed costs no request") {
  reverse f;
  for (std::string const request :
       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"}) {
    f.client->send(request);
    std::size_t const last = f.origin.size() - 1;
    f.origin[last].expect_until("\r\n\r\n");
    f.origin[last].take();
    f.origin[last].send(ok);
    f.client->expect_until("ok");
    f.client->send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[last].expect_until("/again");
    f.origin[last].reset();  // as if the request and the close had crossed
    CHECK(f.origin.size() == last + 2);
    f.origin[last + 1].expect_until("/again");
    f.origin[last + 1].take();
    f.origin[last + 1].send(ok);
    f.client->expect("HTTP/1.1 200 OK\r\n");
    f.client->expect_until("ok");
  }
}

TEST_CASE(
    "proxies: a request whose connection is refused goes to another upstream, with its body") {
  for (std::string const framing : {"Content-Length: 3\r\n\r\nabc",
                                    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"}) {
    for (std::string const method : {"POST", "GET", "DELETE"}) {
      CAPTURE(method, framing);
      reverse f(2);
      f.origin.refuse(net::error::connection_refused);
      testing::peer client = f.loop.connect(*f.server);
      // The first upstream refuses at once; the second one is asked in the same tick.
      client.send(method + " / HTTP/1.1\r\nHost: a\r\n" + framing);
      client.expect("HTTP/1.1 502 ");
      f.origin.refuse({});
      CHECK(f.points(0) == 1);
      CHECK(f.points(1) == 1);
      REQUIRE(f.records.size() == 1);
      CHECK(f.records[0].tries() == 2);
      CHECK(f.last_end() == "SC");
    }
  }
}

TEST_CASE("proxies: the body of a request is read only when a connection exists") {
  testing::event_loop loop;
  testing::origin origin{loop};
  bool first = true;
  http::agent_options o;
  o.create_connection =
      [&, connect = origin.connections()](
          http::connect_options const& to) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    if (std::exchange(first, false)) {
      throw boost::system::system_error(net::error::connection_refused);
    }
    co_return co_await connect(to);
  };
  samples::reverse_proxy proxy{http::agent(loop.get_executor(), o)};
  proxy.set_upstreams({"http://up0", "http://up1"});
  http::server server{loop.get_executor(),
                      [&](http::incoming_message& req, http::server_response& res) {
                        return samples::forward_request(proxy, req, res);
                      }};
  testing::peer client = loop.connect(server);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(origin.size() == 1);
  CHECK(origin[0].take().ends_with("\r\n\r\nabc"));
  origin[0].send(ok);
  client.expect("HTTP/1.1 200 OK\r\n");
}

// Offers of other protocols.

TEST_CASE("proxies: an offer of h2c does not disturb a request, with or without a body") {
  reverse f;
  f.client->send(
      "POST /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nContent-Length: 3\r\n\r\nabc");
  std::string const got = f.origin[0].take();
  CHECK(got.starts_with("POST /x HTTP/1.1\r\n"));
  CHECK(got.ends_with("\r\n\r\nabc"));
  CHECK_FALSE(has(got, "pgrade"));
  CHECK_FALSE(has(got, "HTTP2-Settings"));
  f.origin[0].send(ok);
  f.client->expect("HTTP/1.1 200 OK\r\n");
  f.client->expect_until("ok");
  f.client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");  // the connection speaks HTTP still
  f.origin[0].expect_until("GET / HTTP/1.1\r\n");
}

// Uploads and half-closed clients.

TEST_CASE("proxies: an early response does not stop the upload, except an error that closes") {
  reverse f;
  f.client->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
  f.origin[0].expect_until("abc");
  SECTION("200") {
    f.origin[0].send(ok);
    f.client->expect_until("ok");
    f.client->send("def");
    f.origin[0].expect("def");
    f.client->send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    f.origin[f.origin.size() - 1].expect_until("/next");
  }
  SECTION("an error, the connection stays") {
    f.origin[0].send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
    f.client->expect_until("no");
    f.client->send("def");
    f.origin[0].expect("def");
  }
  SECTION("an error that closes") {
    f.origin[0].send(
        "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    f.client->expect("HTTP/1.1 413 ");
    f.client->expect_until("no");
    CHECK(f.origin[0].ended());
  }
}

TEST_CASE("proxies: a client that ends its direction still gets its response") {
  reverse f;
  f.client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.client->end();
  f.origin[0].expect_until("\r\n\r\n");
  f.origin[0].send(ok);
  f.client->expect("HTTP/1.1 200 OK\r\n");
  f.client->expect_until("ok");
  f.client->expect_end();
}

// Odd responses.

TEST_CASE("proxies: an odd status or reason becomes 502 with a reason a person understands") {
  for (std::string const line :
       {"HTTP/1.1 099 Odd", "HTTP/1.1 600 Odd", "HTTP/1.1 999 Odd", "HTTP/1.1 000 Odd",
        "HTTP/1.1 200 a\x01z", "HTTP/1.1 200 a\x7fz"}) {
    for (bool const upgrade : {false, true}) {
      CAPTURE(line, upgrade);
      reverse f;
      f.client->send(std::string("GET / HTTP/1.1\r\nHost: a\r\n") +
                     (upgrade ? "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" : "\r\n"));
      f.origin[0].expect_until("\r\n\r\n");
      f.origin[0].send(line + "\r\nContent-Length: 0\r\n\r\n");
      f.client->expect("HTTP/1.1 502 Bad Gateway\r\n");
      std::string const rest = f.client->take();
      CHECK(has(rest, "502 Bad Gateway: "));
      CHECK_FALSE(has(rest, "\x01"));
      CHECK_FALSE(has(rest, "\x7f"));
    }
  }
}

TEST_CASE("proxies: the requests in progress of one client are limited") {
  reverse f;
  f.proxy.how.limit.emplace(std::size_t{3});
  std::vector<testing::peer> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(f.loop.connect(*f.server));
    clients.back().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  CHECK(f.origin.size() == 3);
  clients[3].expect("HTTP/1.1 503 Service Unavailable\r\n");
  CHECK(has(clients[3].take(), "Retry-After: 1\r\n"));
  f.origin[0].take();
  f.origin[0].send(ok);
  clients[0].expect_until("ok");
  clients[3].send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.origin[0].expect_until("\r\n") == "GET / HTTP/1.1\r\n");
}

}  // namespace samples_proxy_faults
