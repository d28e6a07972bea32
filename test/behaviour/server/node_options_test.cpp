// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The effect and the default of each option of a server.

#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace behaviour_server_node_options {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto too_large =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n";

void hello(http::incoming_message&, http::server_response& res) { res.end("hello"); }

// Returns the response of a server with these options to `sent`, on a new connection.
std::string answer(http::server_options options, std::string_view sent,
                   http::handler handler = http::handler(hello)) {
  server_fixture f(std::move(options));
  f.server.on_request(std::move(handler));
  http_peer peer = f.connect();
  f.say(peer, sent);
  return peer.received();
}

// Returns a socket option of the system's socket that a server with these options accepted.
int accepted_option(http::server_options const& options, int level, int name) {
  net::io_context io;
  http::server server(io.get_executor(), options, hello);
  int value = -1;
  server.on_connection([&](anode::socket s) {
    socklen_t size = sizeof value;
    ::getsockopt(s.native_handle(), level, name, &value, &size);
    s.destroy();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  net::ip::tcp::socket client(io);
  client.async_connect({net::ip::address_v4::loopback(), server.address().port},
                       [](boost::system::error_code) {});
  io.run();
  return value;
}

}  // namespace

TEST_CASE("server options: defaults") {
  http::server_options const o;
  CHECK(o.connections_checking_interval == 30s);
  CHECK_FALSE(o.headers_timeout);
  CHECK(o.high_water_mark == 65536);
  CHECK_FALSE(o.insecure_http_parser);
  CHECK_FALSE(o.join_duplicate_headers);
  CHECK_FALSE(o.keep_alive);
  CHECK(o.keep_alive_count == 0);
  CHECK(o.keep_alive_initial_delay == 0s);
  CHECK(o.keep_alive_interval == 0s);
  CHECK(o.keep_alive_timeout == 5s);
  CHECK_FALSE(o.drain_idle_timeout);
  CHECK(o.max_connections == 0);
  CHECK(o.max_text_size == 1048576);
  CHECK(o.max_header_size == 16384);
  CHECK(o.max_headers_count == 2000);
  CHECK(o.max_requests_per_socket == 0);
  CHECK(o.no_delay);
  CHECK(o.request_timeout == 300s);
  CHECK(o.require_host_header);
  CHECK_FALSE(o.reject_non_standard_body_writes);
  CHECK(o.timeout == 0s);
  CHECK(o.unique_headers.empty());
  CHECK_FALSE(o.upgrade_requests);
  CHECK(http::listen_options().backlog == 511);
}

TEST_CASE("server options: headers_timeout is the smaller of a minute and request_timeout") {
  auto const ends_after = [](http::server_options o, std::chrono::milliseconds time) {
    o.connections_checking_interval = 1s;
    server_fixture f(o);
    http_peer peer = f.connect();
    f.say(peer, "GET / HT");
    f.advance(time - 1ms);
    bool const early = peer.ended();
    f.advance(1001ms);
    return !early && peer.ended();
  };
  http::server_options o;
  CHECK(ends_after(o, 60s));
  o.request_timeout = 20s;
  CHECK(ends_after(o, 20s));
  o.headers_timeout = 10s;
  CHECK(ends_after(o, 10s));
  o.headers_timeout = 30s;
  CHECK_THROWS_AS(server_fixture(o), http::exception);
}

TEST_CASE("server options: the periodic check finds expired connections") {
  http::server_options o;
  o.headers_timeout = 1s;
  o.connections_checking_interval = 10s;
  server_fixture f(o);
  http_peer peer = f.connect();
  f.say(peer, "GET / HT");
  f.advance(9999ms);
  CHECK_FALSE(peer.ended());
  f.advance(2ms);
  CHECK(peer.ended());
}

TEST_CASE("server options: max_header_size") {
  http::server_options o;
  std::string const head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  CHECK(answer(o, head + std::string(16000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer(o, head + std::string(17000, 'x') + "\r\n\r\n") == too_large);
  o.max_header_size = 100;
  CHECK(answer(o, head + std::string(80, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer(o, head + std::string(200, 'x') + "\r\n\r\n") == too_large);
  o.max_header_size = 0;  // the default
  CHECK(answer(o, head + std::string(16000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer(o, head + std::string(17000, 'x') + "\r\n\r\n") == too_large);
}

TEST_CASE("server options: max_headers_count") {
  auto const with = [](int lines) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < lines; ++i) {
      head += "X: y\r\n";
    }
    return head + "\r\n";
  };
  http::server_options o;
  CHECK(answer(o, with(1999)).starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer(o, with(2000)) == too_large);
  o.max_headers_count = 50;
  CHECK(answer(o, with(49)).starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer(o, with(50)) == too_large);
  o.max_headers_count = 0;
  CHECK(answer(o, with(4000)).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("server options: insecure_http_parser") {
  http::server_options o;
  std::string const odd = "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n";
  http::handler const echo = [](http::incoming_message& req, http::server_response& res) {
    res.end(*req.headers().get("x"));
  };
  CHECK(answer(o, odd, echo) == "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  o.insecure_http_parser = true;
  CHECK(answer(o, odd, echo).ends_with("\r\n\r\na\x01z"));
}

TEST_CASE("server options: join_duplicate_headers") {
  http::server_options o;
  std::string const twice =
      "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: 1\r\nAuthorization: 2\r\n\r\n";
  http::handler const echo = [](http::incoming_message& req, http::server_response& res) {
    res.end(*req.headers().get("authorization"));
  };
  CHECK(answer(o, twice, echo).ends_with("\r\n\r\n1"));
  o.join_duplicate_headers = true;
  CHECK(answer(o, twice, echo).ends_with("\r\n\r\n1, 2"));
}

TEST_CASE("server options: unique_headers") {
  http::server_options o;
  o.unique_headers = {"X-List", "set-cookie"};
  http::handler const lists = [](http::incoming_message&, http::server_response& res) {
    res.set_header("x-list", std::vector<std::string>{"a", "b"});
    res.set_header("Set-Cookie", std::vector<std::string>{"c", "d"});
    res.set_header("x-other", std::vector<std::string>{"e", "f"});
    res.end("ok");
  };
  CHECK(answer(o, get, lists)
            .starts_with("HTTP/1.1 200 OK\r\nx-list: a; b\r\nSet-Cookie: c; d\r\nx-other: e\r\n"
                         "x-other: f\r\nDate: "));
}

TEST_CASE("server options: reject_non_standard_body_writes") {
  http::server_options o;
  std::string what = "nothing";
  http::handler const writes = [&](http::incoming_message&, http::server_response& res) {
    try {
      res.write("x");
    } catch (http::exception const& e) {
      what = http::code_name(e.code());
    }
    res.end();
  };
  constexpr auto head = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
  answer(o, head, writes);
  CHECK(what == "nothing");
  o.reject_non_standard_body_writes = true;
  CHECK(answer(o, head, writes).ends_with("\r\n\r\n"));
  CHECK(what == "ERR_HTTP_BODY_NOT_ALLOWED");
}

TEST_CASE("server options: keep_alive and its delay apply to the system's sockets") {
  http::server_options o;
  CHECK(accepted_option(o, SOL_SOCKET, SO_KEEPALIVE) == 0);
  o.keep_alive = true;
  o.keep_alive_initial_delay = 77s;
  CHECK(accepted_option(o, SOL_SOCKET, SO_KEEPALIVE) != 0);
  CHECK(accepted_option(o, IPPROTO_TCP, TCP_KEEPIDLE) == 77);
  o.keep_alive_interval = 5s;
  o.keep_alive_count = 3;
  CHECK(accepted_option(o, IPPROTO_TCP, TCP_KEEPINTVL) == 5);
  CHECK(accepted_option(o, IPPROTO_TCP, TCP_KEEPCNT) == 3);
}

TEST_CASE("server options: keep_alive_timeout of zero keeps idle connections open") {
  http::server_options o;
  o.keep_alive_timeout = 0ms;
  server_fixture f(o);
  f.server.on_request(hello);
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take() ==
        "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello");
  f.advance(24h);
  CHECK_FALSE(peer.ended());
}

TEST_CASE("server options: changes apply to new connections") {
  server_fixture f;
  f.server.on_request(hello);
  http::server_options o = f.server.options();
  o.timeout = 1s;
  http_peer before = f.connect();
  f.settle();
  f.server.set_options(o);
  CHECK(f.server.options().timeout == 1s);
  http_peer after = f.connect();
  f.settle();
  f.advance(1001ms);
  CHECK_FALSE(before.ended());
  CHECK(after.ended());
  o.keep_alive_timeout = 2s;
  f.server.set_options(o);
  http_peer short_lived = f.connect();
  f.say(short_lived, get);
  CHECK(short_lived.received().find("Keep-Alive: timeout=2\r\n") != std::string::npos);
  f.advance(3001ms);
  CHECK(short_lived.ended());
}

TEST_CASE("server options: no socket timeout by default, and zero means none") {
  for (bool const set : {false, true}) {
    server_fixture f;
    if (set) {
      f.server.set_timeout(1s);
      f.server.set_timeout(0s);
    }
    f.server.on_request([](http::incoming_message&, http::server_response&) {});
    http_peer peer = f.connect();
    f.say(peer, get);
    f.advance(24h);
    CHECK_FALSE(peer.ended());
  }
}

TEST_CASE("server options: the backlog reaches the system") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  http::listen_options o;
  o.host = "127.0.0.1";
  o.backlog = 7;
  server.listen(o);
  // The listening socket is the one bound to this port.
  std::optional<unsigned> found;
  for (int fd = 0; fd < 1024 && !found; ++fd) {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    int listens = 0;
    socklen_t int_size = sizeof listens;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0 &&
        at.sin_family == AF_INET && ntohs(at.sin_port) == server.address().port &&
        ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &int_size) == 0 && listens != 0) {
      tcp_info info{};
      socklen_t info_size = sizeof info;
      REQUIRE(::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_size) == 0);
      found = info.tcpi_sacked;  // of a listening socket: the maximum queue length
    }
  }
  CHECK(found == 7u);
}

TEST_CASE("server options: max_text_size limits text and bytes that name no limit themselves") {
  http::server_options o;
  o.max_text_size = 4;
  server_fixture f(o);
  f.server.on_error([](std::exception_ptr const&) {});
  f.server.on_request(
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        std::size_t size = 0;
        if (req.url() == "/text") {
          std::string const text = co_await req.text();
          size = text.size();
        } else if (req.url() == "/bytes") {
          std::vector<std::byte> const bytes = co_await req.bytes();
          size = bytes.size();
        } else {
          std::string const text = co_await req.text(10);
          size = text.size();
        }
        co_await res.end(std::to_string(size));
      });
  auto const answer = [&](std::string_view path, std::string_view body) {
    http_peer peer = f.connect();
    f.say(peer, "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    return peer.take().substr(9, 3);
  };
  CHECK(answer("/text", "1234") == "200");
  CHECK(answer("/text", "12345") == "413");
  CHECK(answer("/bytes", "1234") == "200");
  CHECK(answer("/bytes", "12345") == "413");
  CHECK(answer("/other", "12345") == "200");
  CHECK(f.server.options().max_text_size == 4);
  // The option applies to later requests.
  o.max_text_size = 5;
  f.server.set_options(o);
  CHECK(answer("/text", "12345") == "200");
}

}  // namespace behaviour_server_node_options
