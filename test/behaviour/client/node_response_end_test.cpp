// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The end of messages that are destroyed, cut off, or complete when their connection closes.
#include "conformance/client/event_log.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>

namespace behaviour_client_node_response_end {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::abort;
using support::client_and_server;
using support::client_fixture;
using support::client_log;
using support::event_log;

}  // namespace

TEST_CASE(
    "test-http-client-spurious-aborted: a complete response is not aborted by a later close") {
  bool const whole = GENERATE(true, false);
  bool const reset = GENERATE(true, false);
  client_fixture f;
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 50\r\n\r\n" +
               std::string(40, 'x'));
  f.pop_events();
  if (whole) {
    f.say(0, std::string(10, 'y'));
  }
  if (reset) {
    f.peers.at(0).reset();
  } else {
    f.peers.at(0).close();
  }
  f.settle();
  std::string const events = f.pop_events();
  CHECK((events.find("res.end") != std::string::npos) == whole);
  CHECK((events.find("res.aborted") == std::string::npos) == whole);
  CHECK((events.find("res.error") == std::string::npos) == whole);
  CHECK(f.response.complete() == whole);
}

TEST_CASE("test-http-outgoing-destroyed: a destroyed response closes without an error") {
  client_and_server f;
  event_log log;
  http::incoming_message* request = nullptr;

  SECTION("the client destroys the response that echoes its body") {
    auto const echo = [&](http::incoming_message& req,
                          http::server_response& res) -> net::awaitable<void> {
      request = &req;
      res.on_error([&](boost::system::error_code) { log.note("error"); });
      res.on_close([&] {
        log.note("close");
        res.end("asd");
      });
      while (auto const chunk = co_await req.read()) {
        co_await res.write(*chunk);
      }
    };
    f.server.on_request(echo);
    auto r = f.request("PUT");
    http::incoming_message answer;
    r.on_response([&](http::incoming_message m) {
      answer = std::move(m);
      answer.destroy();
    });
    r.write("asd");
    f.settle();
    CHECK(request != nullptr);
    CHECK(log.pop_events() == "close");
  }
  SECTION("the handler destroys its response with an error") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.on_close(log.recorder("close"));
      res.destroy(net::error::timed_out);
    });
    CHECK(f.get()->error == "ECONNRESET");
    CHECK(log.pop_events() == "close");
  }
  SECTION("the handler ends, destroys, and ends again") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.on_error([&](boost::system::error_code) { log.note("error"); });
      res.end("whole");
      res.destroy();
      res.end();
    });
    CHECK(f.get()->body == "whole");
    CHECK(log.pop_events().empty());
  }
}

TEST_CASE("test-http-response-close: destroyed is false until close, which is always emitted") {
  client_and_server f;
  client_log log(f.io);
  http::server_response* response = nullptr;

  SECTION("destroyed by the client during the body") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.write_head(200);
      res.write("a");
    });
    auto r = f.request("GET");
    log.watch(r);
    log.when("data", [&] {
      CHECK_FALSE(log.response.destroyed());
      log.response.destroy();
    });
    log.when("res.close", [&] { CHECK(log.response.destroyed()); });
    r.end();
    f.settle();
    CHECK(log.pop_events() == "socket, finish, response 200, data, res.aborted, res.close, close");
  }
  SECTION("complete") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.write_head(200);
      res.end("a");
    });
    auto r = f.request("GET");
    log.watch(r);
    log.when("response", [&] { CHECK_FALSE(log.response.destroyed()); });
    log.when("res.end", [&] { CHECK_FALSE(log.response.destroyed()); });
    log.when("res.close", [&] { CHECK(log.response.destroyed()); });
    r.end();
    f.settle();
    CHECK(log.pop_events() == "socket, finish, response 200, data, res.end, res.close, close");
  }
  SECTION("destroyed by the server before anything is sent") {
    int closed = 0;
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      response = &res;
      res.on_close([&] { ++closed; });
    });
    auto r = f.request("GET");
    log.watch(r);
    r.end();
    f.settle();
    response->destroy();
    f.settle();
    CHECK(closed == 1);
    CHECK(log.pop_events() == "socket, finish, error ECONNRESET, close");
  }
}

TEST_CASE(
    "test-http-server-incomingmessage-destroy: without an answer the client gets ECONNRESET") {
  client_and_server f;
  f.server.on_request([](http::incoming_message& req, http::server_response&) {
    req.destroy(net::error::timed_out);
  });
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  r.end();
  CHECK_NOTHROW(f.settle());
  CHECK(log.pop_events() == "socket, finish, error ECONNRESET, close");
  CHECK(log.error == "socket hang up");
}

TEST_CASE("test-http-server-stale-close: a client that disconnects within its body") {
  client_and_server f;
  event_log log;
  std::exception_ptr failed;
  auto const echo = [&](http::incoming_message& req,
                        http::server_response& res) -> net::awaitable<void> {
    CHECK_FALSE(req.destroyed());
    req.on_close([&] { log.note(req.destroyed() ? "close" : "close too early"); });
    res.write_head(200, {{"Content-Length", 42}});
    res.flush_headers();
    try {
      while (auto const chunk = co_await req.read()) {
        co_await res.write(*chunk);
      }
    } catch (boost::system::system_error const& e) {
      log.note("cut off " + std::string(http::code_name(e.code())));
    }
    res.end();
  };
  f.server.on_request(echo);
  auto r = f.request("POST", "/", {{"Content-Length", 42}});
  r.on_response([&](http::incoming_message m) { m.socket().destroy(); });
  r.write("BAM");
  f.settle();
  CHECK(log.pop_events() == "cut off ECONNRESET, close");
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-req-close-robust-from-tampering: repeated destroy emits close once") {
  client_and_server f;
  event_log log;
  int served = 0;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    ++served;
    req.on_close(log.recorder("req.close"));
    res.on_close(log.recorder("res.close"));
    anode::socket const s = req.socket();
    for (int i = 0; i < 3; ++i) {
      anode::socket(s).destroy();
      req.destroy();
      res.destroy();
    }
  });
  auto r = f.request("POST");
  r.on_error([&](boost::system::error_code) { log.note("error"); });
  r.on_close(log.recorder("close"));
  r.end("hello world");
  f.settle();
  CHECK(served == 1);
  std::string const events = log.pop_events();
  for (char const* event : {"req.close", "res.close", "error"}) {
    INFO(event << " in " << events);
    CHECK(support::count_of(events, event) == 1);
  }
  for (int i = 0; i < 3; ++i) {
    r.destroy();
  }
  f.settle();
  CHECK(log.pop_events().empty());
}

TEST_CASE("test-http-writable-true-after-close: a proxy whose client disconnects ends once") {
  client_and_server backend;
  client_and_server front;
  event_log log;
  http::server_response* pending = nullptr;
  backend.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { pending = &res; });
  auto const forward = [&](http::incoming_message&,
                           http::server_response& res) -> net::awaitable<void> {
    res.on_finish(log.recorder("end"));
    res.on_close(log.recorder("end"));
    auto up = backend.request("GET");
    up.end();
    http::incoming_message answer = co_await up.response();
    while (auto const chunk = co_await answer.read()) {
      co_await res.write(*chunk);
    }
    res.end();
  };
  front.server.on_request(forward);
  client_log outer(front.io);
  auto r = front.request("GET");
  outer.watch(r);
  r.end();
  front.settle();
  backend.settle();
  REQUIRE(pending != nullptr);
  abort(r);
  front.settle();
  pending->end("late");
  for (int i = 0; i < 4; ++i) {
    backend.settle();
    front.settle();
  }
  CHECK(log.pop_events() == "end");
  CHECK(outer.pop_events() == "socket, finish, abort, error ECONNRESET, close");
}

}  // namespace behaviour_client_node_response_end
