// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/event_log.hpp"
#include "support/exchange_facts.hpp"
#include "support/http_peer.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace behaviour_server_response_end {

namespace http = anode::http;
namespace net = boost::asio;
using support::event_log;
using support::http_peer;
using support::server_fixture;
using support::text_of;

namespace {

using names = std::vector<std::string>;

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto head = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";

// A server whose handler only records its responses.
struct recording_server {
  explicit recording_server(http::server_options options = {}) : f(std::move(options)) {
    f.server.on_request([this](http::incoming_message& req, http::server_response& res) {
      requests.push_back(&req);
      responses.push_back(&res);
      std::string const id = std::to_string(responses.size());
      req.on_end([this, id] { events.push_back("end " + id); });
      req.on_aborted([this, id] { events.push_back("aborted " + id); });
      res.on_finish([this, id] { events.push_back("finish " + id); });
      res.on_error([this, id](anode::error_code) { events.push_back("error " + id); });
      res.on_close([this, id] { events.push_back("close " + id); });
    });
  }
  server_fixture f;
  std::vector<http::incoming_message*> requests;
  std::vector<http::server_response*> responses;
  names events;
};

}  // namespace

TEST_CASE("empty socket handle: calls have no effect") {
  anode::socket s;
  CHECK_FALSE(s);
  CHECK(s.destroyed());
  CHECK_FALSE(s.writable());
  CHECK_FALSE(s.write("x"));
  s.end("x");
  s.destroy_soon();
  s.destroy();
  s.reset();
  s.set_timeout(std::chrono::milliseconds(1)).set_no_delay().set_keep_alive();
  s.on_end([] {}).on_timeout([] {}).on_close([] {}).on_error([](anode::error_code) {});
  CHECK(s.remote_endpoint().port == 0);
  CHECK(s.local_endpoint().port == 0);
  CHECK(s.buffered().empty());
  CHECK(s.native_handle() == -1);
}

TEST_CASE("response end: a handler can destroy the connection of a disconnected client") {
  server_fixture f;
  http::incoming_message* request = nullptr;
  std::string event;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    request = &req;
    res.on_close([&] {
      event = request->socket() ? "connected" : "gone";
      request->socket().destroy();
    });
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  peer.close();
  f.settle();
  CHECK_FALSE(event.empty());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("response end: the head of a response without a body is sent with its end") {
  recording_server n;
  http_peer peer = n.f.connect();
  n.f.say(peer, head);
  REQUIRE(n.responses.size() == 1);
  n.responses[0]->write("dropped");
  n.f.settle();
  CHECK(n.responses[0]->headers_sent());
  CHECK(peer.received().empty());
  n.responses[0]->end();
  n.f.settle();
  CHECK(peer.received().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(peer.received().ends_with("\r\n\r\n"));
}

TEST_CASE(
    "response end: a body that is not allowed throws before the head is sent, even an empty one") {
  http::server_options options;
  options.reject_non_standard_body_writes = true;
  recording_server n(options);
  http_peer peer = n.f.connect();
  n.f.say(peer, head);
  REQUIRE(n.responses.size() == 1);
  CHECK_THROWS_AS(n.responses[0]->write(""), http::exception);
  CHECK_THROWS_AS(n.responses[0]->end("x"), http::exception);
  n.f.settle();
  CHECK(peer.received().empty());
  n.responses[0]->end("");
  n.f.settle();
  CHECK(peer.received().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("response end: errors of a handler are emitted after its earlier events") {
  recording_server n;
  http_peer peer = n.f.connect();
  n.f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_finish([&] { n.events.emplace_back("finish"); });
    res.on_error([&](anode::error_code ec) {
      n.events.push_back("error " + std::string(http::code_name(ec)));
    });
    res.on_close([&] { n.events.emplace_back("close"); });
    res.end("done");
    res.write("more");
    n.events.emplace_back("returned");
  });
  n.f.say(peer, get);
  CHECK(n.events == names{"returned", "finish", "error ERR_STREAM_WRITE_AFTER_END", "close"});
}

TEST_CASE(
    "response end: a request is complete if its handler destroys the connection after the "
    "response") {
  server_fixture f;
  names events;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    req.on_end([&] { events.emplace_back("end"); });
    req.on_aborted([&] { events.emplace_back("aborted"); });
    req.on_close([&, &r = req] { events.emplace_back(r.complete() ? "complete" : "cut"); });
    res.end("hello");
    req.socket().destroy();
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(peer.received().ends_with("hello"));
  CHECK(events == names{"end", "complete"});
}

TEST_CASE("response end: a queued response that is destroyed lets the earlier ones finish") {
  recording_server n;
  http_peer peer = n.f.connect();
  n.f.say(peer, std::string(get) + get + get);
  REQUIRE(n.responses.size() == 3);
  n.responses[1]->destroy();
  n.responses[2]->end("three");
  n.f.settle();
  CHECK(peer.received().empty());
  CHECK_FALSE(peer.ended());
  n.responses[0]->end("one");
  n.f.settle();
  CHECK(peer.received().ends_with("\r\n\r\none"));
  CHECK(peer.ended());
  CHECK(n.f.server.connection_count() == 0);
}

TEST_CASE("response end: a response behind one that closes the connection does not finish") {
  recording_server n;
  http_peer peer = n.f.connect();
  n.f.say(peer, std::string(get) + get + get);
  REQUIRE(n.responses.size() == 3);
  n.responses[2]->end("three");
  n.responses[1]->set_header("Connection", "close").end("two");
  n.responses[0]->end("one");
  n.f.settle();
  CHECK(peer.received().ends_with("\r\n\r\ntwo"));
  CHECK(std::ranges::count(n.events, "finish 2") == 1);
  CHECK(std::ranges::count(n.events, "finish 3") == 0);
  CHECK(std::ranges::count(n.events, "close 3") == 1);
}

TEST_CASE(
    "response end: with http_allow_half_open a client's half-close closes a connection whose head "
    "is sent") {
  http::server_options options;
  options.http_allow_half_open = true;
  recording_server n(options);
  http_peer peer = n.f.connect();
  n.f.say(peer, get);
  REQUIRE(n.responses.size() == 1);
  n.responses[0]->flush_headers();
  n.f.settle();
  CHECK(peer.received().find("Connection: keep-alive\r\n") != std::string::npos);
  peer.end();
  n.f.settle();
  CHECK_FALSE(peer.ended());
  n.responses[0]->end("late");
  n.f.settle();
  CHECK(peer.received().ends_with("4\r\nlate\r\n0\r\n\r\n"));
  CHECK(peer.ended());
}

TEST_CASE("server response: on_done gets the facts before on_close") {
  server_fixture f;
  event_log log;
  http::server_response* open = nullptr;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    auto const done = [&](http::exchange_facts const& facts) {
      log.note("done " + text_of(facts));
      res.on_done([&](http::exchange_facts const&) { log.note("too late"); });
    };
    res.on_done(done)
        .on_done([&](http::exchange_facts const&) { log.note("again"); })
        .on_finish(log.recorder("finish"));
    res.on_close([&] {
      log.note("close");
      res.on_done([&](http::exchange_facts const&) { log.note("too late"); });
    });
    if (req.url() == "/open") {
      open = &res;
    } else {
      res.end("hello");
    }
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events() == "finish, done 200 0/5, again, close");
  // The next request reuses the exchange, without these listeners.
  f.say(peer, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
  open->on_done([](http::exchange_facts const&) { throw std::runtime_error("listener"); });
  peer.reset();
  CHECK_THROWS_AS(f.settle(), std::runtime_error);
  f.settle();
  CHECK(log.pop_events() == "done 0 0/0 aborted ECONNRESET, again, close");
}

TEST_CASE("server trace: a destroyed server still finishes what it has started") {
  event_log log;
  net::io_context io;
  auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), 65536);
  anode::socket client(std::move(ours));
  {
    http::server server(io.get_executor(), [](http::incoming_message&, http::server_response&) {});
    http::server_trace t;
    t.request_start = [&](auto&, auto&) { log.note("start"); };
    t.response_finish = [&](auto&, auto&, http::exchange_facts const& f) {
      log.note("finish " + text_of(f));
    };
    t.connection_closed = [&](anode::socket const&, http::connection_facts const& f) {
      log.note("closed " + std::to_string(f.requests));
    };
    server.set_trace(std::move(t));
    server.emit_connection(std::move(theirs));
    client.write(get);
    io.poll();
    CHECK(log.pop_events() == "start");
  }
  io.restart();
  io.poll();
  CHECK(log.pop_events() == "finish 0 0/0 aborted ECONNRESET, closed 1");
}

}  // namespace behaviour_server_response_end
