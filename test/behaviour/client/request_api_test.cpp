// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The documented behaviour of ClientRequest and its options, item by item.
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/run.hpp"

#include <anode/error.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_fixture;
using namespace std::chrono_literals;

constexpr char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

http::agent_options keeping() {
  http::agent_options o;
  o.keep_alive = true;
  return o;
}

http::request_options options(std::string method = "GET") {
  http::request_options o;
  o.method = std::move(method);
  o.host = "test";
  return o;
}

// Returns the head that results from the options.
std::string head_of(http::request_options o) {
  client_fixture f;
  auto r = f.agent.request(std::move(o));
  r.end();
  f.settle();
  return f.peers.at(0).received();
}

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
                    : r.remove_header("X-One");
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
  r.on_drain(log.noting("drain"));
  r.on_finish(log.noting("finish"));
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
  CHECK(log.told() == "drain");
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
  CHECK(log.told() == "finish");
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
      r.set_socket_keep_alive(true, 7s);
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
  f.told();
  f.advance(99ms);
  CHECK(called == 0);
  f.advance(1ms);
  CHECK(called == 1);
  CHECK(f.told() == "timeout");
  CHECK_FALSE(r.destroyed());
  f.say(0, ok);
  CHECK(f.told().find("response 200") == 0);
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
  CHECK(f.told().find("response 200") != std::string::npos);
}

TEST_CASE("request: a response without a listener is discarded") {
  client_fixture f(keeping());
  auto r = f.agent.request(options());
  support::event_log log;
  r.on_close(log.noting("close"));
  r.end();
  f.settle();
  f.say(0, ok);
  CHECK(log.told() == "close");
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("request: an unread response waits for its reader and ends when it is read") {
  client_fixture f(keeping());
  f.reads = false;
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + std::string(200'000, 'x'));
  std::string const told = f.told();
  CHECK(told == "socket, finish, response 200");
  CHECK_FALSE(f.response.complete());
  CHECK_FALSE(f.response.readable_ended());
  std::string body;
  auto const read = [&]() -> net::awaitable<void> { body = co_await f.response.text(); };
  net::co_spawn(f.io, read(), net::detached);
  f.settle();
  f.say(0, std::string(100'000, 'y'));
  CHECK(body.size() == 300'000);
  CHECK(f.response.complete());
  CHECK(f.response.readable_ended());
  CHECK(f.told() == "res.end, close, res.close");
}

TEST_CASE("request: CONNECT and upgrades without a listener close the connection") {
  bool const connect = GENERATE(true, false);
  client_fixture f(keeping());
  auto r = f.request(connect ? "CONNECT" : "GET", connect ? "host:1" : "/");
  if (!connect) {
    r.set_header("Connection", "Upgrade");
    r.set_header("Upgrade", "x");
  }
  r.end();
  f.settle();
  f.told();
  f.say(0, connect ? "HTTP/1.1 200 OK\r\n\r\n"
                   : "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(f.told() == "close");
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("request: responses that leave HTTP have a reason phrase") {
  bool const connect = GENERATE(true, false);
  client_fixture f(keeping());
  auto r = f.request(connect ? "CONNECT" : "GET", connect ? "host:1" : "/");
  if (!connect) {
    r.set_header("Connection", "Upgrade");
    r.set_header("Upgrade", "x");
  }
  std::string reason;
  auto const take = [&](http::incoming_message m, anode::socket) { reason = m.status_message(); };
  r.on_connect(take);
  r.on_upgrade(take);
  r.end();
  f.settle();
  f.say(0, connect ? "HTTP/1.1 200 Go on\r\n\r\n"
                   : "HTTP/1.1 101 Go on\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(reason == "Go on");
}

TEST_CASE("request: upgraded() returns the response and the socket, or the refusal") {
  client_fixture f(keeping());
  http::request_options o = options();
  o.headers = {{"Connection", "Upgrade"}, {"Upgrade", "x"}};
  auto r = f.agent.request(std::move(o));
  r.end();
  bool const agrees = GENERATE(true, false);
  bool upgraded = !agrees;
  std::string rest;
  auto const wait = [&]() -> net::awaitable<void> {
    auto result = co_await r.upgraded();
    upgraded = static_cast<bool>(result);
    if (upgraded) {
      rest = result.socket().buffered();
    } else {
      rest = co_await result.response().text();
    }
  };
  net::co_spawn(f.io, wait(), net::detached);
  f.settle();
  f.say(0, agrees ? "HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nfirst" : ok);
  CHECK(upgraded == agrees);
  CHECK(rest == (agrees ? "first" : "ok"));
}

TEST_CASE("request: upgraded() can be awaited after the response has arrived") {
  bool const dropped = GENERATE(true, false);
  client_fixture f(keeping());
  http::request_options o = options("CONNECT");
  o.path = "host:1";
  auto r = f.agent.request(std::move(o));
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\n\r\nfirst");
  CHECK_FALSE(f.peers.at(0).ended());
  CHECK(f.agent.totals().sockets == 0);
  if (dropped) {
    r = {};
    f.settle();
    CHECK(f.peers.at(0).ended());
    return;
  }
  std::string first;
  auto const wait = [&]() -> net::awaitable<void> {
    auto result = co_await r.upgraded();
    first = result.socket().buffered();
  };
  net::co_spawn(f.io, wait(), net::detached);
  f.settle();
  CHECK(first == "first");
  CHECK(f.peers.at(0).ended());  // The last handle was destroyed.
}

TEST_CASE("request options: Host and the other default headers") {
  CHECK(head_of(options()) == "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  http::request_options o = options();
  o.set_host = false;
  CHECK(head_of(std::move(o)) == "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  o = options("POST");
  o.set_default_headers = false;
  CHECK(head_of(std::move(o)) == "POST / HTTP/1.1\r\n\r\n");
  o = options("POST");
  o.set_default_headers = false;
  o.set_host = true;
  CHECK(head_of(std::move(o)) == "POST / HTTP/1.1\r\nHost: test\r\n\r\n");
  o = options();
  o.auth = "user:pass";
  o.port = 8080;
  o.default_port = 8080;
  CHECK(head_of(std::move(o)) ==
        "GET / HTTP/1.1\r\nHost: test\r\nAuthorization: Basic dXNlcjpwYXNz\r\n"
        "Connection: close\r\n\r\n");
  o = options();
  o.headers = {{"X-List", {"a", "b"}}};
  o.unique_headers = {"x-list"};
  CHECK(head_of(std::move(o)) ==
        "GET / HTTP/1.1\r\nX-List: a; b\r\nHost: test\r\nConnection: close\r\n\r\n");
}

TEST_CASE("request options: invalid protocols and numbers are rejected") {
  client_fixture f;
  http::request_options o = options();
  o.protocol = "https:";
  try {
    f.agent.request(std::move(o));
    FAIL("accepted");
  } catch (http::exception const& e) {
    CHECK(e.code_name() == "ERR_INVALID_PROTOCOL");
    CHECK(std::string(e.what()) == "Protocol \"https:\" not supported. Expected \"http:\"");
  }
  o = options();
  o.timeout = -1ms;
  CHECK_THROWS_AS(f.agent.request(std::move(o)), http::exception);
  CHECK_THROWS_AS(f.agent.request("GET", "not a url"), http::exception);
  f.settle();
  CHECK(f.peers.empty());
}

TEST_CASE("request options: limits and leniency of the response's parser") {
  std::string const folded = "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n";
  std::string const twice = "HTTP/1.1 200 OK\r\nAge: 1\r\nAge: 2\r\nContent-Length: 0\r\n\r\n";
  std::string const large =
      "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\nContent-Length: 0\r\n\r\n";
  auto const get = [](http::request_options o, std::string const& bytes, auto&& look) {
    client_fixture f;
    auto r = f.watched(f.agent.request(std::move(o)));
    r.end();
    f.settle();
    f.say(0, bytes);
    std::string const told = f.told();
    if (f.response) {
      look(f.response);
    }
    return told.find("response 200") != std::string::npos;
  };
  auto const ignore = [](http::incoming_message&) {};

  CHECK_FALSE(get(options(), folded, ignore));
  http::request_options o = options();
  o.insecure_http_parser = true;
  CHECK(get(std::move(o), folded, ignore));

  CHECK(get(options(), twice,
            [](http::incoming_message& m) { CHECK(m.headers().get("age") == "1"); }));
  o = options();
  o.join_duplicate_headers = true;
  CHECK(get(std::move(o), twice,
            [](http::incoming_message& m) { CHECK(m.headers().get("age") == "1, 2"); }));

  CHECK_FALSE(get(options(), large, ignore));
  o = options();
  o.max_header_size = 32768;
  CHECK(get(std::move(o), large, ignore));

  client_fixture f;
  auto r = f.request("GET");
  r.set_max_headers_count(3);
  CHECK(r.max_headers_count() == 3);
  r.end();
  f.settle();
  f.told();
  f.say(0, "HTTP/1.1 200 OK\r\na: 1\r\nb: 2\r\nc: 3\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.told() == "error HPE_HEADER_OVERFLOW, close");
}

TEST_CASE("request: the errors that Node names") {
  client_fixture f(keeping());
  std::string message;
  auto r = f.request("GET");
  r.on_request_error([&](http::request_error const& e) { message = e.what(); });
  r.end();
  f.settle();
  f.peers.at(0).end();
  f.settle();
  CHECK(message == "socket hang up");
  auto second = f.request("GET");
  second.end();
  f.settle();
  f.say(1, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  boost::system::error_code ec;
  f.response.on_error([&](boost::system::error_code e) { ec = e; });
  f.peers.at(1).end();
  f.settle();
  CHECK(http::code_name(ec) == "ECONNRESET");
}
