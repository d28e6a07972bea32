// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The properties of messages, and the events of a response.
#include "base/access.hpp"
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/run.hpp"
#include "support/thrown.hpp"

#include <anode/http.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace behaviour_message_messages {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::client_fixture;
using support::event_log;
using support::http_peer;
using support::server_fixture;
using support::thrown;

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_CASE("incoming message: a request's line, version, headers and trailers") {
  server_fixture f;
  int handled = 0;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        ++handled;
        CHECK(req.method() == "POST");
        CHECK(req.url() == "/a/b?c=d&e=%20");
        CHECK(req.status_code() == 0);
        CHECK(req.status_message() == "");
        CHECK(req.http_version() == "1.1");
        CHECK(req.http_version_major() == 1);
        CHECK(req.http_version_minor() == 1);
        CHECK(req.headers().get("X-One") == "not looked into; q=\"\x80\"");
        CHECK(req.headers().size() == 4);
        CHECK(req.raw_headers().size() == 4);
        CHECK(req.raw_headers()[1].name == "x-One");
        CHECK_FALSE(req.complete());
        CHECK(req.trailers().empty());
        CHECK(req.raw_trailers().empty());
        auto const chunk = co_await req.read();
        CHECK(chunk == "abc");
        CHECK(req.trailers().empty());
        std::string const rest = co_await req.text();
        CHECK(rest == "");
        CHECK(req.complete());
        CHECK(req.trailers().get("x-two") == "2");
        CHECK(req.trailers().values("x-two").to_vector() == std::vector<std::string>{"2"});
        CHECK(req.raw_trailers()[0].name == "X-Two");
        CHECK_FALSE(req.aborted());
        CHECK(&res.req() == &req);
        res.end();
      });
  http_peer peer = f.connect();
  f.say(peer,
        "POST /a/b?c=d&e=%20 HTTP/1.1\r\nHost: a\r\nx-One:  not looked into; q=\"\x80\"\r\n"
        "Trailer: X-Two\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  f.say(peer, "0\r\nX-Two: 2\r\n\r\n");
  CHECK(handled == 1);
}

TEST_CASE("incoming message: a response's status, and its version") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_head(404, "Nothing here", {"X-A", "1"});
    res.end();
  });
  http::client_request r = f.request("GET");
  int calls = 0;
  r.on_response([&](http::incoming_message m) {
    ++calls;
    CHECK(m.status_code() == 404);
    CHECK(m.status_message() == "Nothing here");
    CHECK(m.http_version() == "1.1");
    CHECK(m.url() == "");
    CHECK(m.headers().get("x-a") == "1");
  });
  r.end();
  f.settle();
  CHECK(calls == 1);
}

TEST_CASE("incoming message: gives access to its connection, as the response does") {
  net::io_context io;
  http::server server{io.get_executor()};
  std::uint16_t remote = 0;
  bool shared = false;
  server.on_request([&](http::incoming_message& req, http::server_response& res) {
    anode::socket const s = req.socket();
    shared = s == res.socket();
    CHECK(s.local_endpoint().port == server.address().port);
    CHECK(s.local_endpoint().address == "127.0.0.1");
    CHECK(s.remote_endpoint().address == "127.0.0.1");
    CHECK(s.remote_endpoint().family == "IPv4");
    remote = s.remote_endpoint().port;
    res.end();
  });
  server.listen(0, "127.0.0.1");
  std::uint16_t local = 0;
  auto const run = [&]() -> net::awaitable<void> {
    http::request_options o;
    o.host = "127.0.0.1";
    o.port = server.address().port;
    http::agent agent(io.get_executor());
    http::client_request r = agent.request(o);
    r.end();
    auto answer = co_await r.response();
    local = answer.socket().local_endpoint().port;
    answer.dump();
  };
  support::run(io, run());
  CHECK(shared);
  CHECK(local != 0);
  CHECK(local == remote);
  server.close_all_connections();
}

TEST_CASE("incoming message: a body that is cut off is incomplete") {
  server_fixture f;
  event_log log;
  std::string failure;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
        req.on_aborted(log.recorder("aborted"));
        req.on_error([&](boost::system::error_code ec) {
          log.note("error " + std::string(http::code_name(ec)));
          CHECK(req.errored() == ec);
        });
        req.on_close([&] { log.note(req.complete() ? "complete" : "close"); });
        CHECK_FALSE(req.errored());
        try {
          co_await req.text();
        } catch (boost::system::system_error const& e) {
          failure = http::code_name(e.code());
          CHECK(req.aborted());
          CHECK(req.destroyed());
          CHECK_FALSE(req.complete());
        }
      });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  CHECK(log.pop_events() == "");
  peer.close();
  f.settle();
  CHECK(log.pop_events() == "aborted, error ECONNRESET, close");
  CHECK(failure == "ECONNRESET");
}

TEST_CASE("incoming message: a server's handler can destroy it with or without an error") {
  bool const reason = GENERATE(false, true);
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    req.on_aborted(log.recorder("aborted"));
    req.on_error([&](boost::system::error_code ec) {
      log.note("error " + std::string(http::code_name(ec)));
    });
    req.on_close(log.recorder("close"));
    res.on_close(log.recorder("response close"));
    req.destroy(reason ? make_error_code(http::error::timed_out) : boost::system::error_code());
    CHECK(req.destroyed());
    CHECK(res.destroyed());
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  CHECK(peer.ended());
  CHECK(peer.received() == "");
  CHECK(log.pop_events() == (reason ? "aborted, error ETIMEDOUT, close, response close"
                                    : "aborted, close, response close"));
}

TEST_CASE("server response: its defaults, and how they change") {
  server_fixture f;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    CHECK(res.status_code() == 200);
    CHECK(res.send_date());
    CHECK(res.should_keep_alive());
    CHECK_FALSE(res.strict_content_length());
    CHECK_FALSE(res.headers_sent());
    CHECK_FALSE(res.writable_ended());
    CHECK_FALSE(res.writable_need_drain());
    CHECK_FALSE(res.destroyed());
    CHECK_FALSE(res.closed());
    CHECK_FALSE(res.errored());
    CHECK(res.writable_high_water_mark() == 65536);
    res.set_send_date(false);
    CHECK_FALSE(res.send_date());
    res.set_should_keep_alive(false);
    CHECK_FALSE(res.should_keep_alive());
    res.end("x");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received() == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
  CHECK(peer.ended());
}

TEST_CASE(
    "server response: a write above the high-water mark returns false, and drain is emitted") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_drain([&] {
      log.note("drain");
      CHECK_FALSE(res.writable_need_drain());
      CHECK(res.writable_length() == 0);
      res.end();
    });
    CHECK(res.write("a little"));
    CHECK_FALSE(res.writable_need_drain());
    CHECK_FALSE(res.write(std::string(200'000, 'x')));
    CHECK(res.writable_need_drain());
    net::co_spawn(f.io, res.drained(), [&](std::exception_ptr e) {
      CHECK(e == nullptr);
      log.note("drained");
    });
  });
  CHECK(f.get()->body.size() == 200'008);
  CHECK(log.pop_events().find("drain") != std::string::npos);
}

TEST_CASE("server response: an awaited write does not wait for a later uncork") {
  client_and_server f;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.cork();
        std::string const large(200'000, 'x');
        co_await res.write("head and all");
        co_await res.write(large);
        CHECK(res.writable_need_drain());
        res.uncork();
        co_await res.end();
      });
  CHECK(f.get()->body.size() == 200'012);
}

TEST_CASE("server response: prefinish, finish and close come in this order") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_close(log.recorder("close"));
    res.on_finish([&] {
      CHECK_FALSE(res.closed());
      log.note("finish");
    });
    res.on_prefinish(log.recorder("prefinish"));
    res.end("x");
    CHECK(log.pop_events() == "prefinish");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events() == "finish, close");
}

TEST_CASE("server response: without end nothing is sent, and a close leaves it unfinished") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_finish(log.recorder("finish"));
    res.on_close(log.recorder("close"));
    res.write_head(200);
    net::co_spawn(f.io, res.finished(), [&](std::exception_ptr e) {
      log.note(thrown([&] { std::rethrow_exception(e); }));
    });
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(5min);
  CHECK(peer.received() == "");
  CHECK(log.pop_events() == "");
  peer.close();
  f.settle();
  CHECK(log.pop_events() == "close, ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("server response: informational heads are sent at once, before the final head") {
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    response = &res;
    res.write_continue();
    res.write_processing();
    res.write_early_hints({{"link", "</a.css>; rel=preload"}});
    res.write_information(110, {{"x-a", "1"}});
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take() ==
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
        "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
        "HTTP/1.1 110 unknown\r\nx-a: 1\r\n\r\n");
  CHECK_FALSE(response->headers_sent());
  response->write("x");
  constexpr auto sent =
      "ERR_HTTP_HEADERS_SENT: Cannot write informational headers after they are sent to the client";
  CHECK(thrown([&] { response->write_continue(); }) == sent);
  CHECK(thrown([&] { response->write_processing(); }) == sent);
  CHECK(thrown([&] { response->write_early_hints({{"link", "</a.css>; rel=preload"}}); }) == sent);
  CHECK(thrown([&] { response->write_information(110); }) == sent);
  response->end();
  f.settle();
  CHECK(peer.received().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(peer.received().ends_with("\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
}

TEST_CASE(
    "server response: head and first write are sent in one packet, later writes immediately") {
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    response = &res;
    res.write("one");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take() ==
        "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  response->write("two");
  f.settle();
  CHECK(peer.take() == "3\r\ntwo\r\n");
  response->end();
  f.settle();
  CHECK(peer.take() == "0\r\n\r\n");
}

TEST_CASE("server response: finish does not imply that the client received the response") {
  server_fixture f;
  http_peer peer = f.connect();
  bool called = false;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.on_finish([&] {
      called = true;
      CHECK(peer.received() == "");
    });
    res.end("x");
  });
  f.say(peer, get);
  CHECK(called);
  CHECK(peer.received().ends_with("\r\n\r\nx"));
}

TEST_CASE(
    "client request: the head is sent with the first write or the end, and end ends the request") {
  client_fixture f;
  http::client_request r = f.request("POST");
  f.settle();
  CHECK(f.peers.at(0).take() == "");
  CHECK_FALSE(r.headers_sent());
  r.write("one");
  CHECK(r.headers_sent());
  f.settle();
  CHECK(f.peers.at(0).take() ==
        "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  CHECK(f.pop_events() == "socket");
  r.end("two");
  f.settle();
  CHECK(f.peers.at(0).take() == "3\r\ntwo\r\n0\r\n\r\n");
  CHECK(f.pop_events() == "finish");

  http::client_request whole = f.request("POST");
  whole.end("two");
  f.settle();
  CHECK(f.peers.at(1).take() ==
        "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 3\r\n\r\ntwo");
}

namespace {

// A server on a port, and its URL.
struct local_server {
  local_server() {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      seen.push_back(std::string(req.method()) + " " + std::string(req.url()));
      res.end("hello");
    });
    server.listen(0, "127.0.0.1");
    url = "http://127.0.0.1:" + std::to_string(server.address().port);
  }
  ~local_server() {
    server.close_all_connections();
    server.close();
  }

  net::io_context io;
  http::server server{io.get_executor()};
  std::string url;
  std::vector<std::string> seen;
};

}  // namespace

TEST_CASE("http: get requests a URL with the global agent") {
  local_server s;
  std::string body;
  auto const run = [&]() -> net::awaitable<void> {
    auto answer = co_await http::get(s.io.get_executor(), s.url + "/a?b");
    body = co_await answer.text();
  };
  support::run(s.io, run());
  CHECK(body == "hello");
  CHECK(s.seen == std::vector<std::string>{"GET /a?b"});
}

TEST_CASE("http: a request for a URL, and the effect of its options") {
  local_server s;
  auto const ex = s.io.get_executor();
  auto const run = [](http::client_request r) -> net::awaitable<void> {
    r.end();
    auto answer = co_await r.response();
    CHECK(answer.status_code() == 200);
    answer.dump();
  };
  support::run(s.io, run(http::request(ex, "DELETE", s.url + "/one", {{"x-a", "1"}})));
  http::request_options o;
  o.method = "PUT";
  o.path = "/two";
  support::run(s.io, run(http::request(ex, s.url + "/unused", o)));
  CHECK(s.seen == std::vector<std::string>{"DELETE /one", "PUT /two"});
}

TEST_CASE("http: the global agent reuses connections") {
  net::io_context io;
  http::agent const a = http::global_agent(io.get_executor());
  CHECK(a.options().keep_alive);
  CHECK(a.options().timeout == 5s);
  CHECK(a.options().scheduling == http::scheduling::lifo);
  CHECK(a.options().max_sockets == http::agent_options::no_limit);
}

TEST_CASE("incoming message: a handler that outlives its connection can still query it") {
  bool const complete = GENERATE(true, false);
  server_fixture f;
  bool proceed = false;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        auto const first = co_await req.read();
        CHECK(first == "abc");
        co_await res.end("early");
        while (!proceed) {
          co_await net::post(f.io, net::use_awaitable);
        }
        CHECK_FALSE(req.socket());
        CHECK_FALSE(res.socket());
        req.set_timeout(1s);
        res.set_timeout(1s);
        req.destroy();
        res.destroy();
        log.note(req.complete() ? "complete" : "cut");
        co_await res.write("late");
      });
  f.server.on_error(
      [&](std::exception_ptr e) { log.note(thrown([&] { std::rethrow_exception(e); })); });
  {
    http_peer peer = f.connect();
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::string(complete ? "3" : "9") +
              "\r\n\r\nabc");
    for (int i = 0; i < 100; ++i) {
      f.io.poll_one();
    }
    CHECK(peer.received().ends_with("early"));
    peer.close();
    for (int i = 0; i < 100; ++i) {
      f.io.poll_one();
    }
    CHECK(f.server.connection_count() == 0);
  }
  proceed = true;
  f.settle();
  CHECK(log.pop_events() ==
        std::string(complete ? "complete" : "cut") + ", ERR_STREAM_WRITE_AFTER_END");
}

TEST_CASE("write operation: move assignment destroys the replaced operation") {
  auto const wait = [](std::shared_ptr<int>) -> net::awaitable<void> { co_return; };
  auto const kept = std::make_shared<int>();
  auto operation = anode::detail::access::make<anode::write_operation>(wait(kept), false);
  operation = anode::detail::access::make<anode::write_operation>(wait(kept), true);
  CHECK(kept.use_count() == 2);
  CHECK(static_cast<bool>(operation));
}

}  // namespace behaviour_message_messages
