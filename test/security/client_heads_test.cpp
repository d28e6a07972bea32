// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Heads of a server other than the final response: informational responses and 101.
#include "support/client_fixture.hpp"

namespace security_client_heads {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_fixture;

struct answer {
  std::string error;
  int status = 0;
  bool tunnel = false;
  std::string first;  // bytes behind the head
};

net::awaitable<void> wait_upgraded(http::client_request& r, answer& got) {
  try {
    auto result = co_await r.upgraded();
    got.status = result.response().status_code();
    got.tunnel = static_cast<bool>(result);
    if (result) {
      got.first = result.socket().buffered();
    }
  } catch (http::request_error const& e) {
    got.error = std::string(e.code_name()) + " " + std::string(http::to_string(e.phase())) + " " +
                std::string(http::to_string(e.verdict()));
  }
}

answer ask(client_fixture& f, http::client_request& r, std::string const& response) {
  answer got;
  r.end();
  net::co_spawn(f.io, wait_upgraded(r, got), net::detached);
  f.settle();
  f.say(0, response);
  return got;
}

constexpr char switching[] =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nbytes";
constexpr char refused[] = "HPE_INVALID_STATUS head response_started";

http::client_request upgrade(client_fixture& f) {
  http::request_options o;
  o.host = "test";
  o.headers = {{"Connection", "Upgrade"}, {"Upgrade", "x"}};
  return f.agent.request(std::move(o));
}

}  // namespace

TEST_CASE("client heads: informational responses before the response to CONNECT are skipped") {
  std::string const interim =
      GENERATE(std::string("HTTP/1.1 100 Continue\r\n\r\n"),
               std::string("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
               std::string("HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n"),
               std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"));
  bool const at_once = GENERATE(true, false);
  client_fixture f;
  auto r = f.request("CONNECT", "host:1");
  answer got;
  r.end();
  net::co_spawn(f.io, wait_upgraded(r, got), net::detached);
  f.settle();
  if (at_once) {
    f.say(0, interim + "HTTP/1.1 200 OK\r\n\r\nbytes");
  } else {
    f.say(0, interim);
    CHECK(got.status == 0);
    f.say(0, "HTTP/1.1 200 OK\r\n\r\nbytes");
  }
  CHECK(got.error.empty());
  CHECK(got.status == 200);
  CHECK(got.tunnel);
  CHECK(got.first == "bytes");
}

TEST_CASE("client heads: a tunnel through a proxy that sends interim responses") {
  http::agent_options o;
  o.proxy = "http://proxy:1";
  o.proxy_tunnel = true;
  client_fixture f(o);
  auto r = f.request("GET", "/");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 103 Early Hints\r\n\r\n");
  f.say(0, "HTTP/1.1 200 OK\r\n\r\n");
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  CHECK(f.pop_events().find("data hi") != std::string::npos);
}

TEST_CASE("client heads: 101 is an invalid response to CONNECT") {
  client_fixture f;
  auto r = f.request("CONNECT", "host:1");
  CHECK(ask(f, r, switching).error == refused);
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("client heads: an unsolicited 101 is an error") {
  client_fixture f;
  auto r = f.request("GET");
  CHECK(ask(f, r, switching).error == refused);
  CHECK(f.pop_events().find("response") == std::string::npos);
  CHECK(f.peers.at(0).ended());
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("client heads: a 101 that does not name the protocol is an error") {
  std::string const head = GENERATE(std::string("HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\nbytes"),
                                    std::string("HTTP/1.1 101 S\r\nConnection: upgrade\r\n\r\n"),
                                    std::string("HTTP/1.1 101 S\r\nConnection: close\r\n"
                                                "Upgrade: x\r\n\r\n"));
  client_fixture f;
  auto r = upgrade(f);
  CHECK(ask(f, r, head).error == refused);
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("client heads: a requested 101 upgrades the connection") {
  client_fixture f;
  auto r = upgrade(f);
  answer const got = ask(f, r, "HTTP/1.1 103 Early Hints\r\n\r\n" + std::string(switching));
  CHECK(got.error.empty());
  CHECK(got.status == 101);
  CHECK(got.tunnel);
}

TEST_CASE("client heads: the number and the bytes of interim responses are bounded") {
  auto const [head, limit, good] = GENERATE(table<std::string, std::size_t, int>(
      {{"HTTP/1.1 102 Processing\r\n\r\n", 100, 100},
       {"HTTP/1.1 102 Processing\r\n\r\n", 3, 3},
       {"HTTP/1.1 100 Continue\r\n\r\n", 0, 0},
       {"HTTP/1.1 103 Early Hints\r\nLink: </" + std::string(4000, 'x') + ">\r\n\r\n", 100, 4}}));
  client_fixture f;
  http::request_options o;
  o.host = "test";
  o.max_interim_responses = limit;
  auto r = f.watched(f.agent.request(std::move(o)));
  r.end();
  f.settle();
  int informed = 0;
  r.on_information([&](http::information const&) { ++informed; });
  for (int i = 0; i < 200; ++i) {
    f.say(0, head);
  }
  CHECK(informed == good);
  CHECK(f.pop_events().find("error HPE_HEADER_OVERFLOW") != std::string::npos);
  CHECK(f.peers.at(0).ended());
}

}  // namespace security_client_heads
