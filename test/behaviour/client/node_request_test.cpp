// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Requests and their responses, end to end.
#include "behaviour/client/request_setup.hpp"
#include "conformance/client/event_log.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>

namespace behaviour_client_node_request {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using anode::test::keeping;
using support::client_and_server;
using support::client_fixture;
using support::client_log;
using support::event_log;

// Answers with the request as text: "POST /path: body".
net::awaitable<void> say_back(http::incoming_message& req, http::server_response& res) {
  std::string text = std::string(req.method()) + " " + std::string(req.url()) + ": ";
  text += co_await req.text();
  co_await res.end(text);
}

}  // namespace

TEST_CASE(
    "test-http-client-agent-end-close-event: a keep-alive response emits close after it is read") {
  client_and_server f({}, keeping());
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.end("hello"); });
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  log.when("res.close", [&] { CHECK(r.destroyed()); });
  r.end();
  f.settle();
  CHECK(log.pop_events() == "socket, finish, response 200, data, res.end, close, res.close");
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("test-http-client-race: a request made in another's end event gets its own body") {
  client_and_server f({}, keeping());
  f.server.on_request([](http::incoming_message& req, http::server_response& res) {
    res.end(req.url() == "/1" ? "1111111111111111" : "22222");
  });
  client_log first(f.io);
  client_log second(f.io);
  http::client_request other;
  auto r = f.request("GET", "/1");
  first.watch(r);
  first.when("res.end", [&] {
    other = f.request("GET", "/2");
    second.watch(other);
    other.end();
  });
  r.end();
  f.settle();
  CHECK(first.body == "1111111111111111");
  CHECK(second.body == "22222");
}

TEST_CASE("test-http-client-race-2: later requests get their own bodies too") {
  client_and_server f({}, keeping());
  f.server.on_request([](http::incoming_message& req, http::server_response& res) {
    res.end(req.url() == "/1"   ? "1111111111111111"
            : req.url() == "/2" ? "22222"
                                : "3333333333333333333");
  });
  CHECK(f.get("/1")->body == "1111111111111111");
  f.advance(std::chrono::milliseconds(500));
  client_log second(f.io);
  client_log third(f.io);
  http::client_request last;
  auto r = f.request("GET", "/2");
  second.watch(r);
  second.when("res.end", [&] {
    last = f.request("GET", "/3");
    third.watch(last);
    last.end();
  });
  r.end();
  f.settle();
  CHECK(second.body == "22222");
  CHECK(third.body == "3333333333333333333");
}

TEST_CASE("test-http-client-upload: several writes make one body") {
  client_and_server f;
  f.server.on_request(&say_back);
  auto r = f.request("POST");
  r.write("1\n");
  r.write("2\n");
  r.write("3\n");
  r.end();
  auto const got = f.fetch(std::move(r));
  f.settle();
  CHECK(got->body == "POST /: 1\n2\n3\n");
}

TEST_CASE("test-http-client-upload-buf: a buffer is a body") {
  client_and_server f;
  f.server.on_request(&say_back);
  std::string const buffer(1024, '\x80');
  auto r = f.request("POST");
  r.write(buffer);
  r.end();
  auto const got = f.fetch(std::move(r));
  f.settle();
  CHECK(got->body == "POST /: " + buffer);
}

TEST_CASE(
    "test-http-client-with-create-connection: the connector receives the socket path or the port") {
  bool const path = GENERATE(true, false);
  bool const url_path = GENERATE(true, false);
  client_and_server f;
  f.server.on_request(&say_back);
  http::connect_options seen;
  auto const make =
      [&](http::connect_options const& to) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    seen = to;
    auto pair = anode::transport::make_memory_pair(f.io.get_executor(), 65536);
    f.server.emit_connection(std::move(pair.second));
    co_return std::move(pair.first);
  };
  http::request_options o;
  o.create_connection = make;
  if (path) {
    o.socket_path = "/run/some.socket";
  } else {
    o.port = 8080;
  }
  if (url_path) {
    o.path = "/";
  }
  auto r = http::request(f.io.get_executor(), std::move(o));
  r.end();
  auto const got = f.fetch(std::move(r));
  f.settle();
  CHECK(got->body == "GET /: ");
  CHECK(seen.socket_path == (path ? "/run/some.socket" : ""));
  CHECK(seen.port == (path ? 80 : 8080));
  CHECK(seen.host == "localhost");
}

TEST_CASE(
    "test-http-createConnection: a connector completes immediately or later, and can fail either "
    "way") {
  net::io_context io;
  std::deque<support::http_peer> peers;
  bool const later = GENERATE(true, false);
  bool const fails = GENERATE(true, false);
  auto const make =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    if (later) {
      co_await net::post(io, net::use_awaitable);
    }
    if (fails) {
      throw std::runtime_error(later ? "async" : "sync");
    }
    auto pair = anode::transport::make_memory_pair(io.get_executor(), 65536);
    peers.emplace_back(anode::socket(std::move(pair.second)));
    co_return std::move(pair.first);
  };
  http::request_options o;
  o.create_connection = make;
  client_log log(io);
  auto r = http::request(io.get_executor(), std::move(o));
  log.watch(r);
  r.end();
  io.poll();
  if (fails) {
    CHECK(log.pop_events() == "socket, error ECONNRESET, close");
    CHECK(log.error == (later ? "async" : "sync"));
    return;
  }
  REQUIRE(peers.size() == 1);
  CHECK(peers.at(0).received() ==
        "GET / HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n");
}

TEST_CASE("test-http-extra-response: bytes behind a response close the connection") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  std::string const response =
      "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 13\r\nDate: Tue, 15 Nov 1994\r\n\r\n"
      "hello world\r\n";
  f.say(0, response + response);
  std::string const events = f.pop_events();
  CHECK(support::count_of(events, "response 500") == 1);
  CHECK(support::count_of(events, "res.end") == 1);
  CHECK(support::count_of(events, "data hello world\r\n") == 1);
  CHECK(events.find("error") == std::string::npos);
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("test-http-client-leaky-with-double-response: a second response is discarded") {
  client_fixture f(keeping());
  int responses = 0;
  bool closed = false;
  {
    auto r = f.agent.request("GET", "http://test/");
    r.on_close([&] { closed = true; });
    r.on_response([&](http::incoming_message m) {
      ++responses;
      m.dump();
    });
    r.end();
    f.settle();
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"hello\":\"world\"}");
  }
  CHECK(closed);
  REQUIRE(f.agent.totals().free_sockets == 1);
  f.say(0, "HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK(responses == 1);
  CHECK(f.agent.totals().free_sockets == 0);
  CHECK(f.peers.at(0).ended());
}

TEST_CASE(
    "test-http-no-content-length: without a length the body lasts until the end of the "
    "connection") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 ok\r\n\r\nHello");
  f.peers.at(0).end();
  f.settle();
  CHECK(f.pop_events() == "socket, finish, response 200, data Hello, res.end, res.close, close");
  CHECK(f.response.complete());
}

TEST_CASE("test-http-response-status-message: the reason phrase as received, or empty") {
  for (auto const& [line, reason] :
       {std::pair("HTTP/1.1 200 OK", "OK"),
        std::pair("HTTP/1.1 500 Internal Server Error", "Internal Server Error"),
        std::pair("HTTP/1.1 302 Moved Temporarily", "Moved Temporarily"),
        std::pair("HTTP/1.1 200 ", ""), std::pair("HTTP/1.1 200", "")}) {
    INFO(line);
    client_fixture f;
    auto r = f.request("GET");
    r.end();
    f.settle();
    f.say(0, std::string(line) + "\r\n\r\n");
    CHECK(f.response.status_message() == reason);
    f.peers.at(0).end();
    f.settle();
    std::string const events = f.pop_events();
    CHECK(events.find("res.end") != std::string::npos);
    CHECK(events.find("res.aborted") == std::string::npos);
  }
}

TEST_CASE("test-http-request-arguments: options take precedence over the URL") {
  client_fixture f;
  http::request_options o;
  o.host = "localhost";
  o.port = 8080;
  auto r = f.agent.request("http://example.com/testpath", std::move(o));
  CHECK(r.host() == "localhost");
  CHECK(r.path() == "/testpath");
  r.end();
  f.settle();
  CHECK(f.peers.at(0).received() ==
        "GET /testpath HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n");
}

TEST_CASE("test-http-request-end-twice: end after the response has no effect") {
  client_and_server f;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.end("hello"); });
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  log.when("res.end", [&] { r.end(); });
  r.end();
  f.settle();
  CHECK(log.pop_events() == "socket, finish, response 200, data, res.end, res.close, close");
}

TEST_CASE("test-http-request-end: a body given to end") {
  client_and_server f;
  f.server.on_request(&say_back);
  auto r = f.request("POST");
  r.end("Post Body For Test");
  auto const got = f.fetch(std::move(r));
  f.settle();
  CHECK(got->status == 200);
  CHECK(got->body == "POST /: Post Body For Test");
}

TEST_CASE(
    "test-http-request-large-payload: a server can answer and close without reading the body") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.set_header("Connection", "close");
    res.end();
  });
  client_log log(f.io);
  auto r = f.request("POST");
  log.watch(r);
  r.write(std::string(16390, 'x'));
  r.end();
  CHECK_NOTHROW(f.settle());
  CHECK(log.pop_events() == "socket, finish, response 200, res.end, res.close, close");
}

TEST_CASE("test-http-client-encoding: a body, and a server that closes behind it") {
  client_and_server f;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.end("ok");
    f.server.close_idle_connections();
  });
  CHECK(f.get()->body == "ok");
}

TEST_CASE("test-http-client-get-url: a URL as text, as options, and with get") {
  client_and_server f;
  f.server.on_request(&say_back);
  std::string const url = "http://test/foo?bar";
  auto whole = f.agent.request("GET", url);
  whole.end();
  auto const first = f.fetch(std::move(whole));
  http::request_options o;
  o.set_url(url);
  auto parts = f.agent.request(std::move(o));
  parts.end();
  auto const second = f.fetch(std::move(parts));
  std::string third;
  auto const by_get = [&]() -> net::awaitable<void> {
    auto answer = co_await f.agent.get(url);
    third = co_await answer.text();
  };
  net::co_spawn(f.io, by_get(), net::detached);
  f.settle();
  CHECK(first->body == "GET /foo?bar: ");
  CHECK(second->body == "GET /foo?bar: ");
  CHECK(third == "GET /foo?bar: ");
}

TEST_CASE("test-http-client-input-function: a port is sufficient") {
  client_fixture f;
  http::request_options o;
  o.port = 8080;
  auto r = f.watched(f.agent.request(std::move(o)));
  CHECK(r.host() == "localhost");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world");
  CHECK(f.peers.at(0).received() ==
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n");
  CHECK(f.pop_events().find("data hello world") != std::string::npos);
}

TEST_CASE("test-http-client-readable: a user-provided stream carries a request") {
  client_fixture f;
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 Ok\r\nTransfer-Encoding: chunked\r\n\r\n");
  f.say(0, "b\r\nhello world\r\n");
  f.say(0, "0\r\n\r\n");
  f.peers.at(0).end();
  f.settle();
  CHECK(f.pop_events() ==
        "socket, finish, response 200, data hello world, res.end, res.close, close");
}

TEST_CASE("test-http-client-request-options: an unread response, and the request emits close") {
  client_and_server f;
  std::string url;
  std::string foo;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    url = req.url();
    foo = req.headers().get("foo").value_or("none");
    res.end("pong");
  });
  event_log log;
  http::request_options o;
  o.set_url("http://test/ping?q=term");
  o.headers = {{"foo", "Bar"}};
  auto r = f.agent.request(std::move(o));
  r.on_close(log.recorder("close"));
  r.end();
  f.settle();
  CHECK(url == "/ping?q=term");
  CHECK(foo == "Bar");
  CHECK(log.pop_events() == "close");
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("test-http-request-dont-override-options: options are not modified") {
  client_fixture f;
  http::request_options const o;
  auto r = f.agent.request(o);
  r.end();
  f.settle();
  CHECK(f.peers.at(0).received() ==
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(o.method == "GET");
  CHECK(o.host.empty());
  CHECK(o.path.empty());
  CHECK(o.port == 0);
}

TEST_CASE("test-http-request-method-delete-payload: the body of a DELETE is not a second request") {
  client_and_server f;
  std::vector<std::string> asked;
  auto const note = [&](http::incoming_message& req,
                        http::server_response& res) -> net::awaitable<void> {
    std::string const body = co_await req.text();
    asked.push_back(std::string(req.method()) + " " + body);
    res.end();
  };
  f.server.on_request(note);
  auto r = f.request("DELETE", "/", {{"Connection", "keep-alive"}});
  r.write("PUT /smuggled HTTP/1.1\r\nHost: test\r\n\r\n");
  r.end();
  f.settle();
  REQUIRE(asked.size() == 1);
  CHECK(asked.front() == "DELETE PUT /smuggled HTTP/1.1\r\nHost: test\r\n\r\n");
}

TEST_CASE("test-http-proxy: a response is forwarded with its headers") {
  client_and_server f;
  auto const serve = [&](http::incoming_message& req,
                         http::server_response& res) -> net::awaitable<void> {
    if (req.url() == "/backend") {
      http::header_list headers{
          {"hello", "world"}, {"content-type", "text/plain"}, {"set-cookie", {"a=1", "b=2"}}};
      res.write_head(200, headers);
      co_await res.write("hello ");
      co_await res.end("world\n");
      co_return;
    }
    auto up = f.request("GET", "/backend");
    up.end();
    http::incoming_message answer = co_await up.response();
    http::header_list headers;
    for (auto const h : answer.headers()) {
      for (std::string_view const value : h.values) {
        headers.append(h.name, value);
      }
    }
    res.write_head(answer.status_code(), headers);
    while (auto const chunk = co_await answer.read()) {
      co_await res.write(*chunk);
    }
    res.end();
  };
  f.server.on_request(serve);
  auto const got = f.get("/front");
  CHECK(got->status == 200);
  CHECK(got->body == "hello world\n");
  CHECK(got->header("hello") == "world");
  CHECK(got->header("content-type") == "text/plain");
  std::string cookies;
  for (http::field_line const line : got->headers) {
    if (line.name == "set-cookie") {
      cookies.append(line.value).append(";");
    }
  }
  CHECK(cookies == "a=1;b=2;");
}

}  // namespace behaviour_client_node_request
