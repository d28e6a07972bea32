// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Agents that reach servers through a SOCKS5 proxy.

#include "behaviour/agent/socks_user.hpp"
#include "support/catch.hpp"
#include "support/tcp_client.hpp"
#include "support/thrown.hpp"
#include "transport/socket_stream.hpp"

#include <anode/http.hpp>
#include <anode/testing.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace behaviour_agent_socks {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;

using support::ask_for;
using support::finding;
using support::granted;
using support::no_login;
using support::ok;
using support::socks_user;

TEST_CASE("socks: socks5h sends the name of the host to the proxy") {
  socks_user f;
  std::string asked;
  http::agent_options o;
  o.keep_alive = true;
  o.lookup = finding({{"10.0.0.1", 4}}, asked);
  http::agent agent = f.agent("socks5h://proxy", o);
  http::client_request const first = f.get(agent, "http://one.example/a?b");
  CHECK(f.origin.target(0).host == "proxy");
  CHECK(f.origin.target(0).port == 1080);
  f.origin[0].expect("\5\1\0"s);
  f.origin[0].expect_silence();
  f.origin[0].send(no_login);
  f.origin[0].expect(ask_for("one.example", 80));
  f.origin[0].expect_silence();  // the request waits for the connection
  f.origin[0].send(granted);
  std::string const head = f.origin[0].expect_until("\r\n\r\n");
  CHECK(head.starts_with("GET /a?b HTTP/1.1\r\n"));
  CHECK(head.find("Host: one.example\r\n") != std::string::npos);
  CHECK(head.find("Proxy-") == std::string::npos);
  f.origin[0].send(ok);
  CHECK(f.outcome == "200 ");
  CHECK(asked == "");

  // The connection is kept for its origin only.
  http::client_request const again = f.get(agent, "http://one.example/2");
  CHECK(f.origin.size() == 1);
  CHECK(f.origin[0].expect_until("\r\n") == "GET /2 HTTP/1.1\r\n");
  f.origin[0].send(ok);
  http::client_request const other = f.get(agent, "http://two.example/");
  CHECK(f.origin.size() == 2);
  f.origin[1].expect("\5\1\0"s);
}

TEST_CASE("socks: socks5 resolves the host here, and sends an address") {
  socks_user f;
  std::string asked;
  http::agent_options o;
  o.lookup = finding({{"2001:db8::7", 6}}, asked);
  http::agent agent = f.agent("socks5://proxy:9050", o);
  http::client_request const req = f.get(agent, "http://one.example:81/");
  CHECK(asked == "one.example ");
  CHECK(f.origin.target(0).host == "proxy");
  CHECK(f.origin.target(0).port == 9050);
  f.origin[0].send(no_login);
  f.origin[0].expect("\5\1\0\5\1\0\4\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\7\0\x51"s);
  f.origin[0].send(granted);
  CHECK(f.origin[0].expect_until("\r\n\r\n").find("Host: one.example:81\r\n") != std::string::npos);
  f.origin[0].send(ok);
  CHECK(f.outcome == "200 ");
}

TEST_CASE("socks: an address goes as an address, whoever resolves names") {
  for (std::string const scheme : {"socks5", "socks5h", "SOCKS5H"}) {
    socks_user f;
    http::agent agent = f.agent(scheme + "://proxy");
    http::client_request const four = f.get(agent, "http://10.1.2.3/");
    f.origin[0].send(no_login);
    f.origin[0].expect("\5\1\0\5\1\0\1\x0a\1\2\3\0\x50"s);
    http::client_request const six = f.get(agent, "http://[::1]/");
    f.origin[1].send(no_login);
    f.origin[1].expect("\5\1\0\5\1\0\4"s + std::string(15, '\0') + "\1\0\x50"s);
  }
}

TEST_CASE("socks: user name and password") {
  socks_user f;
  http::agent agent = f.agent("socks5h://m%40e:se%3acret@proxy");
  http::client_request const req = f.get(agent, "http://one.example/");
  f.origin[0].expect("\5\2\0\2"s);
  f.origin[0].send("\5\2"s);
  f.origin[0].expect("\1\3m@e\7se:cret"s);
  SECTION("accepted") {
    f.origin[0].send("\1\0"s);
    f.origin[0].expect(ask_for("one.example", 80));
    f.origin[0].send(granted);
    f.origin[0].expect_until("\r\n\r\n");
    f.origin[0].send(ok);
    CHECK(f.outcome == "200 ");
  }
  SECTION("refused") {
    f.origin[0].send("\1\1"s);
    CHECK(f.outcome ==
          "ERR_PROXY_TUNNEL in tunnel, not_sent: SOCKS5: the proxy refuses the user name or the "
          "password for one.example:80 by proxy:1080");
    CHECK(f.origin[0].ended());
    CHECK(f.cause_name() == "none");
  }
  CHECK(f.outcome.find("cret") == std::string::npos);
}

TEST_CASE("socks: socks5 tries the next address when the proxy cannot reach one") {
  socks_user f;
  std::string asked;
  http::agent_options o;
  o.lookup = finding({{"::1", 6}, {"::2", 6}, {"10.0.0.1", 4}}, asked);
  http::agent agent = f.agent("socks5://proxy", o);
  http::client_request const req = f.get(agent, "http://one.example/");
  f.origin[0].send(no_login);
  f.origin[0].send("\5\4"s);
  CHECK(f.origin[0].ended());
  REQUIRE(f.origin.size() == 2);
  f.origin[1].send(no_login);
  f.origin[1].expect("\5\1\0\5\1\0\1\x0a\0\0\1\0\x50"s);  // the families alternate
  SECTION("until one succeeds") {
    f.origin[1].send(granted);
    f.origin[1].expect_until("\r\n\r\n");
    f.origin[1].send(ok);
    CHECK(f.outcome == "200 ");
  }
  SECTION("until none is left") {
    f.origin[1].send("\5\5"s);
    REQUIRE(f.origin.size() == 3);
    f.origin[2].send(no_login);
    f.origin[2].send("\5\3"s);
    CHECK(f.origin.size() == 3);
    CHECK(f.outcome.find("network unreachable (3)") != std::string::npos);
  }
  SECTION("but not after a refusal by a rule") {
    f.origin[1].send("\5\2"s);
    CHECK(f.origin.size() == 2);
    CHECK(f.outcome.find("not allowed by the rules of the proxy (2)") != std::string::npos);
  }
  CHECK(asked == "one.example ");
}

TEST_CASE("socks: at most six addresses are tried") {
  socks_user f;
  std::string asked;
  http::agent_options o;
  std::vector<http::lookup_address> many;
  for (int i = 1; i < 20; ++i) {
    many.push_back({"10.0.0." + std::to_string(i), 4});
  }
  o.lookup = finding(many, asked);
  http::agent agent = f.agent("socks5://proxy", o);
  http::client_request const req = f.get(agent, "http://one.example/");
  for (std::size_t i = 0; f.outcome.empty() && i < 19; ++i) {
    f.origin[i].send(no_login);
    f.origin[i].send("\5\1"s);
  }
  CHECK(f.origin.size() == 6);
  CHECK(f.outcome.starts_with("ERR_PROXY_TUNNEL in tunnel"));
}

TEST_CASE("socks: answers may arrive in any pieces, followed by the server's bytes") {
  std::string const all = granted + std::string(ok);
  for (std::size_t cut = 0; cut <= granted.size(); ++cut) {
    socks_user f;
    http::agent agent = f.agent("socks5h://proxy");
    http::client_request const req = f.get(agent, "http://one.example/");
    f.origin[0].send("\5");
    f.origin[0].send("\0"s);
    if (cut > 0) {
      f.origin[0].send(all.substr(0, cut));
    }
    if (cut < granted.size()) {
      f.origin[0].send(granted.substr(cut));
    }
    f.origin[0].expect_until("\r\n\r\n");
    f.origin[0].send(ok);
    CHECK(f.outcome == "200 ");
  }
}

TEST_CASE("socks: no_proxy is asked first, and the key of the pool has proxy, user and origin") {
  socks_user f;
  http::agent_options o;
  o.no_proxy = "direct.example";
  http::agent agent = f.agent("socks5h://me:secret@proxy", o);
  http::client_request const direct = f.get(agent, "http://direct.example/");
  CHECK(f.origin.target(0).host == "direct.example");
  CHECK(f.origin[0].expect_until("\r\n") == "GET / HTTP/1.1\r\n");
  http::request_options r;
  r.set_url("http://one.example:81/");
  CHECK(agent.get_name(r) == "one.example:81::via:socks5h:me@proxy:1080");
  r.set_url("http://direct.example/");
  CHECK(agent.get_name(r) == "direct.example::");
  CHECK(f.agent("socks5://proxy").get_name(r).ends_with(":via:socks5:proxy:1080"));
}

TEST_CASE("socks: upgrades and CONNECT go through the proxy too") {
  socks_user f;
  http::agent agent = f.agent("socks5h://proxy");
  http::client_request const upgrade =
      f.get(agent, "http://one.example/", {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}});
  f.origin[0].send(no_login);
  f.origin[0].send(granted);
  f.origin[0].expect("\5\1\0"s + ask_for("one.example", 80));
  CHECK(f.origin[0].expect_until("\r\n") == "GET / HTTP/1.1\r\n");
  http::request_options r;
  r.method = "CONNECT";
  r.host = "one.example";
  r.path = "two.example:443";
  http::client_request connect = agent.request(std::move(r));
  connect.end();
  f.loop.settle();
  f.origin[1].send(no_login);
  f.origin[1].send(granted);
  f.origin[1].expect("\5\1\0"s + ask_for("one.example", 80));
  CHECK(f.origin[1].expect_until("\r\n") == "CONNECT two.example:443 HTTP/1.1\r\n");
}

TEST_CASE("socks: works over the loopback interface, IPv4 and IPv6") {
  net::io_context io;
  std::vector<std::string> targets;
  std::string body;
  http::server server(io.get_executor(),
                      [](http::incoming_message& req, http::server_response& res) {
                        res.end(std::string(req.headers().get("Host").value_or("")));
                      });
  net::ip::tcp::acceptor proxy(io, {net::ip::address_v4::loopback(), 0});
  std::string const port = std::to_string(proxy.local_endpoint().port());
  // A proxy whose connections all lead to the server.
  auto const serve = [&]() -> net::awaitable<void> {
    for (int i = 0; i < 2; ++i) {
      net::ip::tcp::socket client = co_await proxy.async_accept(net::use_awaitable);
      std::string got;
      auto const read = [&](std::size_t size) -> net::awaitable<void> {
        got.resize(size);
        co_await net::async_read(client, net::buffer(got), net::use_awaitable);
      };
      co_await read(3);
      co_await net::async_write(client, net::buffer(no_login), net::use_awaitable);
      co_await read(i == 0 ? 4 + 1 + 8 + 2 : 4 + 16 + 2);
      targets.push_back(got);
      co_await net::async_write(client, net::buffer(granted), net::use_awaitable);
      server.emit_connection(std::make_unique<anode::transport::socket_stream>(std::move(client)));
    }
  };
  net::co_spawn(io, serve(), net::detached);
  http::agent_options o;
  o.proxy = "socks5h://127.0.0.1:" + port;
  http::agent agent(io.get_executor(), o);
  auto const fetch = [&](std::string url) -> net::awaitable<void> {
    http::incoming_message res = co_await agent.get(url);
    body = co_await res.text();
  };
  net::co_spawn(io, fetch("http://one.test:8/"), net::detached);
  support::run_until(io, [&] { return !body.empty(); });
  CHECK(body == "one.test:8");
  body.clear();
  net::co_spawn(io, fetch("http://[2001:db8::1]/"), net::detached);
  support::run_until(io, [&] { return !body.empty(); });
  CHECK(body == "[2001:db8::1]");
  REQUIRE(targets.size() == 2);
  CHECK(targets[0] == ask_for("one.test", 8));
  CHECK(targets[1] == "\5\1\0\4\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\1\0\x50"s);
}

}  // namespace behaviour_agent_socks
