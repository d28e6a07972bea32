// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include <string>

namespace behaviour_testing_testing {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using namespace std::chrono_literals;

namespace {

net::awaitable<void> hello(http::incoming_message& req, http::server_response& res) {
  res.set_header("Content-Type", "text/plain");
  co_await res.end("Hello " + std::string(req.url()));
}

net::awaitable<std::string> text_of(http::agent& agent, std::string_view url) {
  http::incoming_message res = co_await agent.get(url);
  co_return co_await res.text();
}

}  // namespace

TEST_CASE("testing: a handler is tested by its response bytes") {
  testing::event_loop loop;
  http::server server{loop.get_executor(), hello};
  testing::peer client = loop.connect(server);
  client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  client.expect(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
      "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: keep-alive\r\n"
      "Keep-Alive: timeout=5\r\nContent-Length: 8\r\n\r\nHello /x");
  client.expect_silence();

  loop.advance(5s);
  client.expect_silence();
  loop.advance(1s);
  client.expect_end();
  CHECK(loop.now() == std::chrono::sys_seconds(std::chrono::seconds(784'111'777 + 6)));
}

TEST_CASE("testing: a client is tested by the requests that its server receives and answers") {
  testing::event_loop loop;
  testing::origin origin{loop};
  http::agent agent{loop.get_executor(),
                    {.keep_alive = true, .create_connection = origin.connections()}};
  http::client_request req = agent.request("PUT", "http://a.example:81/b");
  std::string got;
  req.on_response([&](http::incoming_message m) { got = std::to_string(m.status_code()); });
  req.end("12");
  CHECK(origin.size() == 1);
  CHECK(origin.target(0).host == "a.example");
  CHECK(origin.target(0).port == 81);
  CHECK(origin[0].expect_until("\r\n") == "PUT /b HTTP/1.1\r\n");
  CHECK(origin[0].take().ends_with("\r\n\r\n12"));
  origin[0].send("HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(got == "204");
  CHECK_THROWS_AS(origin[1], testing::mismatch);

  origin.refuse(net::error::connection_refused);
  http::client_request second = agent.request("GET", "http://b.example/");
  std::string code;
  second.on_request_error([&](http::request_error const& e) { code = e.code_name(); });
  second.end();
  loop.settle();
  CHECK(code == "ECONNREFUSED");
  CHECK(origin.size() == 1);
}

TEST_CASE("testing: a client and a server connect in memory") {
  testing::event_loop loop;
  http::server server{loop.get_executor(), hello};
  http::agent agent{loop.get_executor(), {.create_connection = testing::connections_to(server)}};
  CHECK(loop.run(text_of(agent, "http://test/there")) == "Hello /there");
}

TEST_CASE("testing: a coroutine that cannot continue throws, and so does one that fails") {
  testing::event_loop loop;
  testing::origin origin{loop};
  http::agent agent{loop.get_executor(), {.create_connection = origin.connections()}};
  CHECK_THROWS_AS(loop.run(text_of(agent, "http://test/")), testing::mismatch);
  origin[0].expect_until("\r\n\r\n");
  origin[0].expect_end();  // the request was cancelled
  origin.refuse(net::error::connection_refused);
  CHECK_THROWS_AS(loop.run(text_of(agent, "http://test/")), http::request_error);
}

TEST_CASE("testing: a mismatch shows the expected and the received bytes") {
  testing::event_loop loop;
  auto [a, b] = anode::socket_pair(loop.get_executor());
  testing::peer peer{loop, b};
  a.write("one\r\n\x01\"");
  CHECK_THROWS_WITH(peer.expect("two"), "expected \"two\"; came \"one\\r\\n\\x01\\\"\"");
  CHECK_THROWS_AS(peer.expect_until("?"), testing::mismatch);
  CHECK_THROWS_AS(peer.expect_silence(), testing::mismatch);
  CHECK_THROWS_AS(peer.expect_end(), testing::mismatch);
  CHECK_THROWS_AS(peer.expect_reset(), testing::mismatch);
  CHECK(peer.received() == "one\r\n\x01\"");
  peer.expect("one");
  CHECK(peer.take() == "\r\n\x01\"");
  peer.expect_silence();
  CHECK_FALSE(peer.ended());
}

TEST_CASE("testing: a peer can end, close and reset, and observes the same of the other side") {
  testing::event_loop loop;
  auto [a, b] = anode::socket_pair(loop.get_executor());
  testing::peer one{loop, a};
  testing::peer other{loop, b};
  one.end();
  other.expect_end();
  other.send("still");
  one.expect("still");
  SECTION("a reset is not an end") {
    other.reset();
    CHECK(one.ended());
    one.expect_reset();
    CHECK_THROWS_AS(one.expect_end(), testing::mismatch);
  }
  SECTION("a close is an end") {
    other.close();
    one.expect_end();
    CHECK_THROWS_AS(one.expect_reset(), testing::mismatch);
  }
}

TEST_CASE("testing: a peer that does not read suspends the writer") {
  testing::event_loop loop;
  auto [a, b] = anode::socket_pair(loop.get_executor(), 1000);
  testing::peer peer{loop, b};
  loop.settle();
  peer.stop_listening();
  // A read that is already pending still completes.
  a.write(std::string(200'000, 'x'));
  loop.settle();
  CHECK(a.writable_length() > 100'000);
  peer.listen();
  loop.settle();
  CHECK(a.writable_length() == 0);
  CHECK(peer.take().size() == 200'000);
}

TEST_CASE("testing: timers expire one after the other while time advances") {
  testing::event_loop loop;
  auto [a, b] = anode::socket_pair(loop.get_executor());
  std::vector<long> seconds;
  auto const began = loop.now();
  a.set_timeout(10s).on_timeout([&, s = &a] {
    seconds.push_back(static_cast<long>((loop.now() - began).count()));
    s->set_timeout(7s);
  });
  loop.advance(30s);
  CHECK(seconds == std::vector<long>{10, 17, 24});
}

}  // namespace behaviour_testing_testing
