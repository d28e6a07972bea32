// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Received messages: reading them, leaving them unread, and destroying them.
#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <optional>
#include <string>

namespace behaviour_message_node_incoming {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

void watch(http::incoming_message& m, event_log& log, std::string const& who = "") {
  m.on_end(log.recorder(who + "end"));
  m.on_aborted(log.recorder(who + "aborted"));
  m.on_error([&log, who](boost::system::error_code ec) {
    log.note(who + "error " + std::string(http::code_name(ec)));
  });
  m.on_close(log.recorder(who + "close"));
}

// Reads the whole body and records its segments.
net::awaitable<void> read_all(http::incoming_message& m, event_log& log) {
  while (auto const chunk = co_await m.read()) {
    log.note("data " + std::string(*chunk));
  }
}

// A request whose response the test handles.
struct one_request {
  one_request(client_and_server& f, std::string_view method = "GET") : r(f.request(method)) {
    r.on_response([this](http::incoming_message m) {
      response = std::move(m);
      if (then) {
        then();
      }
    });
  }

  http::client_request r;
  http::incoming_message response;
  std::function<void()> then;
};

}  // namespace

TEST_CASE("test-http-client-finished: a destroyed response ends once") {
  client_and_server f;
  event_log log;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.write("asd"); });
  one_request one(f);
  one.then = [&] { watch(one.response, log); };
  one.r.end();
  f.settle();
  std::string first;
  net::co_spawn(f.io, one.response.read(),
                [&](std::exception_ptr, std::optional<std::string_view> chunk) {
                  first = chunk.value_or("nothing");
                  one.response.destroy();
                });
  f.settle();
  CHECK(first == "asd");
  CHECK(log.pop_events() == "aborted, close");
}

TEST_CASE("test-http-client-incomingmessage-destroy: the error passed to destroy is emitted once") {
  client_and_server f;
  event_log log;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_head(200);
    res.write("Part of my res.");
  });
  one_request one(f);
  one.then = [&] {
    watch(one.response, log);
    CHECK_FALSE(one.response.errored());
    one.response.destroy(net::error::bad_descriptor);
    CHECK(one.response.errored() == net::error::bad_descriptor);
    CHECK_FALSE(one.response.closed());
  };
  one.r.end();
  f.settle();
  CHECK(log.pop_events() == "aborted, error EBADF, close");
  CHECK(one.response.closed());
  CHECK(one.response.errored() == net::error::bad_descriptor);
}

TEST_CASE("test-http-client-res-destroyed: a response is destroyed by its owner, or at its end") {
  client_and_server f;
  event_log log;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("asd"); });
  one_request one(f);
  SECTION("by its owner") {
    one.then = [&] {
      CHECK_FALSE(one.response.destroyed());
      one.response.destroy();
      CHECK(one.response.destroyed());
      one.response.on_close(log.recorder("close"));
    };
  }
  SECTION("at its end") {
    one.then = [&] {
      one.response.on_close([&] {
        CHECK(one.response.destroyed());
        log.note("close");
      });
      one.response.dump();
      CHECK_FALSE(one.response.destroyed());
    };
  }
  one.r.end();
  f.settle();
  CHECK(log.pop_events() == "close");
}

TEST_CASE("test-http-dump-req-when-res-ends: an unread body is discarded") {
  http::agent_options agent;
  agent.keep_alive = true;
  client_and_server f({}, agent);
  event_log log;
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    watch(req, log);
    res.flush_headers();
    response = &res;
  });
  one_request one(f, "POST");
  one.r.flush_headers();
  one.r.on_close(log.recorder("request close"));
  one.then = [&] { watch(one.response, log, "res."); };
  f.settle();
  REQUIRE(response != nullptr);
  std::string const chunk(65536, '.');
  for (int i = 0; i < 8; ++i) {
    one.r.write(chunk);
  }
  one.r.end();
  f.settle();
  CHECK(log.pop_events() == "");
  CHECK_FALSE(one.r.writable_finished());  // The body exceeds the buffer for unread bytes.
  response->end("hello world");
  f.settle();
  CHECK(one.r.writable_finished());
  CHECK(log.pop_events() == "end, close");
  std::string body;
  net::co_spawn(f.io, one.response.text(), [&](std::exception_ptr, std::string s) { body = s; });
  f.settle();
  CHECK(body == "hello world");
  CHECK(log.pop_events() == "res.end, request close, res.close");
}

TEST_CASE("test-http-incoming-message-destroy: destroy without a connection has no effect") {
  http::incoming_message none;
  CHECK(&none.destroy() == &none);
  CHECK_FALSE(none);

  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end(); });
  one_request one(f);
  one.r.end();
  f.settle();
  one.response.dump();
  f.settle();
  CHECK_FALSE(one.response.socket());
  CHECK(&one.response.destroy() == &one.response);
}

TEST_CASE("test-http-incoming-message-options: a message buffers up to its high-water mark") {
  http::server_options options;
  options.high_water_mark = 1024;
  server_fixture f(options);
  http::incoming_message* request = nullptr;
  f.server.on_request([&](http::incoming_message& req, http::server_response&) { request = &req; });
  http_peer peer = f.connect(512);
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  f.say(peer, std::string(100000, '.'));
  REQUIRE(request != nullptr);
  CHECK(request->socket().bytes_read() >= 1024);
  CHECK(request->socket().bytes_read() < 4096);
}

TEST_CASE("test-http-pause-no-dump: a reader that has begun keeps the rest of the body") {
  http::agent_options agent;
  agent.keep_alive = true;
  client_and_server f({}, agent);
  event_log log;
  bool proceed = false;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        watch(req, log);
        auto const first = co_await req.read();
        CHECK(first->size() == 512);
        res.write_head(200);
        res.end();
        co_await res.finished();
        log.note("finished");
        while (!proceed) {
          co_await net::post(req.get_executor(), net::use_awaitable);
        }
        co_await read_all(req, log);
      });
  one_request one(f, "POST");
  one.r.write(std::string(512, '.'));
  f.io.restart();
  while (f.io.poll_one() != 0 && !one.response) {
  }
  CHECK(one.response.status_code() == 200);
  CHECK(log.pop_events() == "finished");
  one.r.end("rest");
  proceed = true;
  f.settle();
  CHECK(log.pop_events() == "data rest, end, close");
}

TEST_CASE("test-http-pause-resume-one-end: a pause between two reads causes no second end") {
  client_and_server f;
  event_log log;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.end("Hello World\n"); });
  one_request one(f);
  one.r.end();
  f.settle();
  watch(one.response, log);
  CHECK_FALSE(one.response.destroyed());
  std::string chunk;
  net::co_spawn(f.io, one.response.read(),
                [&](std::exception_ptr, std::optional<std::string_view> p) { chunk = *p; });
  f.settle();
  CHECK(chunk == "Hello World\n");
  CHECK(log.pop_events() == "");
  net::co_spawn(f.io, read_all(one.response, log), net::detached);
  f.settle();
  CHECK(log.pop_events() == "end, close");
  CHECK(one.response.destroyed());
}

TEST_CASE("test-http-pause: unread bytes are not lost") {
  client_and_server f;
  event_log log;
  http::incoming_message* request = nullptr;
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    request = &req;
    response = &res;
  });
  one_request one(f, "POST");
  one.r.end("Request Body from Client");
  f.settle();
  REQUIRE(request != nullptr);
  std::string body;
  net::co_spawn(f.io, request->text(), [&](std::exception_ptr, std::string s) { body = s; });
  f.settle();
  CHECK(body == "Request Body from Client");
  response->write_head(200);
  response->end("Response Body from Server");
  f.settle();
  REQUIRE(one.response);
  net::co_spawn(f.io, one.response.text(), [&](std::exception_ptr, std::string s) { body = s; });
  f.settle();
  CHECK(body == "Response Body from Server");
}

TEST_CASE("test-http-readable-data-event: data, a pause, data, the end") {
  client_and_server f;
  event_log log;
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    response = &res;
    res.set_header("Content-Length", 30);
    res.write("Hello World!");
  });
  one_request one(f);
  one.then = [&] {
    watch(one.response, log);
    net::co_spawn(f.io, read_all(one.response, log), net::detached);
  };
  one.r.end();
  f.settle();
  CHECK(log.pop_events() == "data Hello World!");
  response->end("Hello again later!");
  f.settle();
  CHECK(log.pop_events() == "data Hello again later!, end, close");
}

TEST_CASE("test-http-response-readable: a response is readable until its end") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("x"); });
  one_request one(f);
  bool called = false;
  one.then = [&] {
    CHECK_FALSE(one.response.readable_ended());
    one.response.on_end([&] {
      called = true;
      CHECK(one.response.readable_ended());
    });
    one.response.dump();
  };
  one.r.end();
  f.settle();
  CHECK(called);
}

TEST_CASE("test-http-server-keepalive-end: an unread request reaches its end") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    watch(req, log);
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world");
  CHECK(log.pop_events() == "end, close");
  f.say(peer, get);
  CHECK(log.pop_events() == "end, close");
  peer.end();
  f.settle();
  CHECK(peer.ended());
}

TEST_CASE(
    "test-http-server-keepalive-req-gc: a kept-alive connection does not keep its requests in "
    "memory") {
  server_fixture f;
  std::weak_ptr<int> kept;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    auto const token = std::make_shared<int>();
    kept = token;
    req.on_aborted([token] {});
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(kept.expired());
  CHECK(f.server.connection_count() == 1);
  CHECK_FALSE(peer.ended());
}

}  // namespace behaviour_message_node_incoming
