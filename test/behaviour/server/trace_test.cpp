// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What a server reports to the hooks of its trace, and to the listeners of `on_done`.

#include "support/event_log.hpp"
#include "support/exchange_facts.hpp"
#include "support/http_peer.hpp"
#include "support/stream_user.hpp"
#include "transport/memory_stream.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace behaviour_server_trace {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;
using support::text_of;

namespace {

constexpr auto get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto upgrade = "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";

// A server whose hooks record their calls.
struct traced_server : server_fixture {
  explicit traced_server(http::server_options options = {}) : server_fixture(std::move(options)) {
    server.set_trace(all_hooks());
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      log.note("handler");
      if (req.url() == "/open") {
        open = &res;
      } else {
        res.end("hello");
      }
    });
    server.on_error([this](std::exception_ptr const& e) {
      try {
        std::rethrow_exception(e);
      } catch (std::exception const& known) {
        log.note("error " + std::string(known.what()));
      }
    });
  }

  http::server_trace all_hooks() {
    http::server_trace t;
    t.connection_opened = [this](anode::socket const& s) { note("opened", s); };
    t.connection_closed = [this](anode::socket const& s, http::connection_facts const& f) {
      closed = f;
      note("closed", s);
    };
    t.request_start = [this](http::incoming_message& req, http::server_response& res) {
      log.note("start " + std::string(req.url()));
      res.set_header("X-Start", "1");
    };
    t.response_head = [this](http::incoming_message&, http::server_response& res) {
      log.note("head " + std::to_string(res.status_code()));
    };
    t.response_finish = [this](http::incoming_message&, http::server_response&,
                               http::exchange_facts const& f) {
      facts = f;
      log.note("finish " + text_of(f));
    };
    t.upgrade = [this](http::incoming_message& req, anode::socket const& s) {
      note("upgrade " + std::string(req.url()), s);
    };
    t.client_error = [this](http::client_error const& e, anode::socket const& s) {
      note("client error " + std::string(http::code_name(e.code)), s);
    };
    t.timeout = [this](anode::socket const& s) { note("timeout", s); };
    t.drop_request = [this](http::incoming_message const&, anode::socket const& s) {
      note("drop request", s);
    };
    return t;
  }

  void note(std::string const& what, anode::socket const& s) {
    log.note(s ? what : what + " without a socket");
  }

  std::string events() { return log.pop_events(); }

  event_log log;
  http::server_response* open = nullptr;
  std::optional<http::exchange_facts> facts;
  std::optional<http::connection_facts> closed;
};

}  // namespace

TEST_CASE("server trace: a request and its connection, in the order of their events") {
  traced_server f;
  http_peer peer = f.connect();
  CHECK(f.events() == "opened");
  f.say(peer, get);
  CHECK(f.events() == "start /a, handler, head 200, finish 200 0/5");
  std::string const received = peer.take();
  CHECK(received.find("X-Start: 1\r\n") != std::string::npos);
  std::string const post = "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  f.say(peer, post);
  CHECK(f.events() == "start /b, handler, head 200, finish 200 3/5");
  std::size_t const second = peer.take().size();
  peer.close();
  f.settle();
  CHECK(f.events() == "closed");
  REQUIRE(f.closed);
  CHECK(f.closed->requests == 2);
  CHECK(f.closed->bytes_read == std::string(get).size() + post.size());
  CHECK(f.closed->bytes_written == received.size() - 3 + 29 + second - 3 + 29);
}

TEST_CASE("server trace: the facts have the bytes and the times of an exchange") {
  traced_server f;
  http_peer peer = f.connect();
  auto const begin = anode::runtime::clock::of(f.io.get_executor()).now();
  f.say(peer, "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  f.advance(10ms);
  f.say(peer, "llo");
  REQUIRE(f.open != nullptr);
  f.open->write("first");
  f.settle();
  CHECK(f.events() == "opened, start /open, handler, head 200");
  f.advance(20ms);
  f.open->end("second");
  f.settle();
  CHECK(f.events() == "finish 200 5/11");
  REQUIRE(f.facts);
  CHECK(f.facts->received == begin);
  CHECK(f.facts->head_sent == begin + 10ms);
  CHECK(f.facts->finished == begin + 30ms);
  CHECK_FALSE(f.facts->aborted);
  CHECK_FALSE(f.facts->error);
  // The value of Date is replaced in what the peer shows.
  CHECK(f.facts->head_bytes == peer.received().find("\r\n\r\n") + 4 - 3 + 29);
}

TEST_CASE("server trace: an aborted response is finished once, with the reason") {
  http::server_options options;
  options.request_timeout = 1s;
  options.headers_timeout = 1s;
  options.connections_checking_interval = 100ms;
  traced_server f(options);
  http_peer peer = f.connect();
  std::string expected;
  SECTION("a reset before the head") {
    f.say(peer, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
    peer.reset();
    expected = "finish 0 0/0 aborted ECONNRESET";
  }
  SECTION("a reset behind the head") {
    f.say(peer, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
    f.open->write("abc");
    f.settle();
    peer.reset();
    expected = "finish 200 0/3 aborted ECONNRESET";
  }
  SECTION("the time for the body is over") {
    f.say(peer, "POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    f.advance(2s);
    expected =
        "client error ERR_HTTP_REQUEST_TIMEOUT, finish 0 2/0 aborted "
        "ERR_HTTP_REQUEST_TIMEOUT";
  }
  SECTION("destroyed by its handler") {
    f.say(peer, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
    f.open->destroy(net::error::timed_out);
    expected = "finish 0 0/0 aborted ETIMEDOUT";
  }
  SECTION("a server that closes its connections") {
    f.say(peer, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
    f.server.close_all_connections();
    expected = "finish 0 0/0 aborted ECONNRESET";
  }
  f.settle();
  std::string const events = f.events();
  CHECK(events.starts_with("opened, start /open, handler, "));
  CHECK(events.find(expected) != std::string::npos);
  CHECK(support::count_of(events, "finish") == 1);
  CHECK(support::count_of(events, "closed") == 1);
}

TEST_CASE("server trace: requests that the server answers itself are traced too") {
  http::server_options options;
  options.max_requests_per_socket = 1;
  traced_server f(options);
  http_peer one = f.connect();
  f.say(one, "GET / HTTP/1.1\r\n\r\n");
  CHECK(f.events() == "opened, start /, head 400, finish 400 0/0, closed");
  http_peer two = f.connect();
  f.say(two, "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n");
  CHECK(f.events() == "opened, start /, head 417, finish 417 0/0");
  f.say(two, get);
  CHECK(f.events().starts_with("start /a, drop request, head 503, finish 503 0/0"));
  // Invalid input begins no request.
  http_peer three = f.connect();
  f.say(three, "BAD\r\n\r\n");
  three.close();
  f.settle();
  CHECK(f.events() == "opened, client error HPE_INVALID_METHOD, closed");
}

TEST_CASE("server trace: pipelined responses finish in order, behind the first one") {
  traced_server f;
  http_peer peer = f.connect();
  f.say(peer, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(get) + get);
  CHECK(f.events() ==
        "opened, start /open, handler, start /a, handler, start /a, handler, head 200, head 200");
  f.open->set_status_code(404).end();
  f.settle();
  CHECK(f.events() == "head 404, finish 404 0/0, finish 200 0/5, finish 200 0/5");
}

TEST_CASE("server trace: a connection that leaves HTTP is closed once, with its bytes") {
  traced_server f;
  anode::socket kept;
  f.server.on_upgrade([&](http::incoming_message&, anode::socket s) {
    f.log.note("upgrade handler");
    s.write("101!");
    kept = s;
  });
  http_peer peer = f.connect();
  f.say(peer, std::string(get) + upgrade + "more");
  CHECK(f.events() ==
        "opened, start /a, handler, head 200, finish 200 0/5, upgrade /up, upgrade handler");
  kept.destroy();
  f.settle();
  CHECK(f.events() == "closed");
  CHECK(f.closed->requests == 2);
  CHECK(f.closed->bytes_read == std::string(get).size() + std::string(upgrade).size() + 4);
  // A refused CONNECT is closed without a handler.
  http_peer other = f.connect();
  f.say(other, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  CHECK(f.events() == "opened, closed");
}

TEST_CASE("server trace: exceptions of hooks go to on_error, and the exchange continues") {
  server_fixture f;
  event_log log;
  auto const fail = [](auto&&...) { throw std::runtime_error("hook"); };
  http::server_trace t;
  t.connection_opened = fail;
  t.connection_closed = fail;
  t.request_start = fail;
  t.response_head = fail;
  t.response_finish = fail;
  t.upgrade = fail;
  t.client_error = fail;
  t.timeout = fail;
  t.drop_request = fail;
  f.server.set_trace(std::move(t));
  int errors = 0;
  f.server.on_error([&](std::exception_ptr const&) { ++errors; });
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("fine"); });
  f.server.on_upgrade([](http::incoming_message&, anode::socket s) { s.end("up"); });
  http_peer peer = f.connect();
  CHECK(errors == 1);
  f.say(peer, get);
  CHECK(errors == 4);
  CHECK(peer.take().ends_with("fine"));
  f.say(peer, upgrade);
  CHECK(errors == 5);
  CHECK(peer.take() == "up");
  peer.close();
  f.settle();
  CHECK(errors == 6);
  http_peer bad = f.connect();
  f.say(bad, "BAD\r\n\r\n");
  bad.close();
  f.settle();
  CHECK(errors == 9);
  CHECK(bad.received().starts_with("HTTP/1.1 400 "));
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server trace: a hook may destroy the connection or the server") {
  int const at = GENERATE(range(0, 6));
  bool const whole_server = GENERATE(false, true);
  event_log log;
  net::io_context io;
  std::optional<http::server> server;
  server.emplace(io.get_executor(), [&](http::incoming_message&, http::server_response& res) {
    log.note("handler");
    res.end("hello");
  });
  auto const destroy = [&](int here, anode::socket s) {
    if (here == at && whole_server) {
      server.reset();
    } else if (here == at) {
      s.destroy();
    }
  };
  int started = 0;
  int finished = 0;
  int opened = 0;
  int closed = 0;
  http::server_trace t;
  t.connection_opened = [&](anode::socket const& s) {
    ++opened;
    destroy(0, s);
  };
  t.request_start = [&](http::incoming_message& req, http::server_response&) {
    ++started;
    destroy(1, req.socket());
  };
  t.response_head = [&](http::incoming_message& req, http::server_response&) {
    destroy(2, req.socket());
  };
  t.response_finish = [&](http::incoming_message&, http::server_response& res,
                          http::exchange_facts const&) {
    ++finished;
    destroy(3, res.socket());
  };
  t.upgrade = [&](http::incoming_message&, anode::socket const& s) { destroy(4, s); };
  t.connection_closed = [&](anode::socket const& s, http::connection_facts const&) {
    ++closed;
    destroy(5, s);
  };
  server->set_trace(std::move(t));
  server->on_upgrade([&](http::incoming_message&, anode::socket s) { s.end("up"); });
  for (std::string_view const request : {get, upgrade}) {
    if (server) {
      auto [ours, theirs] = anode::transport::make_memory_pair(io.get_executor(), 65536);
      http_peer peer{anode::socket(std::move(ours))};
      server->emit_connection(std::move(theirs));
      peer.send(request);
      io.restart();
      io.poll();
      peer.close();
      io.restart();
      io.poll();
    }
  }
  CHECK(started == finished);
  CHECK(opened == closed);
  CHECK((!server || server->connection_count() == 0));
  server.reset();
  io.restart();
  io.poll();
}

TEST_CASE("server trace: a hook that has responded replaces the handler") {
  traced_server f;
  http::server_trace t = f.all_hooks();
  t.request_start = [&](http::incoming_message&, http::server_response& res) {
    f.log.note("start");
    res.set_status_code(403).end("no");
  };
  f.server.set_trace(std::move(t));
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(f.events() == "opened, start, head 403, finish 403 0/2");
  CHECK(peer.received().ends_with("no"));
  CHECK_FALSE(peer.ended());
}

TEST_CASE("server trace: requests and connections keep the trace under which they have begun") {
  traced_server f;
  http_peer peer = f.connect();
  f.say(peer, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
  f.server.set_trace({});
  f.open->end();
  f.settle();
  CHECK(f.events() == "opened, start /open, handler, head 200, finish 200 0/0");
  f.say(peer, get);
  CHECK(f.events() == "handler");
  peer.close();
  f.settle();
  CHECK(f.events() == "closed");
  CHECK(f.closed->requests == 2);
}

TEST_CASE("server trace: the times include the work of a handler that answers at once") {
  net::io_context io;  // with the clock of the system
  http::exchange_facts facts;
  http::server server(io.get_executor(), [&](http::incoming_message&, http::server_response& res) {
    res.on_done([&](http::exchange_facts const& f) { facts = f; });
    std::this_thread::sleep_for(5ms);  // the work
    res.end("hello");
  });
  auto ends = anode::transport::make_memory_pair(io.get_executor(), 65536);
  server.emit_connection(std::move(ends.second));
  support::stream_user::write(*ends.first, get);
  while (facts.status == 0 && io.run_one_for(10s) != 0) {
  }
  REQUIRE(facts.status == 200);
  CHECK(facts.head_sent - facts.received >= 5ms);
  CHECK(facts.finished >= facts.head_sent);
}

}  // namespace behaviour_server_trace
