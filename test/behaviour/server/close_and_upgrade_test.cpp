// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/event_log.hpp"
#include "support/http_peer.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <string>
#include <vector>

namespace behaviour_server_close_and_upgrade {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

net::awaitable<void> echo(anode::socket s) {
  while (auto const chunk = co_await s.read()) {
    co_await s.write(*chunk);
  }
}

}  // namespace

TEST_CASE("server: close keeps an answered connection open until its keep-alive timeout") {
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { response = &res; });
  f.server.listen(0, "127.0.0.1");
  http_peer idle = f.connect();
  http_peer peer = f.connect();
  f.say(peer, get);
  bool closed = false;
  net::co_spawn(f.io, f.server.close().as_awaitable(),
                [&](std::exception_ptr e) { closed = e == nullptr; });
  f.settle();
  CHECK(idle.ended());
  CHECK_FALSE(f.server.listening());
  response->end("late");
  f.settle();
  CHECK(peer.received().ends_with("late"));
  CHECK_FALSE(peer.ended());
  CHECK_FALSE(closed);
  f.advance(6001ms);
  CHECK(peer.ended());
  CHECK(closed);
}

TEST_CASE("server: close without listen") {
  server_fixture f;
  std::exception_ptr error;
  net::co_spawn(f.io, f.server.close().as_awaitable(), [&](std::exception_ptr e) { error = e; });
  f.settle();
  REQUIRE(error);
  try {
    std::rethrow_exception(error);
  } catch (boost::system::system_error const& e) {
    CHECK(e.code() == http::error::server_not_running);
  }
}

TEST_CASE("server: an upgrade handler can end its socket and drop the handle") {
  server_fixture f;
  f.server.on_upgrade([](http::incoming_message&, anode::socket s) {
    s.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
  http_peer peer = f.connect();
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(peer.received() == "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  CHECK(peer.ended());
  f.advance(2s);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server: a trace includes requests without a handler call") {
  http::server_options options;
  options.timeout = 250ms;
  options.max_requests_per_socket = 1;
  server_fixture f(options);
  std::vector<std::string> seen;
  http::server_trace trace;
  trace.client_error = [&](http::client_error const& e, anode::socket const&) {
    seen.emplace_back(http::code_name(e.code));
  };
  trace.timeout = [&](anode::socket const&) { seen.emplace_back("timeout"); };
  trace.drop_request = [&](http::incoming_message const& req, anode::socket const&) {
    seen.emplace_back(req.url());
  };
  f.server.set_trace(std::move(trace));
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end(); });

  http_peer bad = f.connect();
  f.say(bad, "BAD\r\n\r\n");
  CHECK(bad.received() == "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  http_peer twice = f.connect();
  f.say(twice, get);
  twice.clear();
  f.say(twice, "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(twice.received().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  http_peer silent = f.connect();
  f.advance(251ms);
  CHECK(silent.ended());
  CHECK(seen == std::vector<std::string>{"HPE_INVALID_METHOD", "/second", "timeout"});
}

TEST_CASE("server response: the reason phrase is set once the head is fixed") {
  server_fixture f;
  std::vector<std::string> reasons;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    reasons.emplace_back(res.status_message());
    res.write_head(202);
    reasons.emplace_back(res.status_message());
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(reasons == std::vector<std::string>{"", "Accepted"});
}

TEST_CASE("upgrade with a body: the body is the request's, the new protocol is behind it") {
  event_log log;
  server_fixture f;
  f.server.on_upgrade([&](http::incoming_message& req, anode::socket s) -> net::awaitable<void> {
    std::string const body = co_await req.text();
    log.note("body " + body + " " + std::string(req.trailers().get("t").value_or("-")));
    log.note("buffered " + std::string(s.buffered()));
    co_await echo(std::move(s));
  });
  std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n";
  http_peer peer = f.connect();
  SECTION("of known length, at once") {
    f.say(peer, head + "Content-Length: 5\r\n\r\nhellonew");
    CHECK(log.pop_events() == "body hello -, buffered new");
    CHECK(peer.take() == "new");
  }
  SECTION("of known length, in pieces") {
    f.say(peer, head + "Content-Length: 5\r\n\r\nhe");
    CHECK(log.pop_events().empty());
    f.say(peer, "llon");
    CHECK(log.pop_events() == "body hello -, buffered n");
  }
  SECTION("in chunks, with trailers") {
    f.say(peer, head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: u\r\n\r\nnew");
    CHECK(log.pop_events() == "body hello u, buffered new");
  }
  SECTION("behind another response") {
    http::server_response* first = nullptr;
    f.server.on_request([&](auto&, http::server_response& res) { first = &res; });
    f.say(peer, get + head + "Content-Length: 5\r\n\r\nhellonew");
    CHECK(log.pop_events().empty());
    first->end("first");
    f.settle();
    CHECK(log.pop_events() == "body hello -, buffered new");
    CHECK(peer.take().ends_with("firstnew"));
  }
  SECTION("whose client waits for 100") {
    f.say(peer, head + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    CHECK(peer.take() == "HTTP/1.1 100 Continue\r\n\r\n");
    f.say(peer, "hello");
    CHECK(log.pop_events() == "body hello -, buffered ");
  }
  SECTION("that is invalid") {
    f.say(peer, head + "Transfer-Encoding: chunked\r\n\r\nx");
    CHECK(peer.take().starts_with("HTTP/1.1 400 "));
    CHECK(peer.ended());
    CHECK(log.pop_events().empty());
  }
  SECTION("that is cut off") {
    f.say(peer, head + "Content-Length: 5\r\n\r\nhe");
    peer.end();
    f.settle();
    CHECK(peer.ended());
    CHECK(log.pop_events().empty());
    CHECK(f.server.connection_count() == 0);
  }
  SECTION("that fills the buffer exactly") {
    f.say(peer, head + "Content-Length: 65536\r\n\r\n" + std::string(65536, 'x'));
    CHECK(log.pop_events().size() > 65536);
  }
}

TEST_CASE("upgrade with a body: a body that does not fit into the buffer gets 413") {
  http::server_options options;
  options.high_water_mark = 1000;
  server_fixture f(options);
  f.server.on_upgrade([](http::incoming_message&, anode::socket s) { s.end("no"); });
  http_peer peer = f.connect();
  f.say(peer,
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n"
        "Content-Length: 100000\r\n\r\n");
  for (int i = 0; i != 40 && !peer.ended(); ++i) {
    f.say(peer, std::string(1000, 'x'));
  }
  CHECK(peer.take() == "HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\n\r\n");
  peer.close();
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

}  // namespace behaviour_server_close_and_upgrade
