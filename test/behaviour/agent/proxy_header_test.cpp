// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Agents that announce their clients to the servers behind them, with the PROXY protocol.

#include "support/catch.hpp"
#include "support/tcp_client.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace behaviour_agent_proxy_header {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using namespace std::string_literals;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string announcing(std::uint16_t port) {
  anode::proxy_header h;
  h.version = 1;
  h.local = false;
  h.source = {"203.0.113.7", port, "IPv4"};
  h.destination = {"10.0.0.1", 443, "IPv4"};
  return anode::write_proxy_header(h);
}

struct fixture {
  explicit fixture(http::agent_options o = {}, std::size_t capacity = 65536)
      : origin(loop, capacity), agent(make(loop, origin, std::move(o))) {}

  static http::agent make(testing::event_loop& loop, testing::origin& to, http::agent_options o) {
    o.keep_alive = true;
    o.create_connection = to.connections();
    return http::agent(loop.get_executor(), std::move(o));
  }

  http::client_request get(std::optional<std::string> header, std::string_view url) {
    http::request_options o;
    o.set_url(url);
    o.proxy_header = std::move(header);
    http::client_request req = agent.request(std::move(o));
    req.on_response([this](http::incoming_message m) {
      outcome += std::to_string(m.status_code()) + " ";
      m.dump();
    });
    req.end();
    loop.settle();
    return req;
  }

  testing::event_loop loop;
  testing::origin origin;
  http::agent agent;
  std::string outcome;
};

}  // namespace

TEST_CASE("PROXY header of an agent: precedes the first request of a connection only") {
  fixture f;
  std::string const header = announcing(1);
  for (int i = 0; i < 2; ++i) {
    http::client_request const req = f.get(header, "http://a.test/");
    f.origin[0].expect((i == 0 ? header : "") + "GET / HTTP/1.1\r\n");
    f.origin[0].expect_until("\r\n\r\n");
    f.origin[0].send(ok);
  }
  CHECK(f.origin.size() == 1);
  CHECK(f.outcome == "200 200 ");
}

TEST_CASE("PROXY header of an agent: requests of different clients share no connection") {
  fixture f;
  for (std::uint16_t client = 1; client <= 3; ++client) {
    http::client_request const req = f.get(announcing(client), "http://a.test/");
    f.origin[client - 1U].expect(announcing(client) + "GET / HTTP/1.1\r\n");
    f.origin[client - 1U].send(ok);
  }
  http::client_request const again = f.get(announcing(2), "http://a.test/");
  f.origin[1].expect_until("GET / HTTP/1.1\r\n");
  f.origin[1].send(ok);
  http::client_request const none = f.get(std::nullopt, "http://a.test/");
  f.origin[3].expect("GET / HTTP/1.1\r\n");
  CHECK(f.origin.size() == 4);
}

TEST_CASE("PROXY header of an agent: the header of the agent applies unless the request has one") {
  http::agent_options o;
  o.proxy_header = anode::write_proxy_header(anode::proxy_header());
  fixture f(o);
  http::client_request const check = f.get(std::nullopt, "http://a.test/");
  f.origin[0].expect(o.proxy_header + "GET /");
  http::client_request const plain = f.get("", "http://a.test/");
  f.origin[1].expect("GET /");
  http::client_request const own = f.get(announcing(1), "http://a.test/");
  f.origin[2].expect(announcing(1) + "GET /");
}

TEST_CASE("PROXY header of an agent: leaves through a stream that accepts little") {
  for (std::size_t const capacity : {std::size_t{1}, std::size_t{7}, std::size_t{50}}) {
    fixture f({}, capacity);
    http::client_request const req = f.get(announcing(1), "http://a.test/x");
    f.origin[0].expect(announcing(1) + "GET /x HTTP/1.1\r\n");
    f.origin[0].expect_until("\r\n\r\n");
    f.origin[0].send(ok);
    f.loop.settle();
    CHECK(f.outcome == "200 ");
  }
}

TEST_CASE("PROXY header of an agent: through a tunnel it reaches the server, not the proxy") {
  http::agent_options o;
  SECTION("CONNECT") {
    o.proxy = "http://proxy:3128";
    o.proxy_tunnel = true;
    fixture f(o);
    http::client_request const req = f.get(announcing(1), "http://a.test/");
    CHECK(f.origin[0].expect_until("\r\n") == "CONNECT a.test:80 HTTP/1.1\r\n");
    f.origin[0].expect_until("\r\n\r\n");
    f.origin[0].expect_silence();
    f.origin[0].send("HTTP/1.1 200 OK\r\n\r\n");
    f.origin[0].expect(announcing(1) + "GET / HTTP/1.1\r\n");
  }
  SECTION("SOCKS5") {
    o.proxy = "socks5h://proxy";
    fixture f(o);
    http::client_request const req = f.get(announcing(1), "http://a.test/");
    f.origin[0].send("\5\0"s);
    f.origin[0].send("\5\0\0\1\0\0\0\0\0\0"s);
    f.origin[0].expect("\5\1\0\5\1\0\3\6a.test\0\x50"s);
    f.origin[0].expect(announcing(1) + "GET / HTTP/1.1\r\n");
  }
  SECTION("without a tunnel the proxy gets it") {
    o.proxy = "http://proxy:3128";
    fixture f(o);
    http::client_request const req = f.get(announcing(1), "http://a.test/");
    f.origin[0].expect(announcing(1) + "GET http://a.test/ HTTP/1.1\r\n");
  }
}

TEST_CASE("PROXY header of an agent: a server of the library reads it") {
  net::io_context io;
  std::string seen;
  http::server server(io.get_executor(),
                      [&](http::incoming_message& req, http::server_response& res) {
                        seen = req.socket().remote_endpoint().address;
                        res.end("ok");
                      });
  http::listen_options where;
  where.host = "127.0.0.1";
  where.proxy_protocol.mode = http::proxy_protocol_mode::required;
  where.proxy_protocol.trusted.add("127.0.0.1");
  server.listen(where);
  http::agent agent(io.get_executor());
  http::request_options o;
  o.host = "127.0.0.1";
  o.port = server.address().port;
  o.proxy_header = announcing(1);
  std::string body;
  auto const fetch = [&]() -> net::awaitable<void> {
    http::client_request req = agent.request(o);
    req.end();
    http::incoming_message res = co_await req.response();
    body = co_await res.text();
  };
  net::co_spawn(io, fetch(), net::detached);
  support::run_until(io, [&] { return !body.empty(); });
  CHECK(body == "ok");
  CHECK(seen == "203.0.113.7");
}

}  // namespace behaviour_agent_proxy_header
