// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/incoming_message.hpp>
#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/event_stream.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace behaviour_web_event_stream {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;
using std::chrono::seconds;

namespace {

constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// A server whose handler sends the events of `send`, then waits for news until the stream is
// closed.
class events_fixture {
public:
  anode::testing::event_loop loop;
  http::server server{loop.get_executor()};
  net::steady_timer news{loop.context(), net::steady_timer::time_point::max()};
  std::function<void(web::event_stream&)> send = [](web::event_stream&) {};
  web::event_stream_options options{};
  std::string last_id;
  int errors = 0;
  int ended = 0;

  events_fixture() {
    server.on_error([this](std::exception_ptr) { ++errors; });
    server.on_request(
        [this](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          web::event_stream events(req, res, options);
          last_id = events.last_event_id();
          while (events.open()) {
            send(events);
            co_await events.wait(news);
          }
          ++ended;
        });
  }
};

// Removes the head of the response and returns it.
std::string take_head(anode::testing::peer& peer) { return peer.expect_until("\r\n\r\n"); }

std::string chunk(std::string_view text) {
  std::string out;
  for (std::size_t size = text.size(); size != 0; size /= 16) {
    out.insert(out.begin(), "0123456789abcdef"[size % 16]);
  }
  return out.append("\r\n").append(text).append("\r\n");
}

}  // namespace

TEST_CASE("web events: the head is sent at once, and events when they come", "[web]") {
  events_fixture f;
  auto peer = f.loop.connect(f.server);
  peer.send("GET / HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 41\r\n\r\n");
  std::string const head = take_head(peer);
  CHECK(head.find("HTTP/1.1 200 OK\r\n") == 0);
  CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(head.find("Cache-Control: no-store\r\n") != std::string::npos);
  CHECK(head.find("X-Accel-Buffering: no\r\n") != std::string::npos);
  CHECK(f.last_id == "41");
  peer.expect_silence();

  f.send = [](web::event_stream& events) { events.send("a\nb", "news", "42"); };
  f.news.cancel();
  peer.expect(chunk("event: news\nid: 42\ndata: a\ndata: b\n\n"));
  f.send = [](web::event_stream& events) { events.comment("hi"); };
  f.news.cancel();
  peer.expect(chunk(": hi\n\n"));
  peer.expect_silence();
}

TEST_CASE("web events: the time to connect again comes first", "[web]") {
  events_fixture f;
  f.options.retry(seconds(3));
  f.send = [](web::event_stream& events) { events.send("x"); };
  auto peer = f.loop.connect(f.server);
  peer.send(request);
  take_head(peer);
  peer.expect(chunk("retry: 3000\n\n"));
  peer.expect(chunk("data: x\n\n"));
}

TEST_CASE("web events: an idle stream sends a comment every 15 seconds", "[web]") {
  events_fixture f;
  auto peer = f.loop.connect(f.server);
  peer.send(request);
  take_head(peer);
  f.loop.advance(seconds(14));
  peer.expect_silence();
  for (int i = 0; i != 5; ++i) {
    f.loop.advance(seconds(15));
    peer.expect(chunk(":\n\n"));
  }
  // An event postpones it.
  f.send = [](web::event_stream& events) { events.send("x"); };
  f.loop.advance(seconds(10));
  peer.take();
  f.news.cancel();
  peer.expect(chunk("data: x\n\n"));
  f.loop.advance(seconds(14));
  peer.expect_silence();
  f.loop.advance(seconds(2));
  peer.expect(chunk(":\n\n"));
}

TEST_CASE("web events: without a heartbeat an idle stream stays silent", "[web]") {
  events_fixture f;
  f.options.heartbeat(seconds(0));
  auto peer = f.loop.connect(f.server);
  peer.send(request);
  take_head(peer);
  f.loop.advance(std::chrono::hours(1));
  peer.expect_silence();
}

TEST_CASE("web events: a client that leaves ends the wait, and is no error", "[web]") {
  events_fixture f;
  {
    auto peer = f.loop.connect(f.server);
    peer.send(request);
    take_head(peer);
    CHECK(f.ended == 0);
  }
  f.loop.settle();
  CHECK(f.ended == 1);
  CHECK(f.errors == 0);
}

TEST_CASE("web events: a client that accepts nothing is cut", "[web]") {
  events_fixture f;
  f.send = [](web::event_stream& events) { events.send(std::string(10'000, 'x')); };
  auto peer = f.loop.connect(f.server, 1000);
  peer.stop_listening();
  peer.send(request);
  f.loop.advance(seconds(59));
  CHECK(f.ended == 0);
  f.loop.advance(seconds(20));
  CHECK(f.ended == 1);
}

TEST_CASE("web events: a stream that is destroyed stops its heartbeat", "[web]") {
  anode::testing::event_loop loop;
  http::server server{loop.get_executor()};
  net::steady_timer done{loop.context(), net::steady_timer::time_point::max()};
  server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        {
          web::event_stream events(req, res);
          co_await events.send("x");
        }
        boost::system::error_code ec;
        co_await done.async_wait(net::redirect_error(net::use_awaitable, ec));
        co_await res.end("last");
      });
  auto peer = loop.connect(server);
  peer.send(request);
  take_head(peer);
  peer.expect(chunk("data: x\n\n"));
  loop.advance(seconds(60));
  peer.expect_silence();
  done.cancel();
  peer.expect(chunk("last") + "0\r\n\r\n");
}

TEST_CASE("web events: a server that is destroyed while a handler waits", "[web]") {
  auto f = std::make_unique<events_fixture>();
  auto peer = std::make_unique<anode::testing::peer>(f->loop.connect(f->server));
  peer->send(request);
  f->server = http::server{f->loop.get_executor()};
  f->loop.settle();
  CHECK(f->ended == 1);
  peer.reset();
  f.reset();
}

TEST_CASE("web events: sending after the close throws, and nothing else happens", "[web]") {
  events_fixture f;
  std::string text;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        web::event_stream events(req, res);
        co_await events.wait(f.news);
        CHECK_FALSE(events.open());
        co_await events.wait(f.news);  // does not wait
        try {
          events.send("x");
        } catch (http::exception const& e) {
          text = e.code_name();
        }
      });
  {
    auto peer = f.loop.connect(f.server);
    peer.send(request);
  }
  f.loop.settle();
  CHECK(text == "ERR_STREAM_DESTROYED");
}

}  // namespace behaviour_web_event_stream
