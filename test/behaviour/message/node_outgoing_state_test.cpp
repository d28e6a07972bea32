// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Outgoing messages: buffer limits and drain, corking, their end, and their properties.
#include "support/client_and_server.hpp"
#include "support/counting_stream.hpp"
#include "support/event_log.hpp"
#include "support/thrown.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>

namespace behaviour_message_node_outgoing_state {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

// Waits until all ready handlers have run.
net::awaitable<void> a_turn(net::io_context& io) {
  for (int i = 0; i < 10; ++i) {
    co_await net::post(io, net::use_awaitable);
  }
}

std::function<void(std::exception_ptr)> recorder(event_log& log, std::string const& name) {
  return [&log, name](std::exception_ptr e) {
    log.note(name + " " + (e ? support::thrown([&] { std::rethrow_exception(e); }) : "done"));
  };
}

net::awaitable<void> read_answer(http::client_request& r, std::string& body) {
  http::incoming_message answer = co_await r.response();
  body = co_await answer.text(64 * 1024 * 1024);
}

void watch(http::outgoing_message& m, event_log& log) {
  m.on_prefinish(log.recorder("prefinish"));
  m.on_finish(log.recorder("finish"));
  m.on_error([&log](boost::system::error_code ec) {
    log.note("error " + std::string(http::code_name(ec)));
  });
  m.on_close(log.recorder("close"));
}

}  // namespace

TEST_CASE("test-http-outgoing-buffer: write returns false when the high-water mark is reached") {
  server_fixture f;
  http::server_response* waiting = nullptr;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    if (req.url() == "/second") {
      waiting = &res;
    }
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  // An earlier response uses the connection, therefore this response has no socket to write to.
  REQUIRE(waiting != nullptr);
  CHECK_FALSE(waiting->socket());
  CHECK(waiting->write("asd"));
  while (waiting->write("asd")) {
  }
  CHECK(waiting->writable_length() >= waiting->writable_high_water_mark());
  CHECK(waiting->writable_need_drain());
}

TEST_CASE("test-http-outgoing-destroy: a write after destroy fails without an event") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    watch(res, log);
    CHECK_FALSE(res.destroyed());
    res.destroy();
    CHECK(res.destroyed());
    net::co_spawn(f.io, res.write("asd").as_awaitable(), recorder(log, "write"));
    net::co_spawn(f.io, res.end("asd").as_awaitable(), recorder(log, "end"));
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events() == "close, write ERR_STREAM_DESTROYED, end ERR_STREAM_DESTROYED");
  CHECK(peer.ended());
}

TEST_CASE("test-http-outgoing-end-cork: a second end leaves no corked bytes behind") {
  http::agent_options agent;
  agent.keep_alive = true;
  client_and_server f({}, agent);
  event_log log;
  int requests = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    if (++requests == 1) {
      net::co_spawn(f.io, res.end("regular end of request").as_awaitable(), recorder(log, "end"));
      CHECK(res.writable_corked() == 0);
      res.end();
      CHECK(res.writable_corked() == 0);
      return;
    }
    res.on_drain([&] {
      log.note("drain");
      res.end();
    });
    CHECK_FALSE(res.write(std::string(res.writable_high_water_mark() + 100, 'x')));
  });
  CHECK(f.get()->body == "regular end of request");
  CHECK(log.pop_events() == "end done");
  CHECK(f.get()->body.size() == 65536 + 100);
  CHECK(log.pop_events() == "drain");
  CHECK(f.connections_made == 1);
}

TEST_CASE("test-http-outgoing-end-multiple: only the first end counts") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    watch(res, log);
    net::co_spawn(f.io, res.end("testing ended state").as_awaitable(), recorder(log, "first"));
    CHECK(res.writable_corked() == 0);
    // A second end without data is not an error.
    net::co_spawn(f.io, res.end().as_awaitable(), recorder(log, "second"));
    CHECK(res.writable_corked() == 0);
    net::co_spawn(f.io, res.end("end").as_awaitable(), recorder(log, "third"));
    CHECK(res.writable_corked() == 0);
    res.on_finish([&] {
      net::co_spawn(f.io, res.end().as_awaitable(), recorder(log, "fourth"));
      CHECK(res.writable_corked() == 0);
    });
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received().ends_with("\r\n\r\ntesting ended state"));
  CHECK(log.pop_events() ==
        "prefinish, finish, error ERR_STREAM_WRITE_AFTER_END, close, first done, second done, "
        "third ERR_STREAM_WRITE_AFTER_END, fourth ERR_STREAM_ALREADY_FINISHED");
}

TEST_CASE("test-http-outgoing-finish-writable: writable_ended is true before anything is sent") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    CHECK_FALSE(res.writable_ended());
    CHECK_FALSE(res.writable_finished());
    res.end();
    CHECK(res.writable_ended());
    CHECK_FALSE(res.writable_finished());
  });
  http::client_request r = f.request("GET");
  CHECK_FALSE(r.writable_ended());
  r.end();
  CHECK(r.writable_ended());
  auto const result = f.fetch(std::move(r));
  f.settle();
  CHECK(result->status == 200);
}

TEST_CASE("test-http-outgoing-finish: finish is emitted when all bytes are sent") {
  client_and_server f;
  event_log log;
  std::string const block(16384, '.');
  std::size_t sent = 0;
  auto const fill = [&](http::outgoing_message& m, std::string const& who) {
    m.on_finish([&log, &m, who] {
      CHECK(m.writable_finished());
      CHECK(m.writable_length() == 0);
      log.note(who + " finish");
    });
    sent = 0;
    bool room = true;
    while (room) {
      room = static_cast<bool>(m.write(block));
      ++sent;
    }
    m.end(block);
    ++sent;
    CHECK_FALSE(m.writable_finished());
    net::co_spawn(f.io, m.finished(), recorder(log, who));
  };
  std::size_t received = 0;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        std::string const body = co_await req.text();
        received = body.size();
        fill(res, "response");
        co_await res.finished();
      });
  http::client_request r = f.request("PUT");
  fill(r, "request");
  CHECK(log.pop_events() == "");
  std::string body;
  net::co_spawn(f.io, read_answer(r, body), net::detached);
  std::size_t const uploaded = sent * block.size();
  f.settle();
  CHECK(received == uploaded);
  CHECK(body.size() == sent * block.size());
  CHECK(log.pop_events() == "request finish, request done, response finish, response done");
}

TEST_CASE("test-http-outgoing-properties: buffered bytes are counted with their chunk framing") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    CHECK(res.writable_high_water_mark() == f.server.options().high_water_mark);
    CHECK(res.writable_length() == 0);
    res.write("");
    std::size_t const head = res.writable_length();
    CHECK(head > 0);
    res.write("asd");
    CHECK(res.writable_length() == head + 8);
    res.on_finish([&] {
      CHECK(res.writable_length() == 0);
      log.note("finish");
    });
    res.end();
  });
  http::client_request r = f.request("GET");
  CHECK(r.path() == "/");
  CHECK(r.method() == "GET");
  CHECK(r.host() == "test");
  CHECK(r.protocol() == "http:");
  CHECK(r.writable_length() == 0);
  r.end();
  auto const result = f.fetch(std::move(r));
  f.settle();
  CHECK(result->body == "asd");
  CHECK(log.pop_events() == "finish");
}

TEST_CASE("test-http-outgoing-writableFinished: true from the finish event on") {
  client_and_server f;
  event_log log;
  auto const check = [&](http::outgoing_message& m) {
    m.on_finish([&] {
      CHECK(m.writable_finished());
      log.note("finish");
    });
    CHECK_FALSE(m.writable_finished());
    m.end();
    CHECK_FALSE(m.writable_finished());
  };
  f.server.on_request([&](http::incoming_message&, http::server_response& res) { check(res); });
  http::client_request r = f.request("GET");
  check(r);
  std::string body;
  net::co_spawn(f.io, read_answer(r, body), net::detached);
  f.settle();
  CHECK(log.pop_events() == "finish, finish");
}

TEST_CASE("test-http-res-write-after-end: a late write emits one error of the response") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    watch(res, log);
    res.write("This should write.");
    res.end();
    CHECK_FALSE(res.write("This should raise an error."));
    CHECK(log.pop_events() == "prefinish");  // emitted outside of the running callback
  });
  CHECK(f.get()->body == "This should write.");
  CHECK(log.pop_events() == "finish, error ERR_STREAM_WRITE_AFTER_END, close");
}

TEST_CASE("test-http-server-write-after-end: after close a late write fails without an event") {
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        watch(res, log);
        res.write("hello");
        res.end();
        co_await a_turn(f.io);
        net::co_spawn(f.io, res.write("world").as_awaitable(), recorder(log, "write"));
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events() == "prefinish, finish, close, write ERR_STREAM_WRITE_AFTER_END");
  CHECK(peer.received().ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
}

TEST_CASE("test-http-server-write-end-after-end: a late end emits no event") {
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        watch(res, log);
        res.write("hello");
        res.end();
        co_await a_turn(f.io);
        res.end("world");
        net::co_spawn(f.io, res.write("world").as_awaitable(), recorder(log, "write"));
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events() == "prefinish, finish, close, write ERR_STREAM_WRITE_AFTER_END");
  CHECK(peer.received().ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
}

TEST_CASE("test-http-response-cork: nothing is sent while the response is corked") {
  server_fixture f;
  http::server_response* corked = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    corked = &res;
    res.cork();
    CHECK(res.writable_corked() == 1);
    res.cork();
    CHECK(res.writable_corked() == 2);
    res.write_head(200, {{"a-header", "a-header-value"}});
    res.write("first");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  REQUIRE(corked != nullptr);
  CHECK(peer.received() == "");
  corked->write("second");
  corked->write(std::string(10000, 'x'));
  corked->uncork();
  CHECK(corked->writable_corked() == 1);
  f.settle();
  CHECK(peer.received() == "");
  std::string const body = "second" + std::string(10000, 'x');
  SECTION("until uncork") {
    corked->uncork();
    CHECK(corked->writable_corked() == 0);
    f.settle();
    CHECK(peer.received() ==
          "HTTP/1.1 200 OK\r\na-header: a-header-value\r\nDate: now\r\nConnection: close\r\n"
          "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n2716\r\n" +
              body + "\r\n");
  }
  SECTION("until end, however often it was corked") {
    corked->cork();
    corked->end("asd");
    CHECK(corked->writable_corked() == 0);
    f.settle();
    CHECK(peer.received().ends_with("5\r\nfirst\r\n2719\r\n" + body + "asd\r\n0\r\n\r\n"));
  }
}

TEST_CASE("test-http-server-response-standalone: a response over any stream is sent in one write") {
  server_fixture f;
  f.server.on_request(
      [](http::incoming_message&, http::server_response& res) { res.end("hello world"); });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor());
  auto const counts = std::make_shared<support::counting_stream::counts>();
  f.server.emit_connection(std::make_unique<support::counting_stream>(std::move(theirs), counts));
  http_peer peer((anode::socket(std::move(ours))));
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(counts->writes == 1);
  CHECK(peer.received().ends_with("\r\n\r\nhello world"));
}

}  // namespace behaviour_message_node_outgoing_state
