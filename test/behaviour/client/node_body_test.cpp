// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Bodies and headers as bytes, trailers, and bodies that can no longer be sent.
#include "conformance/client/event_log.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

namespace behaviour_client_node_body {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_and_server;
using support::client_fixture;
using support::client_log;

net::awaitable<void> say_back(http::incoming_message& req, http::server_response& res) {
  std::string const text = co_await req.text();
  co_await res.end(text);
}

}  // namespace

TEST_CASE("test-http-default-encoding: text is sent as its bytes") {
  client_and_server f;
  f.server.on_request(&say_back);
  std::string const text = "This is a unicode text: \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85";
  auto r = f.request("POST");
  r.end(text);
  auto const got = f.fetch(std::move(r));
  f.settle();
  CHECK(got->body == text);
}

TEST_CASE("test-http-chunked: a long text of multi-byte characters arrives whole") {
  client_and_server f;
  std::string text;
  for (int i = 0; i < 4000; ++i) {
    text += "\xd0\x94\xe2\x82\xac\xf0\x9f\x98\x80 ";
  }
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"Content-Type", "text/plain; charset=utf8"}});
    res.end(text);
  });
  CHECK(f.get()->body == text);
}

TEST_CASE("test-http-chunk-problem: ten MiB in chunks of any size") {
  client_and_server f;
  std::size_t const size = 10 * 1024 * 1024;
  auto const serve = [&](http::incoming_message&,
                         http::server_response& res) -> net::awaitable<void> {
    res.write_head(200);
    std::string const zeros(70001, '\0');
    std::size_t sent = 0;
    for (std::size_t n = 1; sent < size; n = n * 7 % 70001 + 1) {
      std::size_t const chunk = std::min(n, size - sent);
      co_await res.write(std::string_view(zeros).substr(0, chunk));
      sent += chunk;
    }
    res.end();
  };
  f.server.on_request(serve);
  auto const got = f.get();
  CHECK(got->header("Transfer-Encoding") == "chunked");
  CHECK(got->body.size() == size);
  CHECK(got->body.find_first_not_of('\0') == std::string::npos);
}

TEST_CASE("test-http-hex-write: writes keep their order in a body with Content-Length") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.set_header("content-length", 9);
    res.write("hex\n");
    res.write("utf8\n");
    res.end();
  });
  CHECK(f.get()->body == "hex\nutf8\n");
}

TEST_CASE("test-http-header-obstext: a header value can have bytes from 0x80") {
  client_and_server f;
  std::string seen;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    seen = req.headers().get("test").value_or("none");
    res.end();
  });
  CHECK(f.get("/", {{"Test", "D\xfcsseldorf"}})->status == 200);
  CHECK(seen == "D\xfcsseldorf");
}

TEST_CASE("test-http-set-trailers: trailers are available when the body has ended") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"content-type", "text/plain"}});
    res.add_trailers({{"x-foo", "bar"}});
    res.write("stuff");
    res.end("\n");
  });
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  log.when("response", [&] { CHECK(log.response.trailers().empty()); });
  log.when("res.end", [&] { CHECK(log.response.trailers().get("x-foo") == "bar"); });
  r.end();
  f.settle();
  CHECK(log.body == "stuff\n");
  REQUIRE(log.response.raw_trailers().size() == 1);
  CHECK(log.response.raw_trailers()[0].name == "x-foo");
}

TEST_CASE("client trailers: the trailers of a request reach the server behind its chunked body") {
  client_and_server f;
  std::string seen;
  auto const serve = [&](http::incoming_message& req,
                         http::server_response& res) -> net::awaitable<void> {
    std::string const body = co_await req.text();
    seen = body + " " + std::string(req.trailers().get("x-sum").value_or("none"));
    res.end();
  };
  f.server.on_request(serve);
  auto r = f.request("POST");
  r.write("ab");
  r.write("c");
  r.add_trailers({{"X-Sum", "3"}});
  r.end();
  auto const got = f.fetch(std::move(r));
  f.settle();
  CHECK(got->status == 200);
  CHECK(seen == "abc 3");
}

TEST_CASE("test-http-destroyed-socket-write2: writing to a lost connection causes one error") {
  client_and_server f;
  auto const serve = [](http::incoming_message& req,
                        http::server_response& res) -> net::awaitable<void> {
    co_await req.read();
    res.destroy();
  };
  f.server.on_request(serve);
  client_log log(f.io);
  auto r = f.request("POST", "/some/path");
  log.watch(r);
  r.write("hello");
  f.settle();
  r.write("hello");
  f.settle();
  r.write("hello");
  f.settle();
  CHECK(log.pop_events() == "socket, error ECONNRESET, close");
  CHECK(r.writable_length() == 0);
}

}  // namespace behaviour_client_node_body
