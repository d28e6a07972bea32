// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Headers from one side to the other: added, kept, joined and presented.
#include "behaviour/client/request_setup.hpp"
#include "support/client_and_server.hpp"
#include "support/header_texts.hpp"
#include "support/thrown.hpp"

#include <optional>
#include <string>
#include <vector>

namespace behaviour_message_node_headers {

namespace http = anode::http;
namespace net = boost::asio;
using anode::test::keeping;
using support::client_and_server;
using support::fetched;
using support::http_peer;
using support::lines_of;
using support::merged_of;
using support::server_fixture;
using support::strings;
using support::thrown;
using support::value_of;

namespace {

// Sends a request to a server that records its headers.
struct seen_request {
  strings raw;
  strings merged;
  std::shared_ptr<fetched> answer;
};

seen_request seen_of(client_and_server& f, http::request_options options, bool with_body = false) {
  seen_request seen;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    seen.raw = lines_of(req.raw_headers());
    seen.merged = merged_of(req.headers());
    res.end();
  });
  http::client_request r = f.agent.request(std::move(options));
  if (with_body) {
    r.write("body");
  }
  r.end();
  seen.answer = f.fetch(std::move(r));
  f.settle();
  CHECK(seen.answer->status == 200);
  return seen;
}

http::request_options to_test(std::string const& method = "GET") {
  http::request_options o;
  o.method = method;
  o.host = "test";
  return o;
}

}  // namespace

TEST_CASE("test-http-automatic-headers: only an exactly equal name replaces an automatic header") {
  http::agent_options agent;
  agent.max_sockets = 1;
  client_and_server f({}, agent);
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.set_header("X-Date", "foo");
    res.set_header("X-Connection", "bar");
    res.set_header("X-Content-Length", "baz");
    res.end();
  });
  auto const answer = f.get();
  CHECK(answer->header("X-Date") == "foo");
  CHECK(answer->header("X-Connection") == "bar");
  CHECK(answer->header("X-Content-Length") == "baz");
  CHECK(answer->header("Date") != "none");
  CHECK(answer->header("Connection") == "keep-alive");
  CHECK(answer->header("Content-Length") == "0");
}

TEST_CASE("test-http-client-default-headers-exist: each method has its default headers") {
  for (std::string const method : {"DELETE", "GET", "HEAD", "OPTIONS", "TRACE"}) {
    client_and_server f({}, keeping());
    CHECK(seen_of(f, to_test(method)).merged == strings{"host: test", "connection: keep-alive"});
  }
  for (std::string const method : {"POST", "PUT"}) {
    client_and_server f({}, keeping());
    CHECK(seen_of(f, to_test(method)).merged ==
          strings{"host: test", "connection: keep-alive", "content-length: 0"});
  }
}

TEST_CASE("test-http-client-headers-array: a flat list is complete, pairs get default headers") {
  client_and_server f({}, keeping());
  http::request_options o = to_test();
  o.auth = "foo:bar";
  strings expected{"x-foo: boom", "cookie: a=1; b=2; c=3", "host: test",
                   "authorization: Basic Zm9vOmJhcg==", "connection: keep-alive"};
  strings const flat{"x-foo: boom", "cookie: a=1; b=2; c=3", "host: example.com",
                     "connection: keep-alive"};
  SECTION("pairs with a text") { o.headers = {{"x-foo", "boom"}, {"cookie", "a=1; b=2; c=3"}}; }
  SECTION("pairs with a list") {
    o.headers = {{"x-foo", "boom"}, {"cookie", {"a=1", "b=2", "c=3"}}};
  }
  SECTION("flat with a text") {
    o.headers = {"x-foo", "boom", "cookie", "a=1; b=2; c=3", "host", "example.com"};
    expected = flat;
  }
  SECTION("flat with a list") {
    http::header_value const cookies{"a=1", "b=2", "c=3"};
    o.headers = {"x-foo", "boom", "cookie", cookies, "host", "example.com"};
    expected = flat;
  }
  SECTION("flat with lines") {
    o.headers = {"x-foo", "boom",   "cookie", "a=1",  "cookie",
                 "b=2",   "cookie", "c=3",    "host", "example.com"};
    expected = flat;
  }
  CHECK(seen_of(f, std::move(o)).merged == expected);
}

TEST_CASE("test-http-content-length: the framing of bodies on both sides") {
  client_and_server f({}, keeping());
  strings request;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        request = merged_of(req.headers());
        std::string const body = co_await req.text();
        res.remove_header("Date");
        res.set_header("Keep-Alive", "timeout=1");
        if (req.url() == "/multiple-writes") {
          res.write("hello");
          res.end("world");
        } else if (req.url() == "/end-with-data") {
          res.end("hello world");
        } else {
          res.end();
        }
      });
  auto const exchange = [&](std::string const& path) {
    http::client_request r = f.request("POST", path);
    r.remove_header("Date");
    if (path == "/multiple-writes") {
      r.write("hello ");
      r.end("world");
    } else if (path == "/end-with-data") {
      r.end("hello world");
    } else {
      r.end();
    }
    auto const answer = f.fetch(std::move(r));
    f.settle();
    return lines_of(answer->headers);
  };
  CHECK(exchange("/multiple-writes") ==
        strings{"Keep-Alive: timeout=1", "Connection: keep-alive", "Transfer-Encoding: chunked"});
  CHECK(request == strings{"host: test", "connection: keep-alive", "transfer-encoding: chunked"});
  CHECK(exchange("/end-with-data") ==
        strings{"Keep-Alive: timeout=1", "Connection: keep-alive", "Content-Length: 11"});
  CHECK(request == strings{"host: test", "connection: keep-alive", "content-length: 11"});
  CHECK(exchange("/empty") ==
        strings{"Keep-Alive: timeout=1", "Connection: keep-alive", "Content-Length: 0"});
  CHECK(request == strings{"host: test", "connection: keep-alive", "content-length: 0"});
}

TEST_CASE("test-http-date-header: responses have Date, requests do not") {
  client_and_server f;
  seen_request const seen = seen_of(f, to_test());
  for (std::string const& line : seen.merged) {
    CHECK_FALSE(line.starts_with("date:"));
  }
  CHECK(seen.answer->header("Date") == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("test-http-default-port: Host omits the default port") {
  std::vector<std::uint16_t> ports;
  http::agent_options agent;
  net::io_context io;
  agent.create_connection =
      [&](http::connect_options const& o) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    ports.push_back(o.port);
    co_return nullptr;
  };
  http::agent a(io.get_executor(), agent);
  http::request_options o;
  o.host = "localhost";
  o.default_port = 8080;
  http::client_request r = a.request(o);
  CHECK(r.get_header("host") == http::header_value("localhost"));
  io.poll();
  CHECK(ports == std::vector<std::uint16_t>{8080});
}

TEST_CASE("test-http-dont-set-default-headers: nothing is added, order and case are kept") {
  http::server_options options;
  options.require_host_header = false;
  client_and_server f(options);
  http::request_options o = to_test();
  o.set_default_headers = false;
  o.headers = {"test", "value", "HOST", "localhost", "foo", "bar", "foo", "baz"};
  CHECK(seen_of(f, std::move(o)).raw ==
        strings{"test: value", "HOST: localhost", "foo: bar", "foo: baz"});
}

TEST_CASE(
    "test-http-dont-set-default-headers-with-set-header: set_header adds the given headers only") {
  client_and_server f;
  strings raw;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    raw = lines_of(req.raw_headers());
    res.end();
  });
  http::request_options o = to_test("POST");
  o.set_default_headers = false;
  http::client_request r = f.agent.request(std::move(o));
  r.set_header("test", "value");
  r.set_header("HOST", "localhost");
  r.set_header("foo", {"bar", "baz"});
  r.set_header("connection", "close");
  r.end();
  auto const answer = f.fetch(std::move(r));
  f.settle();
  CHECK(answer->status == 200);
  CHECK(raw ==
        strings{"test: value", "HOST: localhost", "foo: bar", "foo: baz", "connection: close"});
}

TEST_CASE("test-http-dont-set-default-headers-with-setHost: set_host affects Host alone") {
  client_and_server f;
  http::request_options o = to_test("POST");
  o.set_default_headers = false;
  o.set_host = true;
  CHECK(seen_of(f, std::move(o)).raw == strings{"Host: test"});
}

TEST_CASE("test-http-max-headers-count: heads with too many lines are rejected, not truncated") {
  std::string fields;
  for (int i = 0; i < 100; ++i) {
    fields += "key-" + std::to_string(i) + ": value\r\n";
  }
  std::size_t const limit = GENERATE(as<std::size_t>{}, 50, 1500, 0);
  SECTION("of a request") {
    http::server_options options;
    options.max_headers_count = limit;
    server_fixture f(options);
    std::size_t lines = 0;
    f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
      lines = req.headers().size();
      res.end();
    });
    http_peer peer = f.connect();
    f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n");
    CHECK(lines == (limit == 50 ? 0 : 102));
    CHECK(peer.received().starts_with(limit == 50 ? "HTTP/1.1 431 " : "HTTP/1.1 200 "));
  }
  SECTION("of a response") {
    client_and_server f;
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      for (int i = 0; i < 100; ++i) {
        res.set_header("key-" + std::to_string(i), "value");
      }
      res.end();
    });
    http::client_request r = f.request("GET");
    r.set_max_headers_count(limit);
    CHECK(r.max_headers_count() == limit);
    r.end();
    auto const answer = f.fetch(std::move(r));
    f.settle();
    CHECK(answer->headers.size() == (limit == 50 ? 0 : 103));
    CHECK(answer->error == (limit == 50 ? "HPE_HEADER_OVERFLOW" : ""));
  }
}

TEST_CASE("test-http-rawheaders-limit: the limit counts field lines") {
  http::server_options options;
  options.max_headers_count = 50;
  server_fixture f(options);
  int handled = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { ++handled; });
  std::string request = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 65; ++i) {
    request += "X-" + std::to_string(i) + ":v\r\n";
  }
  http_peer peer = f.connect();
  f.say(peer, request + "\r\n");
  CHECK(handled == 0);
  CHECK(peer.received() ==
        "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n");
}

TEST_CASE("test-http-remove-header-stays-removed: a removed header is not added again") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    for (char const* name : {"connection", "transfer-encoding", "content-length", "date"}) {
      res.remove_header(name);
    }
    res.set_header("date", "coffee o clock");
    res.end("beep boop\n");
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(peer.received() == "HTTP/1.1 200 OK\r\ndate: coffee o clock\r\n\r\nbeep boop\n");
  CHECK(peer.ended());
}

TEST_CASE("test-http-invalidheaderfield: names are tokens") {
  client_and_server f;
  http::header_list good{{"testing_123", 123}};
  http::header_list bad{{"testing 123", 123}};
  constexpr auto invalid =
      "ERR_INVALID_HTTP_TOKEN: Header name must be a valid HTTP token [\"testing 123\"]";
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.set_header("testing_123", 123);
    CHECK(thrown([&] { res.set_header("testing 123", 123); }) == invalid);
    res.end("");
  });
  CHECK(f.get("/", good)->status == 200);
  CHECK(thrown([&] { f.request("GET", "/", bad); }) == invalid);
  CHECK(f.get("/", good)->status == 200);
}

TEST_CASE("test-http-response-splitting: a value cannot insert line breaks into a head") {
  std::string const value =
      GENERATE(std::string("welcome\r\nSet-Cookie: foo=bar"), std::string("foo\n"),
               std::string("\rfoo"), std::string("a\0b", 3), std::string("\x0b"));
  server_fixture f;
  strings failures;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    failures.push_back(thrown([&] { res.write_head(200, {{"Location", value}}); }));
    failures.push_back(thrown([&] { res.write_head(200, {"foo", value}); }));
    res.end("ok");
  });
  std::string const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string const ok =
      "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
      "Content-Length: 2\r\n\r\nok";
  http_peer peer = f.connect();
  f.say(peer, get + get + get);
  CHECK(peer.received() == ok + ok + ok);
  REQUIRE(failures.size() == 6);
  CHECK(failures[0] == "ERR_INVALID_CHAR: Invalid character in header content [\"Location\"]");
  CHECK(failures[1] == "ERR_INVALID_CHAR: Invalid character in header content [\"foo\"]");
}

TEST_CASE("test-http-set-cookies: received cookies are a list") {
  client_and_server f;
  f.server.on_request([](http::incoming_message& req, http::server_response& res) {
    if (req.url() == "/one") {
      res.write_head(200, {{"set-cookie", "A"}, {"content-type", "text/plain"}});
    } else {
      res.write_head(200, {"set-cookie", "A", "set-cookie", "B", "content-type", "text/plain"});
    }
    res.end("one\n");
  });
  for (std::string const path : {"/one", "/two"}) {
    auto const answer = f.get(path);
    http::merged_headers const headers(answer->headers);
    CHECK(headers.values("set-cookie").to_vector() ==
          (path == "/one" ? strings{"A"} : strings{"A", "B"}));
    CHECK(value_of(headers, "content-type") == "text/plain");
  }
}

}  // namespace behaviour_message_node_headers
