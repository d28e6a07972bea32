// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Failures of connections, of peers, and of user functions.
#include "support/client_and_server.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace behaviour_server_node_failures {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::count_of;
using support::http_peer;
using support::server_fixture;

namespace {

using strings = std::vector<std::string>;

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto bad_request = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("test-http-exceptions: a handler that throws answers 500, and the server continues") {
  client_and_server f;
  int calls = 0;
  bool fails = true;
  f.server.on_error([&](std::exception_ptr) { ++calls; });
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    if (fails) {
      throw std::runtime_error("foo");
    }
    res.end("served");
  });
  for (int i = 1; i <= 4; ++i) {
    CHECK(f.get()->status == 500);
    CHECK(calls == i);
  }
  fails = false;
  CHECK(f.get()->body == "served");
}

TEST_CASE("server errors: a reset during a request is its cause") {
  bool const reset = GENERATE(true, false);
  server_fixture f;
  boost::system::error_code error;
  boost::system::error_code cause;
  f.server.on_request([&](http::incoming_message& req, http::server_response&) {
    CHECK(req.cause() == nullptr);
    req.on_error([&](boost::system::error_code ec) {
      error = ec;
      if (std::exception_ptr const behind = req.cause()) {
        try {
          std::rethrow_exception(behind);
        } catch (boost::system::system_error const& e) {
          cause = e.code();
        }
      }
    });
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  if (reset) {
    peer.reset();
  } else {
    peer.end();  // Node too has no cause for it
  }
  f.settle();
  CHECK(error == http::error::connection_reset);
  CHECK(cause == (reset ? boost::system::error_code(net::error::connection_reset)
                        : boost::system::error_code()));
}

TEST_CASE("test-http-header-badrequest: an error after a head is not answered with another head") {
  server_fixture f;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.write("asd"); });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.say(peer, "BAD\r\n\r\n");
  CHECK(count_of(peer.received(), "HTTP/1.1") == 1);
  CHECK(peer.received().ends_with("\r\n\r\n3\r\nasd\r\n"));
  CHECK(peer.ended());
}

TEST_CASE(
    "test-http-outgoing-message-capture-rejection: an exception during the body cuts it off") {
  client_and_server f;
  int calls = 0;
  f.server.on_error([&](std::exception_ptr) { ++calls; });
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        std::string const block(1024, 'x');
        bool room = true;
        while (room) {
          room = static_cast<bool>(res.write(block));
        }
        co_await res.drained();
        throw std::runtime_error("kaboom");
      });
  auto const answer = f.get();
  CHECK(answer->status == 200);
  CHECK(answer->error == "ECONNRESET");
  CHECK(calls == 1);
}

TEST_CASE("test-http-server-capture-rejections: a coroutine that throws") {
  client_and_server f;
  std::string path;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        if (req.url() == "/head") {
          res.write_head(200, {"Content-Type", "application/json"});
        } else {
          res.set_header("Content-Type", "application/json");
        }
        if (req.url() == "/body") {
          co_await res.write("{");
        }
        throw std::runtime_error("kaboom");
      });
  SECTION("before the head is fixed: answers 500 without the headers that it had set") {
    auto const answer = f.get("/");
    CHECK(answer->status == 500);
    CHECK(answer->body == "Internal Server Error");
    CHECK(answer->header("Content-Type") == "none");
  }
  SECTION("before the head is sent: answers 500") {
    auto const answer = f.get("/head");
    CHECK(answer->status == 500);
    CHECK(answer->header("Content-Type") == "none");
  }
  SECTION("during the body: cuts it off") {
    auto const answer = f.get("/body");
    CHECK(answer->status == 200);
    CHECK(answer->header("Content-Type") == "application/json");
    CHECK(answer->error == "ECONNRESET");
  }
}

TEST_CASE("test-http-server-client-error: the error handler answers on the socket") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end(); });
  int calls = 0;
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    ++calls;
    CHECK(http::code_name(e.code) == "HPE_INVALID_METHOD");
    CHECK(e.bytes_parsed == 1);
    CHECK(e.message == "Parse Error: Invalid method encountered");
    CHECK(e.raw_packet == "Oopsie-doopsie\r\n");
    s.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take().starts_with("HTTP/1.1 200 OK\r\n"));
  f.say(peer, "Oopsie-doopsie\r\n");
  CHECK(calls == 1);
  CHECK(peer.received() == "HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK(peer.ended());
}

TEST_CASE(
    "test-http-server-destroy-socket-on-client-error: without a handler the response is 400") {
  server_fixture f;
  int calls = 0;
  http::server_trace trace;
  trace.client_error = [&](http::client_error const& e, anode::socket const&) {
    ++calls;
    CHECK(http::code_name(e.code) == "HPE_INVALID_METHOD");
    CHECK(e.bytes_parsed == 1);
    CHECK(e.message == "Parse Error: Invalid method encountered");
    CHECK(e.raw_packet == "FOO /\r\n");
  };
  f.server.set_trace(std::move(trace));
  http_peer peer = f.connect();
  f.say(peer, "FOO /\r\n");
  CHECK(calls == 1);
  CHECK(peer.received() == bad_request);
  CHECK(peer.ended());
}

TEST_CASE("test-http-server-multiple-client-error: bytes behind an error cause no second error") {
  server_fixture f;
  strings packets;
  int handled = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { ++handled; });
  f.server.on_client_error([&](http::client_error const& e, anode::socket s) {
    CHECK(http::code_name(e.code) == "HPE_INVALID_METHOD");
    packets.emplace_back(e.raw_packet);
    s.destroy();
  });
  http_peer peer = f.connect();
  f.say(peer, "1");
  f.say(peer, "23 http://example.com HTTP/1.1\r\n\r\n");
  CHECK(packets == strings{"1"});
  CHECK(handled == 0);
  CHECK(peer.ended());
}

TEST_CASE(
    "test-http-socket-error-listeners: a failed connection that is left open ends with its "
    "client") {
  server_fixture f;
  strings packets;
  f.server.on_client_error([&](http::client_error const& e, anode::socket) {
    CHECK(http::code_name(e.code) == "HPE_INVALID_METHOD");
    packets.emplace_back(e.raw_packet);
  });
  http_peer peer = f.connect();
  for (int i = 0; i < 21; ++i) {
    f.say(peer, "*");
  }
  CHECK(packets == strings{"*"});
  CHECK(f.server.connection_count() == 1);
  peer.end();
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

}  // namespace behaviour_server_node_failures
