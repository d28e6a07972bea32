// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The documented behaviour of ClientRequest while it is sent, item by item.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/run.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace behaviour_client_request_sending {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using namespace anode::test;
using support::client_fixture;
using namespace std::chrono_literals;

int option(anode::socket const& s, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  getsockopt(s.native_handle(), level, name, &value, &size);
  return value;
}

}  // namespace

TEST_CASE("request: headers can be read and changed until they are sent") {
  client_fixture f;
  http::request_options o = options("POST");
  o.headers = {{"X-One", "1"}};
  auto r = f.agent.request(std::move(o));
  r.set_header("X-Two", {"a", "b"}).append_header("x-two", "c");
  r.set_header("X-Gone", "gone");
  CHECK(r.has_header("x-gone"));
  r.remove_header("X-GONE");
  CHECK_FALSE(r.has_header("x-gone"));
  CHECK(r.get_header("x-one")->text() == "1");
  CHECK(r.get_header("x-two")->size() == 3);
  CHECK_FALSE(r.get_header("x-three").has_value());
  CHECK(r.get_header_names() == std::vector<std::string>{"x-one", "host", "x-two"});
  CHECK(r.get_raw_header_names() == std::vector<std::string>{"X-One", "Host", "X-Two"});
  CHECK(r.get_headers().size() == 3);
  CHECK_FALSE(r.headers_sent());
  r.end();
  CHECK(r.headers_sent());
  for (auto const change : {0, 1, 2}) {
    try {
      change == 0   ? static_cast<void>(r.set_header("X", "1"))
      : change == 1 ? static_cast<void>(r.append_header("X", "1"))
                    : static_cast<void>(r.remove_header("X-One"));
      FAIL("changed");
    } catch (http::exception const& e) {
      CHECK(e.code_name() == "ERR_HTTP_HEADERS_SENT");
    }
  }
  CHECK(r.get_header("x-one")->text() == "1");  // Sent headers remain readable.
  f.settle();
  CHECK(f.peers.at(0).received() ==
        "POST / HTTP/1.1\r\nX-One: 1\r\nHost: test\r\nX-Two: a\r\nX-Two: b\r\nX-Two: c\r\n"
        "Connection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("request: its head is sent with the first body bytes, at the end, or when flushed") {
  client_fixture f;
  auto r = f.request("POST");
  f.settle();
  REQUIRE(f.peers.size() == 1);
  CHECK(f.peers.at(0).received().empty());
  SECTION("write") {
    r.write("a");
    f.settle();
    CHECK(f.peers.at(0).received().ends_with("chunked\r\n\r\n1\r\na\r\n"));
  }
  SECTION("end") {
    r.end("a");
    f.settle();
    CHECK(f.peers.at(0).received().ends_with("Content-Length: 1\r\n\r\na"));
  }
  SECTION("flush_headers") {
    r.flush_headers();
    f.settle();
    CHECK(f.peers.at(0).received().ends_with("chunked\r\n\r\n"));
    CHECK(r.headers_sent());
  }
}

TEST_CASE("request: corked writes are sent together as one chunk") {
  client_fixture f;
  auto r = f.request("POST");
  r.flush_headers();
  r.cork();
  r.cork();
  CHECK(r.writable_corked() == 2);
  r.write("ab");
  r.write("cd");
  f.settle();
  CHECK(f.peers.at(0).received().ends_with("\r\n\r\n"));
  r.uncork();
  f.settle();
  CHECK(f.peers.at(0).received().ends_with("\r\n\r\n"));
  r.uncork();
  f.settle();
  CHECK(f.peers.at(0).received().ends_with("\r\n\r\n4\r\nabcd\r\n"));
}

TEST_CASE("request: write reports a full buffer, and drain is emitted when it is empty again") {
  client_fixture f;
  support::event_log log;
  http::request_options o = options("POST");
  o.high_water_mark = 1000;
  auto r = f.agent.request(std::move(o));
  r.on_drain(log.recorder("drain"));
  r.on_finish(log.recorder("finish"));
  CHECK(r.writable_high_water_mark() == 1000);
  CHECK(static_cast<bool>(r.write("small")));
  CHECK_FALSE(static_cast<bool>(r.write(std::string(2000, 'x'))));
  CHECK(r.writable_need_drain());
  CHECK(r.writable_length() > 2000);
  bool room = false;
  auto const wait = [&]() -> net::awaitable<void> {
    co_await r.drained();
    room = true;
  };
  net::co_spawn(f.io, wait(), net::detached);
  f.settle();
  CHECK(log.pop_events() == "drain");
  CHECK(room);
  CHECK_FALSE(r.writable_need_drain());
  CHECK(r.writable_length() == 0);
  CHECK_FALSE(r.writable_ended());
  bool finished = false;
  auto const end = [&]() -> net::awaitable<void> {
    co_await r.end("last");
    co_await r.finished();
    finished = true;
  };
  net::co_spawn(f.io, end(), net::detached);
  f.settle();
  CHECK(r.writable_ended());
  CHECK(r.writable_finished());
  CHECK(log.pop_events() == "finish");
  CHECK(finished);
}

TEST_CASE("request: values of its properties") {
  client_fixture f(keeping());
  http::request_options o = options("post");
  o.path = "/p?q=1";
  auto r = f.agent.request(std::move(o));
  CHECK(std::string(r.method()) + " " + std::string(r.path()) == "POST /p?q=1");
  CHECK(std::string(r.protocol()) + "//" + std::string(r.host()) == "http://test");
  CHECK(r.max_headers_count() == 2000);
  CHECK_FALSE(r.reused_socket());
  CHECK_FALSE(r.destroyed());
  r.end();
  f.settle();
  CHECK(r.socket() != anode::socket());
  auto const first = r.socket();
  f.say(0, ok);
  auto second = f.request("GET");
  second.end();
  f.settle();
  CHECK(second.reused_socket());
  CHECK(second.socket() == first);
  r.destroy();
  CHECK(r.destroyed());
  CHECK_FALSE(second.destroyed());
}

TEST_CASE("request: socket settings apply before the connection and after it") {
  bool const before = GENERATE(true, false);
  net::io_context io;
  http::server server(io.get_executor(),
                      [](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  server.listen(0, "127.0.0.1");
  auto const ask = [&]() -> net::awaitable<void> {
    http::request_options o;
    o.host = "127.0.0.1";
    o.port = server.address().port;
    o.one_shot = true;
    o.method = "POST";
    auto r = http::request(io.get_executor(), std::move(o));
    auto const set = [&] {
      r.set_no_delay(false);
      r.set_socket_keep_alive(true, 7s, 3s, 4);
    };
    if (before) {
      set();
    }
    co_await r.flush_headers();
    r.write("a");
    co_await r.drained();
    while (r.writable_length() > 0 || r.socket().native_handle() < 0) {
      co_await net::post(io, net::use_awaitable);
    }
    if (!before) {
      CHECK(option(r.socket(), IPPROTO_TCP, TCP_NODELAY) != 0);
      set();
    }
    CHECK(option(r.socket(), IPPROTO_TCP, TCP_NODELAY) == 0);
    CHECK(option(r.socket(), SOL_SOCKET, SO_KEEPALIVE) != 0);
    CHECK(option(r.socket(), IPPROTO_TCP, TCP_KEEPIDLE) == 7);
    CHECK(option(r.socket(), IPPROTO_TCP, TCP_KEEPINTVL) == 3);
    CHECK(option(r.socket(), IPPROTO_TCP, TCP_KEEPCNT) == 4);
    r.end();
    auto response = co_await r.response();
    std::string const body = co_await response.text();
    CHECK(body == "ok");
  };
  support::run(io, ask());
}

TEST_CASE("request: a timeout is emitted once the request has a connection, and ends nothing") {
  client_fixture f;
  auto r = f.request("GET");
  int called = 0;
  r.set_timeout(100ms, [&] { ++called; });
  r.end();
  f.settle();
  f.pop_events();
  f.advance(99ms);
  CHECK(called == 0);
  f.advance(1ms);
  CHECK(called == 1);
  CHECK(f.pop_events() == "timeout");
  CHECK_FALSE(r.destroyed());
  f.say(0, ok);
  CHECK(f.pop_events().find("response 200") == 0);
  CHECK_THROWS_AS(r.set_timeout(-1ms), http::exception);
}

TEST_CASE("request: Expect sends the head at once, and a timeout listener can send the body") {
  client_fixture f;
  http::request_options o = options("POST");
  o.headers = {{"Expect", "100-continue"}, {"Content-Length", 4}};
  o.timeout = 500ms;
  auto r = f.watched(f.agent.request(std::move(o)));
  f.settle();
  CHECK(f.peers.at(0).received() ==
        "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\nHost: test\r\n"
        "Connection: close\r\n\r\n");
  r.on_timeout([&] { r.end("body"); });
  f.advance(500ms);
  CHECK(f.peers.at(0).received().ends_with("\r\n\r\nbody"));
  f.say(0, ok);
  CHECK(f.pop_events().find("response 200") != std::string::npos);
}

}  // namespace behaviour_client_request_sending
