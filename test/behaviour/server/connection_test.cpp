// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/http_peer.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <optional>
#include <string>
#include <vector>

namespace behaviour_server_connection {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto bad_request = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
constexpr auto request_timeout = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";
constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// Returns the response to `get` of a handler that ends with a text of five bytes.
std::string answer(std::string const& text) {
  return "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
         "Content-Length: 5\r\n\r\n" +
         text;
}

net::awaitable<void> count_body(http::incoming_message& req, http::server_response& res) {
  std::string const body = co_await req.text();
  res.end("read" + std::to_string(body.size()));
}

void say_hello(http::incoming_message&, http::server_response& res) { res.end("hello"); }

}  // namespace

TEST_CASE("server connection: invalid bytes behind a body in the same read replace the response") {
  server_fixture f;
  f.server.on_request(count_body);
  http_peer peer = f.connect();
  std::string const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";

  SECTION("in one read") {
    f.say(peer, post + "BAD\r\n\r\n");
    CHECK(peer.received() == bad_request);
  }
  SECTION("in two reads") {
    f.say(peer, post);
    f.say(peer, "BAD\r\n\r\n");
    CHECK(peer.received() == answer("read3") + bad_request);
  }
  CHECK(peer.ended());
}

TEST_CASE("server connection: invalid bytes behind an answered request are not answered") {
  server_fixture f;
  f.server.on_request(say_hello);
  http_peer peer = f.connect();
  f.say(peer, std::string(get) + "BAD\r\n\r\n");
  CHECK(peer.received() == answer("hello"));
  CHECK(peer.ended());
}

TEST_CASE("server connection: a request behind invalid bytes is not handled") {
  server_fixture f;
  int handled = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { ++handled; });
  http_peer peer = f.connect();
  f.say(peer, std::string("BAD\r\n\r\n") + get);
  f.say(peer, get);
  CHECK(handled == 0);
  CHECK(peer.received() == bad_request);
}

TEST_CASE("server connection: a request whose response closes the connection is complete") {
  server_fixture f;
  std::vector<std::string> events;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    req.on_end([&] { events.emplace_back("end"); });
    req.on_aborted([&] { events.emplace_back("aborted"); });
    req.on_close([&, &r = req] { events.emplace_back(r.complete() ? "complete" : "cut"); });
    res.set_header("Connection", "close").end("hello");
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(peer.ended());
  CHECK(events == std::vector<std::string>{"end", "complete"});
}

TEST_CASE("server connection: an unread request is aborted when its client disconnects") {
  server_fixture f;
  std::vector<std::string> events;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    req.on_aborted([&] { events.emplace_back("aborted"); });
    req.on_close([&] { events.emplace_back("close"); });
    res.on_close([&] { events.emplace_back("response close"); });
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(events.empty());
  peer.close();
  f.settle();
  CHECK(events == std::vector<std::string>{"aborted", "close", "response close"});
}

TEST_CASE("server connection: a client that half-closes within its request aborts the request") {
  server_fixture f;
  std::optional<std::string> failure;
  f.server.on_request([&](http::incoming_message& req, http::server_response&) {
    return [](http::incoming_message& r, std::optional<std::string>& out) -> net::awaitable<void> {
      try {
        co_await r.text();
      } catch (boost::system::system_error const& e) {
        out = http::code_name(e.code());
        throw;
      }
    }(req, failure);
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  peer.end();
  f.settle();
  // The body cannot be completed: 400, and the handler's failure adds nothing.
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
  CHECK(failure == "ECONNRESET");
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server connection: no response follows the client's half-close") {
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { response = &res; });
  http_peer peer = f.connect();
  f.say(peer, get);
  REQUIRE(response != nullptr);
  peer.end();
  f.settle();
  CHECK(peer.received().empty());
  CHECK(peer.ended());
}

TEST_CASE(
    "server connection: with http_allow_half_open the response is sent, then the connection ends") {
  http::server_options options;
  options.http_allow_half_open = true;
  server_fixture f(options);
  http::server_response* response = nullptr;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { response = &res; });
  http_peer peer = f.connect();
  f.say(peer, get);
  peer.end();
  f.settle();
  REQUIRE(response != nullptr);
  response->end("hello");
  f.settle();
  CHECK(peer.received().ends_with("Content-Length: 5\r\n\r\nhello"));
  CHECK(peer.ended());
}

TEST_CASE("server connection: output written before destroy is sent first") {
  server_fixture f;
  f.server.on_request([](http::incoming_message& req, http::server_response& res) {
    res.end("hello");
    req.socket().destroy();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received() == answer("hello"));
  CHECK(peer.ended());
}

TEST_CASE("server connection: a client_error handler answers on the socket") {
  server_fixture f;
  std::vector<std::string> errors;
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    errors.emplace_back(http::code_name(e.code));
    CHECK(e.bytes_parsed == 1);
    CHECK(e.raw_packet == "BAD\r\n\r\n");
    s.end("HTTP/1.1 400 Custom\r\n\r\n");
  });
  http_peer peer = f.connect();
  f.say(peer, "BAD\r\n\r\n");
  CHECK(peer.received() == "HTTP/1.1 400 Custom\r\n\r\n");
  CHECK(peer.ended());
  CHECK(errors == std::vector<std::string>{"HPE_INVALID_METHOD"});
  peer.end();
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server connection: an error ignored by its handler leaves the connection open") {
  server_fixture f;
  f.server.on_client_error([](http::client_error const&, anode::socket const&) {});
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nA B: c\r\n\r\n");
  f.say(peer, get);
  CHECK(peer.received().empty());
  CHECK_FALSE(peer.ended());
  CHECK(f.server.connection_count() == 1);

  SECTION("until the client closes it") {
    peer.end();
    f.settle();
  }
  SECTION("until too many bytes are discarded") {
    std::string const much(60000, 'x');
    for (int i = 0; i < 20; ++i) {
      f.say(peer, much);
    }
  }
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE(
    "server connection: a timeout ignored by its handler closes the connection at the next check") {
  server_fixture f;
  int calls = 0;
  f.server.on_client_error([&](http::client_error const& e, anode::socket const&) {
    CHECK(e.code == http::error::request_timeout);
    ++calls;
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HT");
  f.advance(59s);
  CHECK(calls == 0);
  f.advance(2s);
  CHECK(calls == 1);
  f.advance(28s);
  CHECK(f.server.connection_count() == 1);
  f.advance(2s);
  CHECK(calls == 1);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server connection: 408 when the head or the rest of a body does not arrive") {
  http::server_options options;
  options.headers_timeout = 300ms;
  options.request_timeout = 600ms;
  options.connections_checking_interval = 50ms;
  server_fixture f(options);
  f.server.on_request(count_body);
  http_peer peer = f.connect();
  SECTION("no byte") {
    f.advance(290ms);
    CHECK_FALSE(peer.ended());
    f.advance(60ms);
  }
  SECTION("a part of the head") {
    f.advance(200ms);
    f.say(peer, "GET / HT");
    f.advance(290ms);
    CHECK_FALSE(peer.ended());
    f.advance(60ms);
  }
  SECTION("a part of the body, which the handler reads") {
    f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    f.advance(590ms);
    CHECK_FALSE(peer.ended());
    f.advance(60ms);
  }
  SECTION("a part of the next head") {
    f.say(peer, std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx") + "GET");
    CHECK(peer.received() == answer("read1"));
    peer.clear();
    f.advance(350ms);
  }
  CHECK(peer.received() == request_timeout);
  CHECK(peer.ended());
}

TEST_CASE("server connection: the socket timeout does not run while a connection is idle") {
  http::server_options options;
  options.timeout = 250ms;
  server_fixture f(options);
  f.server.on_request(say_hello);
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(5s);
  CHECK_FALSE(peer.ended());

  SECTION("it runs again from the next request on") {
    f.say(peer, "GET / HT");
    f.advance(249ms);
    CHECK_FALSE(peer.ended());
    f.advance(2ms);
  }
  SECTION("the keep-alive timeout runs, plus one second") {
    f.advance(999ms);
    CHECK_FALSE(peer.ended());
    f.advance(2ms);
  }
  CHECK(peer.received() == answer("hello"));
  CHECK(peer.ended());
}

TEST_CASE("server connection: stray line ends do not keep an idle connection open") {
  server_fixture f;
  f.server.on_request(say_hello);
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(3s);
  f.say(peer, "\r\n");
  f.advance(2999ms);
  CHECK_FALSE(peer.ended());
  f.advance(2ms);
  CHECK(peer.ended());
}

TEST_CASE("server connection: output does not cause reads beyond the buffer of unread bytes") {
  server_fixture f;
  http::server_response* response = nullptr;
  anode::socket socket;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    response = &res;
    socket = req.socket();
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  REQUIRE(response != nullptr);
  std::string const chunk(65536, 'x');
  for (int i = 0; i < 64; ++i) {
    response->write("out");
    f.say(peer, chunk);
  }
  // The bytes buffered up to the high-water mark, and one read.
  CHECK(socket.bytes_read() < 4 * 65536);
}

TEST_CASE("server connection: a response whose end adds no bytes finishes") {
  server_fixture f;
  int finished = 0;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    res.on_finish([&] { ++finished; });
    return [](bool head, http::server_response& r) -> net::awaitable<void> {
      if (head) {
        co_await r.flush_headers();
        co_await r.drained();
      }
      r.end("hello");
    }(req.method() == "HEAD", res);
  });
  http_peer peer = f.connect();
  f.say(peer, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(finished == 1);
  f.say(peer, get);
  CHECK(finished == 2);
  // The connection is idle, therefore its keep-alive timeout runs.
  f.advance(6001ms);
  CHECK(peer.ended());
}

TEST_CASE("server connection: a body left unread by its handler is discarded behind the response") {
  server_fixture f;
  f.server.on_request(
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        co_await req.read();
        res.end("hello");
      });
  http_peer peer = f.connect();
  std::string const half(30000, 'x');
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + half);
  CHECK(peer.received() == answer("hello"));
  f.say(peer, half + get);
  CHECK(peer.received().ends_with(answer("hello")));
  CHECK_FALSE(peer.ended());
}

TEST_CASE("server connection: more than a megabyte of unread body closes the connection") {
  server_fixture f;
  f.server.on_request(say_hello);
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(peer.received() == answer("hello"));
  std::string const chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  int sent = 0;
  for (; sent < 40 && !peer.ended(); ++sent) {
    f.say(peer, chunk);
  }
  CHECK(sent > 15);
  CHECK(sent < 20);
}

}  // namespace behaviour_server_connection
