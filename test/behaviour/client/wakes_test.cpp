// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// In each state of an exchange: when its connection closes, or when it is destroyed, cancelled or
// times out, all pending operations complete.
#include "support/client_fixture.hpp"

#include <boost/asio/cancellation_signal.hpp>

namespace behaviour_client_wakes {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_fixture;
using namespace std::chrono_literals;

constexpr char const* states[] = {
    "queued",          "connecting", "connected",      "written",        "ended",
    "part of a head",  "continue",   "interim",        "interim read",   "head",
    "part of a body",  "chunked",    "tunnel",         "tunnel interim", "upgrade",
    "upgrade interim", "proxied",    "proxied interim"};

constexpr char const* ends[] = {"fin",   "reset",    "destroy", "destroy with an error",
                                "agent", "deadline", "signal"};

// All pending operations of one request.
struct waits {
  http::client_request request;
  http::incoming_message response;
  int waiting = 0;

  template <class F>
  void start(net::io_context& io, F f) {
    ++waiting;
    net::co_spawn(io, std::move(f), [this](std::exception_ptr) { --waiting; });
  }
};

net::awaitable<void> read_response(waits& w) {
  w.response = co_await w.request.response();
  while (auto const chunk = co_await w.response.read()) {
    CHECK_FALSE(chunk->empty());
  }
}
net::awaitable<void> wait_upgraded(waits& w) { co_await w.request.upgraded(); }
net::awaitable<void> wait_continued(waits& w) { co_await w.request.continued(); }
net::awaitable<void> wait_finished(waits& w) { co_await w.request.finished(); }
net::awaitable<void> wait_drained(waits& w) { co_await w.request.drained(); }
net::awaitable<void> write_much(waits& w, std::string const& much) {
  co_await w.request.write(much);
  co_await w.request.end();
}

bool is_one_of(std::string_view state, std::string_view name) { return state.starts_with(name); }

}  // namespace

TEST_CASE("client: closing and destroying resumes all pending operations", "[client]") {
  std::string const state = GENERATE(from_range(std::begin(states), std::end(states)));
  std::string const how = GENERATE(from_range(std::begin(ends), std::end(ends)));
  INFO(state << ", " << how);
  bool const proxied = is_one_of(state, "proxied");
  http::agent_options options;
  options.keep_alive = true;
  options.max_sockets = 1;
  if (proxied) {
    options.proxy = "http://proxy:1";
    options.proxy_tunnel = true;
  }
  net::cancellation_signal signal;
  client_fixture f(options);
  f.reads = false;
  f.capacity = 256;
  std::string const much(100000, 'm');
  waits w;
  http::client_request first;  // uses the connection that the other request waits for
  if (state == "queued") {
    first = f.agent.request("GET", "http://test/first");
    first.end();
    f.settle();
  }
  if (state == "connecting") {
    f.suspend_connects();
  }
  http::request_options o;
  o.host = "test";
  o.method = is_one_of(state, "tunnel") ? "CONNECT" : state == "written" ? "POST" : "GET";
  o.path = is_one_of(state, "tunnel") ? "host:1" : "/";
  o.deadline = 1h;
  o.signal = signal.slot();
  if (is_one_of(state, "upgrade")) {
    o.headers = {{"Connection", "Upgrade"}, {"Upgrade", "x"}};
  } else if (state == "continue") {
    o.headers = {{"Expect", "100-continue"}};
  }
  w.request = f.agent.request(std::move(o));
  w.start(f.io, read_response(w));
  bool const responds = state == "head" || state == "part of a body" || state == "chunked";
  if (!responds) {  // Only one of them receives the response.
    w.start(f.io, wait_upgraded(w));
  }
  w.start(f.io, wait_continued(w));
  w.start(f.io, wait_finished(w));
  if (state == "written") {
    f.peer_reads = false;
    w.start(f.io, write_much(w, much));
    w.start(f.io, wait_drained(w));
  } else if (state != "connected") {
    w.request.end();
  }
  f.settle();
  if (state == "part of a head") {
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Le");
  } else if (state == "continue") {
    f.say(0, "HTTP/1.1 100 Continue\r\n\r\n");
  } else if (state == "interim" || state == "tunnel interim" || state == "upgrade interim" ||
             state == "proxied interim") {
    f.say(0, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  } else if (state == "interim read") {
    f.say(0, "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 1");
  } else if (state == "head") {
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  } else if (state == "part of a body") {
    f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  } else if (state == "chunked") {
    f.say(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
  }
  REQUIRE(w.waiting > 0);
  if (how == "fin" || how == "reset") {
    if (state == "connecting") {
      f.refuse = true;
      f.resume_connects();
    }
    for (auto& p : f.peers) {
      how == "fin" ? p.close() : p.reset();
    }
    if (state == "queued") {
      f.settle();
      f.settle();
      REQUIRE(f.peers.size() == 2);  // The other request has a connection now.
      f.peers.at(1).close();
    }
  } else if (how == "destroy") {
    w.request.destroy();
  } else if (how == "destroy with an error") {
    w.request.destroy(http::error::timed_out);
  } else if (how == "agent") {
    f.agent.destroy();
    f.settle();
    if (state == "queued") {
      f.agent.destroy();  // As in Node, the queued request first gets a new connection.
    }
  } else if (how == "deadline") {
    f.advance(1h);
  } else {
    signal.emit(net::cancellation_type::terminal);
  }
  f.settle();
  CHECK(w.waiting == 0);
  w.request = {};
  w.response = {};
  first = {};
  f.settle();
  CHECK(f.agent.totals().requests == 0);
  CHECK(f.agent.totals().sockets == 0);
}

}  // namespace behaviour_client_wakes
