// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Connections that leave HTTP: which bytes belong to the new protocol, and which handler is called.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace security_upgrade_handover {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

// A server that records which of its handlers a request reaches, and all bytes of the new protocol.
struct switching_server : server_fixture {
  switching_server() {
    server.on_request([this](http::incoming_message&, http::server_response& res) {
      log.note("request");
      res.end("ok");
    });
    auto const take = [this](http::incoming_message&, anode::socket s) -> net::awaitable<void> {
      log.note("switched");
      while (auto const chunk = co_await s.read()) {
        received += *chunk;
      }
    };
    server.on_upgrade(take);
    server.on_connect(take);
  }

  event_log log;
  std::string received;
};

std::string with(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

}  // namespace

TEST_CASE("upgrade: bytes behind the request are passed once, however they are split") {
  std::string const head = with("Connection: Upgrade\r\nUpgrade: x\r\n");
  std::string const rest = "GET / HTTP/1.1\r\nHost: b\r\n\r\n\r\n0\r\n\r\n";
  std::string const all = head + rest;
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    switching_server f;
    http_peer peer = f.connect();
    f.say(peer, all.substr(0, cut));
    f.say(peer, all.substr(cut));
    REQUIRE(f.log.pop_events() == "switched");
    REQUIRE(f.received == rest);
    CHECK(peer.received().empty());
  }
}

TEST_CASE("upgrade: bytes behind CONNECT are passed once, however they are split") {
  std::string const head = "CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n\r\n";
  std::string const rest = "GET / HTTP/1.1\r\nHost: b\r\n\r\n";
  std::string const all = head + rest;
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    switching_server f;
    http_peer peer = f.connect();
    f.say(peer, all.substr(0, cut));
    f.say(peer, all.substr(cut));
    REQUIRE(f.log.pop_events() == "switched");
    REQUIRE(f.received == rest);
  }
}

TEST_CASE("upgrade: a request received byte by byte") {
  switching_server f;
  http_peer peer = f.connect();
  for (char const c : with("Connection: Upgrade\r\nUpgrade: x\r\n") + "\x81\x05hello") {
    f.say(peer, std::string_view(&c, 1));
  }
  CHECK(f.log.pop_events() == "switched");
  CHECK(f.received == "\x81\x05hello");
}

TEST_CASE("upgrade: Connection must name upgrade as a token, and Upgrade must be present") {
  struct row {
    std::string_view fields;
    char const* expected;
  };
  row const rows[] = {
      {"Connection: upgrade\r\nUpgrade: x\r\n", "switched"},
      {"Connection: UPGRADE\r\nUpgrade: x\r\n", "switched"},
      {"Connection: keep-alive, upgrade\r\nUpgrade: x\r\n", "switched"},
      {"Connection: keep-alive\r\nConnection: upgrade\r\nUpgrade: x\r\n", "switched"},
      {"Connection: upgraded\r\nUpgrade: x\r\n", "request"},
      {"Connection: no-upgrade\r\nUpgrade: x\r\n", "request"},
      {"Connection: up grade\r\nUpgrade: x\r\n", "request"},
      {"Connection: \"upgrade\"\r\nUpgrade: x\r\n", "request"},
      {"Connection: upgrade;q=1\r\nUpgrade: x\r\n", "request"},
      {"Connection: upgrade\r\n", "request"},
      {"Upgrade: x\r\n", "request"},
      {"X-Connection: upgrade\r\nUpgrade: x\r\n", "request"},
      {"Connection: upgrade\r\nX-Upgrade: x\r\n", "request"},
  };
  for (row const& r : rows) {
    INFO(r.fields);
    switching_server f;
    http_peer peer = f.connect();
    f.say(peer, with(r.fields));
    CHECK(f.log.pop_events() == r.expected);
  }
}

TEST_CASE("upgrade: the new owner gets the bytes behind the request's body only") {
  struct row {
    std::string_view fields;
    std::string_view rest;
    char const* body;  // null: the handler is not called
    std::string_view received;
    std::string_view answer;
  };
  row const rows[] = {
      {"Content-Length: 3\r\n", "abcdef", "abc", "def", ""},
      {"Content-Length: 0\r\n", "abcdef", "", "abcdef", ""},
      {"Content-Length: 3\r\nExpect: 100-continue\r\n", "", nullptr, "",
       "HTTP/1.1 100 Continue\r\n\r\n"},
      {"Content-Length: 1000000\r\n", "abc", nullptr, "", ""},
      {"Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\ndef", "abc", "def", ""},
      {"Transfer-Encoding: chunked\r\n", "no chunk", nullptr, "",
       "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"},
  };
  for (row const& r : rows) {
    INFO(r.fields << r.rest);
    server_fixture f;
    std::string received;
    std::optional<std::string> body;
    f.server.on_upgrade([&](http::incoming_message& req, anode::socket s) -> net::awaitable<void> {
      body = co_await req.text();
      while (auto const chunk = co_await s.read()) {
        received += *chunk;
      }
    });
    http_peer peer = f.connect();
    f.say(peer, with("Connection: Upgrade\r\nUpgrade: x\r\n" + std::string(r.fields)) +
                    std::string(r.rest));
    CHECK(body.has_value() == (r.body != nullptr));
    CHECK(body.value_or("") == (r.body != nullptr ? r.body : ""));
    CHECK(received == r.received);
    CHECK(peer.received() == r.answer);
  }
}

TEST_CASE("upgrade: input of an upgraded client that is not read is buffered up to a limit") {
  server_fixture f;
  anode::socket kept;
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) { kept = std::move(s); });
  http_peer peer = f.connect();
  f.say(peer, with("Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 9000000\r\n"));
  for (int i = 0; i != 100; ++i) {
    f.say(peer, std::string(10000, 'x'));
  }
  CHECK(kept.bytes_read() < 200'000);
  CHECK(kept.buffered().size() < 200'000);
  kept.destroy();
}

TEST_CASE("upgrade: earlier responses are sent before the output of the new owner") {
  server_fixture f;
  std::vector<http::server_response*> waiting;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { waiting.push_back(&res); });
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
    log.note("switched");
    s.write("HTTP/1.1 101 Switching Protocols\r\n\r\nnew");
    s.end();
  });
  http_peer peer = f.connect();
  f.say(peer, with("") + with("") + with("Connection: Upgrade\r\nUpgrade: x\r\n") + with(""));
  REQUIRE(waiting.size() == 2);
  CHECK(log.pop_events().empty());
  waiting[1]->end("two");
  f.settle();
  CHECK(log.pop_events().empty());
  waiting[0]->end("one");
  f.settle();
  CHECK(log.pop_events() == "switched");
  std::string const all = peer.received();
  CHECK(all.find("one") < all.find("two"));
  CHECK(all.ends_with("HTTP/1.1 101 Switching Protocols\r\n\r\nnew"));
}

TEST_CASE("L: a client that leaves before earlier answers are out is noticed") {
  bool const half_open = GENERATE(false, true);
  int const how = GENERATE(0, 1, 2);
  bool const data_behind = GENERATE(false, true);
  CAPTURE(half_open, how, data_behind);
  server_fixture f({.http_allow_half_open = half_open});
  event_log log;
  http::server_response* waiting = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    waiting = &res;
    res.on_close([&] { waiting = nullptr; });
  });
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) -> net::awaitable<void> {
    log.note("switched");
    while (auto const chunk = co_await s.read()) {
      log.note(std::string(*chunk));
    }
    log.note("end");
  });
  http_peer peer = f.connect();
  f.say(peer,
        with("") + with("Connection: Upgrade\r\nUpgrade: x\r\n") + (data_behind ? "raw" : ""));
  REQUIRE(waiting != nullptr);
  how == 0 ? peer.end() : how == 1 ? peer.close() : peer.reset();
  f.settle();
  if (half_open && how != 2) {
    REQUIRE(waiting != nullptr);
    CHECK(f.server.connection_count() == 1);
    waiting->end("one");
    f.settle();
  }
  if (half_open && how == 0) {
    CHECK(log.pop_events() == (data_behind ? "switched, raw, end" : "switched, end"));
  }
  CHECK(waiting == nullptr);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("L: nothing is switched behind a response that closes the connection") {
  server_fixture f;
  event_log log;
  http::server_response* waiting = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) { waiting = &res; });
  f.server.on_upgrade([&](http::incoming_message&, anode::socket const&) { log.note("switched"); });
  http_peer peer = f.connect();
  f.say(peer, with("") + with("Connection: Upgrade\r\nUpgrade: x\r\n"));
  REQUIRE(waiting != nullptr);
  SECTION("by its header") { waiting->set_header("Connection", "close"); }
  SECTION("by its setting") { waiting->set_should_keep_alive(false); }
  SECTION("by the program, behind it") {
    waiting->on_finish([&] { waiting->socket().end(); });
  }
  waiting->end("one");
  f.settle();
  CHECK(log.pop_events().empty());
  CHECK(peer.received().ends_with("one"));
  CHECK(peer.ended());
  peer.close();
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("L: the deadlines of a request end with its head, whatever answers it waits for") {
  server_fixture f;
  event_log log;
  http::server_response* waiting = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) { waiting = &res; });
  auto const take = [&](http::incoming_message&, anode::socket s) {
    log.note("switched");
    s.end();
  };
  f.server.on_upgrade(take);
  f.server.on_connect(take);
  http_peer peer = f.connect();
  f.say(peer, with(""));
  std::string const head = GENERATE(as<std::string>(),
                                    "GET / HTTP/1.1\r\nHost: a\r\n"
                                    "Connection: Upgrade\r\nUpgrade: x\r\n\r\n",
                                    "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  f.say(peer, head.substr(0, 20));
  f.say(peer, head.substr(20));
  for (int i = 0; i < 20; ++i) {
    f.advance(1min);
  }
  REQUIRE_FALSE(peer.ended());
  waiting->end("one");
  f.settle();
  CHECK(log.pop_events() == "switched");
  CHECK(peer.received().ends_with("one"));
}

TEST_CASE("upgrade: nothing of the connection remains when its new owner drops it") {
  switching_server f;
  f.server.on_upgrade([](http::incoming_message&, anode::socket const&) {});
  http_peer peer = f.connect();
  f.say(peer, with("Connection: Upgrade\r\nUpgrade: x\r\n"));
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("upgrade: the timeouts of requests do not apply to a silent new protocol") {
  switching_server f;
  http_peer peer = f.connect();
  f.say(peer, with("Connection: Upgrade\r\nUpgrade: x\r\n"));
  f.advance(1h);
  CHECK_FALSE(peer.ended());
  f.say(peer, "still here");
  CHECK(f.received == "still here");
}

}  // namespace security_upgrade_handover
