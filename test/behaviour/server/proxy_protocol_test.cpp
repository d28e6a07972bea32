// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Servers behind proxies that announce their clients with the PROXY protocol.

#include "runtime/clock.hpp"
#include "support/catch.hpp"
#include "support/tcp_client.hpp"
#include "support/thrown.hpp"

#include <anode/error.hpp>
#include <anode/proxy_protocol.hpp>
#include <anode/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace behaviour_server_proxy_protocol {

namespace http = anode::http;
namespace net = boost::asio;
using support::run_until;
using support::tcp_client;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view line = "PROXY TCP4 203.0.113.7 10.0.0.1 1000 443\r\n";
constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

std::string text(anode::endpoint const& e) {
  return e.family + " " + e.address + " " + std::to_string(e.port);
}

http::listen_options behind(std::string_view proxies) {
  http::listen_options o;
  o.host = "127.0.0.1";
  o.proxy_protocol.mode = http::proxy_protocol_mode::required;
  o.proxy_protocol.trusted.add(proxies);
  return o;
}

std::string binary_header() {
  anode::proxy_header h;
  h.local = false;
  h.source = {"2001:db8::7", 1000, "IPv6"};
  h.destination = {"2001:db8::1", 443, "IPv6"};
  h.authority = "site.test";
  return anode::write_proxy_header(h, true);
}

// A server behind a proxy on the loopback interface.
struct fixture {
  explicit fixture(http::server_options options = {}, std::string_view proxies = "127.0.0.0/8")
      : server(std::make_unique<http::server>(io.get_executor(), std::move(options))) {
    server->on_request([this](http::incoming_message& req, http::server_response& res) {
      anode::socket const s = req.socket();
      seen.push_back(text(s.remote_endpoint()) + ", " + text(s.local_endpoint()));
      anode::proxied_connection const* const facts = s.proxied();
      authority = facts != nullptr ? facts->header.authority : "no header";
      direct = text(s.direct_remote_endpoint());
      res.end("ok");
    });
    server->on_connection(
        [this](anode::socket s) { connections.push_back(text(s.remote_endpoint())); });
    server->on_client_error([this](http::client_error const& e, anode::socket s) {
      errors.emplace_back(http::code_name(e.code));
      s.end("HTTP/1.1 400 Bad Request\r\n\r\n");  // reaches nobody before the header
    });
    server->listen(behind(proxies));
    port = server->address().port;
  }

  net::io_context io;
  std::unique_ptr<http::server> server;
  std::uint16_t port = 0;
  std::vector<std::string> seen;         // addresses of requests
  std::vector<std::string> connections;  // addresses in `connection`
  std::vector<std::string> errors;
  std::string authority;
  std::string direct;
};

}  // namespace

TEST_CASE("PROXY protocol: a request has the announced addresses, version 1") {
  fixture f;
  tcp_client proxy(f.io, f.port);
  proxy.send(std::string(line) + std::string(request));
  CHECK(proxy.wait_for_end().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(f.seen == std::vector<std::string>{"IPv4 203.0.113.7 1000, IPv4 10.0.0.1 443"});
  CHECK(f.connections == std::vector<std::string>{"IPv4 203.0.113.7 1000"});
  CHECK(f.direct == "IPv4 127.0.0.1 " + std::to_string(proxy.port()));
  CHECK(f.errors.empty());
}

TEST_CASE("PROXY protocol: a request has the announced addresses, version 2") {
  fixture f;
  tcp_client proxy(f.io, f.port);
  proxy.send(binary_header());
  run_until(f.io, [&] { return !f.connections.empty(); });  // emitted before any byte of HTTP
  CHECK(f.connections == std::vector<std::string>{"IPv6 2001:db8::7 1000"});
  proxy.send(request);
  CHECK(proxy.wait_for_end().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(f.seen == std::vector<std::string>{"IPv6 2001:db8::7 1000, IPv6 2001:db8::1 443"});
  CHECK(f.authority == "site.test");
}

TEST_CASE("PROXY protocol: the header may arrive in any pieces") {
  for (std::string const& header : {std::string(line), binary_header()}) {
    std::string const all = header + std::string(request);
    fixture f;
    for (std::size_t cut = 1; cut <= header.size(); ++cut) {
      tcp_client proxy(f.io, f.port);
      proxy.send(std::string_view(all).substr(0, cut));
      run_until(f.io, [&] { return f.server->connection_count() == 1; });
      f.io.poll();
      proxy.send(std::string_view(all).substr(cut));
      CHECK(proxy.wait_for_end().starts_with("HTTP/1.1 200 OK\r\n"));
      run_until(f.io, [&] { return f.server->connection_count() == 0; });
    }
    CHECK(f.seen.size() == header.size());
    CHECK(f.errors.empty());
  }
}

TEST_CASE("PROXY protocol: a proxy that speaks for itself keeps its own address") {
  for (std::string const& header :
       {std::string("PROXY UNKNOWN\r\n"), std::string("PROXY UNKNOWN ::1 x\r\n"),
        anode::write_proxy_header(anode::proxy_header())}) {
    fixture f;
    tcp_client proxy(f.io, f.port);
    std::string const own = "IPv4 127.0.0.1 " + std::to_string(proxy.port());
    proxy.send(header + std::string(request));
    CHECK(proxy.wait_for_end().starts_with("HTTP/1.1 200 OK\r\n"));
    REQUIRE(f.seen.size() == 1);
    CHECK(f.seen[0].starts_with(own + ", IPv4 127.0.0.1 "));
    CHECK(f.authority == "");
    CHECK(f.direct == own);
  }
}

TEST_CASE("PROXY protocol: without a valid header the connection is closed without an answer") {
  for (std::string const& bytes :
       {std::string(request), std::string("PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n") + "GET / HT",
        std::string("\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0", 16), std::string("\x16\x03\x01\x02"),
        std::string(200, 'P')}) {
    CAPTURE(bytes);
    fixture f;
    tcp_client proxy(f.io, f.port);
    proxy.send(bytes);
    CHECK(proxy.wait_for_end() == "");
    run_until(f.io, [&] { return f.server->connection_count() == 0; });
    CHECK(f.errors == std::vector<std::string>{"ERR_PROXY_PROTOCOL"});
    CHECK(f.seen.empty());
    CHECK(f.connections.empty());
  }
}

TEST_CASE("PROXY protocol: an end inside the header is an error, one before it is none") {
  for (std::size_t const sent : {std::size_t{0}, std::size_t{1}, std::size_t{20}}) {
    fixture f;
    tcp_client proxy(f.io, f.port);
    proxy.send(line.substr(0, sent));
    proxy.end();
    CHECK(proxy.wait_for_end() == "");
    CHECK(f.errors.size() == (sent > 0 ? 1 : 0));
    CHECK(f.connections.empty());
  }
}

TEST_CASE("PROXY protocol: a peer that is not trusted is closed without an answer") {
  fixture f({}, "10.0.0.0/8");
  tcp_client proxy(f.io, f.port);
  proxy.send(std::string(line) + std::string(request));
  CHECK(proxy.wait_for_end() == "");
  run_until(f.io, [&] { return f.server->connection_count() == 0; });
  CHECK(f.errors == std::vector<std::string>{"ERR_PROXY_UNTRUSTED"});
  CHECK(f.seen.empty());
  CHECK(f.connections.empty());
}

TEST_CASE("PROXY protocol: the time for the header is part of the time for the head") {
  fixture f;
  auto& clock = anode::runtime::clock::of(f.io.get_executor());
  clock.set_manual(std::chrono::sys_seconds(std::chrono::seconds(784111777)));
  auto const advance = [&](std::chrono::seconds time) {
    clock.advance(time);
    f.io.restart();
    f.io.poll();
  };
  SECTION("without a header the connection is closed without an answer") {
    tcp_client proxy(f.io, f.port);
    proxy.send(line.substr(0, 20));
    run_until(f.io, [&] { return f.server->connection_count() == 1; });
    advance(59s);
    CHECK(f.errors.empty());
    advance(31s);  // the interval of the check
    CHECK(proxy.wait_for_end() == "");
    CHECK(f.errors == std::vector<std::string>{"ERR_HTTP_REQUEST_TIMEOUT"});
  }
  SECTION("a late header leaves less time for the head") {
    f.server->on_client_error({});
    tcp_client proxy(f.io, f.port);
    run_until(f.io, [&] { return f.server->connection_count() == 1; });
    advance(50s);
    proxy.send(std::string(line) + "GET / HT");
    run_until(f.io, [&] { return !f.connections.empty(); });
    advance(11s);
    advance(30s);
    CHECK(proxy.wait_for_end().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  }
  SECTION("the next request has its own time") {
    tcp_client proxy(f.io, f.port);
    proxy.send(std::string(line) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    proxy.wait_for("ok");
    advance(4s);
    proxy.send("GET / HT");
    run_until(f.io, [&] {
      return f.server->connections().at(0).state == http::connection_state::receiving;
    });
    advance(59s);
    proxy.send("TP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    proxy.wait_for_end();
    CHECK(f.seen.size() == 2);
    CHECK(f.errors.empty());
  }
}

TEST_CASE("PROXY protocol: it needs a list of trusted proxies") {
  net::io_context io;
  http::server server(io.get_executor());
  http::listen_options o;
  o.host = "127.0.0.1";
  o.proxy_protocol.mode = http::proxy_protocol_mode::required;
  CHECK(support::thrown([&] { server.listen(o); }) ==
        "ERR_INVALID_ARG_VALUE: The PROXY protocol needs a list of trusted proxies");
  CHECK_FALSE(server.listening());
  o.proxy_protocol.mode = http::proxy_protocol_mode::off;
  server.listen(o);
  CHECK(server.listening());
}

TEST_CASE("PROXY protocol: without it, a header is invalid HTTP") {
  net::io_context io;
  http::server server(io.get_executor());
  server.listen(0, "127.0.0.1");
  tcp_client client(io, server.address().port);
  client.send(std::string(line) + std::string(request));
  CHECK(client.wait_for_end().starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_CASE("PROXY protocol: applies to a listening descriptor too") {
  net::io_context io;
  net::ip::tcp::acceptor acceptor(io, {net::ip::address_v4::loopback(), 0});
  std::uint16_t const port = acceptor.local_endpoint().port();
  std::string seen;
  http::server server(io.get_executor(),
                      [&](http::incoming_message& req, http::server_response& res) {
                        seen = text(req.socket().remote_endpoint());
                        res.end();
                      });
  http::listen_options o = behind("127.0.0.1");
  o.descriptor = acceptor.release();
  server.listen(o);
  CHECK(server.address().port == port);
  tcp_client proxy(io, port);
  proxy.send(std::string(line) + std::string(request));
  CHECK(proxy.wait_for_end().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(seen == "IPv4 203.0.113.7 1000");
}

TEST_CASE("PROXY protocol: connections that wait for their header end with the server") {
  enum class way { close, close_all, drain, destroy, context };
  for (way const how : {way::close, way::close_all, way::drain, way::destroy, way::context}) {
    CAPTURE(static_cast<int>(how));
    for (std::size_t const sent : {std::size_t{0}, std::size_t{20}, line.size()}) {
      auto f = std::make_unique<fixture>();
      net::io_context client_io;
      tcp_client proxy(client_io, f->port);
      proxy.send(line.substr(0, sent));
      run_until(f->io, [&] { return f->server->connection_count() == 1; });
      f->io.poll();
      switch (how) {
        case way::close:
          f->server->close();
          break;
        case way::close_all:
          f->server->close_all_connections();
          break;
        case way::drain: {
          bool drained = false;
          net::co_spawn(
              f->io,
              [&]() -> net::awaitable<void> {
                co_await f->server->drain(std::chrono::milliseconds(1));
                drained = true;
              },
              net::detached);
          run_until(f->io, [&] { return drained; });
          break;
        }
        case way::destroy:
          f->server.reset();
          break;
        case way::context:
          f.reset();
          break;
      }
      if (f) {
        f->io.restart();
        f->io.poll();
      }
      CHECK(proxy.wait_for_end() == "");
    }
  }
}

TEST_CASE("PROXY protocol: a listener of `connection` may destroy anything and throw") {
  SECTION("destroy the connection") {
    fixture f;
    f.server->on_connection([](anode::socket s) { s.destroy(); });
    tcp_client proxy(f.io, f.port);
    proxy.send(std::string(line) + std::string(request));
    CHECK(proxy.wait_for_end() == "");
    CHECK(f.seen.empty());
  }
  SECTION("destroy the server") {
    fixture f;
    f.server->on_connection([&](anode::socket const&) { f.server.reset(); });
    tcp_client proxy(f.io, f.port);
    proxy.send(std::string(line) + std::string(request));
    CHECK(proxy.wait_for_end() == "");
    CHECK(f.seen.empty());
  }
  SECTION("throw") {
    fixture f;
    f.server->on_connection([](anode::socket const&) { throw std::runtime_error("mine"); });
    tcp_client proxy(f.io, f.port);
    proxy.send(std::string(line) + std::string(request));
    std::string thrown;
    run_until(f.io, [&] {
      try {
        f.io.poll();
      } catch (std::runtime_error const& e) {
        thrown = e.what();
      }
      return proxy.ended();
    });
    CHECK(thrown == "mine");
    CHECK(proxy.received().starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

}  // namespace behaviour_server_proxy_protocol
