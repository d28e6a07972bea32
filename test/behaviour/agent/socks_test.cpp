// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Agents that reach servers through a SOCKS5 proxy.

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

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
std::string const no_login = "\5\0"s;
std::string const granted = "\5\0\0\1\0\0\0\0\0\0"s;

std::string ask_for(std::string_view host, std::uint16_t port) {
  return "\5\1\0\3"s + static_cast<char>(host.size()) + std::string(host) +
         static_cast<char>(port >> 8U) + static_cast<char>(port & 0xffU);
}

// An agent whose connections to a proxy lead to peers that the test plays.
struct socks_user {
  http::agent agent(std::string url, http::agent_options o = {}) {
    o.proxy = std::move(url);
    o.create_connection = origin.connections();
    return http::agent(loop.get_executor(), std::move(o));
  }

  // Sends a request and records its outcome.
  http::client_request get(http::agent& from, std::string_view url,
                           http::header_list headers = {}) {
    http::client_request req = from.request("GET", url, std::move(headers));
    req.on_response([this](http::incoming_message m) {
      outcome += std::to_string(m.status_code()) + " ";
      m.dump();
    });
    req.on_request_error([this](http::request_error const& e) {
      outcome += std::string(e.code_name()) + " in " + std::string(to_string(e.phase())) + ", " +
                 std::string(to_string(e.verdict())) + ": " + e.what();
      cause = e.cause();
    });
    req.end();
    loop.settle();
    return req;
  }

  // Returns the name of the code of the cause.
  std::string cause_name() const {
    try {
      if (cause) {
        std::rethrow_exception(cause);
      }
    } catch (boost::system::system_error const& e) {
      return std::string(http::code_name(e.code()));
    }
    return "none";
  }

  testing::event_loop loop;
  testing::origin origin{loop};
  std::string outcome;
  std::exception_ptr cause;
};

http::lookup_function finding(std::vector<http::lookup_address> all, std::string& asked) {
  return [all = std::move(all), &asked](std::string_view host, auto done) {
    asked += std::string(host) + " ";
    done({}, all);
  };
}

}  // namespace

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

TEST_CASE("socks: a refusal names its reason and its system error") {
  struct row {
    char code;
    std::string_view text;
    std::string_view cause;
  };
  for (row const& r : std::initializer_list<row>{
           {1, "general failure (1)", "none"},
           {2, "not allowed by the rules of the proxy (2)", "EACCES"},
           {3, "network unreachable (3)", "ENETUNREACH"},
           {4, "host unreachable (4)", "EHOSTUNREACH"},
           {5, "connection refused (5)", "ECONNREFUSED"},
           {6, "TTL expired (6)", "ETIMEDOUT"},
           {7, "command not supported (7)", "EOPNOTSUPP"},
           {8, "address type not supported (8)", "EAFNOSUPPORT"},
           {9, "unknown reply (9)", "none"},
       }) {
    CAPTURE(r.text);
    socks_user f;
    http::agent agent = f.agent("socks5h://proxy");
    http::client_request const req = f.get(agent, "http://one.example/");
    f.origin[0].send(no_login);
    f.origin[0].send(std::string{'\5', r.code});
    CHECK(f.outcome == "ERR_PROXY_TUNNEL in tunnel, not_sent: SOCKS5: " + std::string(r.text) +
                           " for one.example:80 by proxy:1080");
    CHECK(f.cause_name() == r.cause);
    CHECK(f.origin[0].ended());
  }
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

TEST_CASE("socks: a look-up that fails is the phase lookup") {
  socks_user f;
  http::agent_options o;
  SECTION("with a code") {
    o.lookup = [](std::string_view, auto done) { done(net::error::host_not_found, {}); };
    http::agent agent = f.agent("socks5://proxy", o);
    http::client_request const req = f.get(agent, "http://one.example/");
    CHECK(f.outcome.starts_with("ENOTFOUND in lookup, not_sent: lookup ENOTFOUND one.example"));
  }
  SECTION("with an exception") {
    o.lookup = [](std::string_view, auto) { throw std::runtime_error("mine"); };
    http::agent agent = f.agent("socks5://proxy", o);
    http::client_request const req = f.get(agent, "http://one.example/");
    CHECK(f.outcome.find(" in lookup, not_sent") != std::string::npos);
    CHECK(f.cause);
  }
  CHECK(f.origin.size() == 0);
}

TEST_CASE("socks: hostile answers fail the request in the phase tunnel") {
  for (std::string const& answer :
       {"HTTP/1.1 400 Bad Request\r\n\r\n"s, "\4\0"s, "\5\xff"s, "\5\2"s, "\5\1"s,
        no_login + granted, no_login + granted + std::string(ok)}) {
    CAPTURE(answer);
    socks_user f;
    http::agent agent = f.agent("socks5h://proxy");
    http::client_request const req = f.get(agent, "http://one.example/");
    f.origin[0].send(answer);
    CHECK(f.outcome.starts_with("ERR_PROXY_TUNNEL in tunnel, not_sent: SOCKS5: the proxy "));
    CHECK(f.origin[0].ended());
  }
  for (std::string const& reply : {"\4\0"s, "\5\0\1"s, "\5\0\0\2x"s, "\5\0\0\0x"s}) {
    CAPTURE(reply);
    socks_user f;
    http::agent agent = f.agent("socks5h://proxy");
    http::client_request const req = f.get(agent, "http://one.example/");
    f.origin[0].send(no_login);
    f.origin[0].send(reply);
    CHECK(f.outcome.starts_with("ERR_PROXY_TUNNEL in tunnel, not_sent: SOCKS5: the "));
    CHECK(f.origin[0].ended());
  }
}

TEST_CASE("socks: a proxy that ends at any byte fails the request") {
  std::string const all = no_login + granted;
  for (std::size_t cut = 0; cut < all.size(); ++cut) {
    for (bool const reset : {false, true}) {
      CAPTURE(cut, reset);
      socks_user f;
      http::agent agent = f.agent("socks5h://proxy");
      http::client_request const req = f.get(agent, "http://one.example/");
      f.origin[0].send(all.substr(0, std::min<std::size_t>(cut, 2)));
      if (cut > 2) {
        f.origin[0].send(all.substr(2, cut - 2));
      }
      if (reset) {
        f.origin[0].reset();
      } else {
        f.origin[0].close();
      }
      CHECK(f.outcome.starts_with(
          "ECONNRESET in tunnel, not_sent: SOCKS5 for one.example:80 by proxy:1080: "));
    }
  }
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

TEST_CASE("socks: a proxy that cannot be reached fails the request in the phase connect") {
  socks_user f;
  f.origin.refuse(net::error::connection_refused);
  http::agent agent = f.agent("socks5h://me:secret@proxy");
  http::client_request const req = f.get(agent, "http://one.example/");
  CHECK(f.outcome.starts_with("ECONNREFUSED in connect, not_sent: "));
  CHECK(f.outcome.find("secret") == std::string::npos);
}

TEST_CASE("socks: the time to connect includes the handshake") {
  socks_user f;
  http::agent_options o;
  o.connect_timeout = 5s;
  http::agent agent = f.agent("socks5h://proxy", o);
  http::client_request const req = f.get(agent, "http://one.example/");
  f.origin[0].send(no_login);
  f.loop.advance(5s);
  CHECK(f.outcome.starts_with("ETIMEDOUT in tunnel, not_sent: "));
  CHECK(f.origin[0].ended());
}

TEST_CASE("socks: a request or an agent that ends closes the connection to the proxy") {
  for (int step = 0; step < 3; ++step) {
    for (bool const whole_agent : {false, true}) {
      CAPTURE(step, whole_agent);
      socks_user f;
      http::agent agent = f.agent("socks5h://proxy");
      http::client_request req = f.get(agent, "http://one.example/");
      if (step > 0) {
        f.origin[0].send(no_login);
      }
      if (step > 1) {
        f.origin[0].send(granted.substr(0, 4));
      }
      if (whole_agent) {
        agent.destroy();
      } else {
        req.destroy();
      }
      f.loop.settle();
      CHECK(f.origin[0].ended());
      f.origin[0].send(granted);
      f.loop.settle();
      CHECK(f.outcome.find("200") == std::string::npos);
    }
  }
}

TEST_CASE("socks: the context may end in each step of the handshake") {
  for (int step = 0; step < 3; ++step) {
    auto f = std::make_unique<socks_user>();
    http::agent agent = f->agent("socks5h://proxy");
    http::client_request const req = f->get(agent, "http://one.example/");
    if (step > 0) {
      f->origin[0].send(no_login);
    }
    if (step > 1) {
      f->origin[0].send(granted.substr(0, 4));
    }
    f.reset();  // AddressSanitizer finds leaks
  }
  SUCCEED();
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

TEST_CASE("socks: invalid URLs of a proxy") {
  net::io_context io;
  for (std::string const url :
       {"socks5://", "socks5://proxy/path", "socks5://proxy?x", "socks5://user@proxy",
        "socks5://:pw@proxy", "socks5://user:@proxy", "socks5h://proxy:0", "socks5h://proxy:99999",
        "socks5://a:b@", "socks4://proxy", "socks://proxy", "socks5://pro xy", "socks5://1.2.3"}) {
    CAPTURE(url);
    http::agent_options o;
    o.proxy = url;
    std::string const thrown =
        support::thrown([&] { http::agent const agent(io.get_executor(), o); });
    CHECK(thrown.starts_with("ERR_PROXY_INVALID_CONFIG: Invalid proxy URL: "));
    CHECK(thrown.find("pw") == std::string::npos);
  }
  http::agent_options o;
  o.proxy = "socks5://" + std::string(256, 'u') + ":p@proxy";
  CHECK(support::thrown([&] {
          http::agent const agent(io.get_executor(), o);
        }).starts_with("ERR_PROXY_INVALID_CONFIG"));
  o.proxy = "socks5://" + std::string(255, 'u') + ":p@proxy";
  CHECK(support::thrown([&] { http::agent const agent(io.get_executor(), o); }) == "nothing");
}

TEST_CASE("socks: a host name that SOCKS5 cannot express fails the request") {
  socks_user f;
  http::agent agent = f.agent("socks5h://proxy");
  http::request_options r;
  r.host = std::string(256, 'h');
  http::client_request req = agent.request(std::move(r));
  req.on_request_error([&](http::request_error const& e) { f.outcome = e.what(); });
  req.end();
  f.loop.settle();
  CHECK(f.outcome == "SOCKS5: the host name is longer than 255 bytes");
  CHECK(f.origin.size() == 0);
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
