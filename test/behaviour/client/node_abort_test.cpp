// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// An aborted or destroyed request, and the events on either side.
#include "behaviour/client/request_setup.hpp"
#include "conformance/client/event_log.hpp"

#include <anode/error.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>

namespace behaviour_client_node_abort {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using anode::test::keeping;
using support::abort;
using support::client_and_server;
using support::client_log;
using support::event_log;

// A server whose requests the test counts and answers.
class silent_server : public client_and_server {
public:
  explicit silent_server(http::agent_options o = {}) : client_and_server({}, std::move(o)) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      ++served;
      response = &res;
      req.on_aborted([this, &req] {
        CHECK(req.aborted());
        log.note("aborted");
      });
      req.on_error([this](boost::system::error_code ec) {
        log.note("error " + std::string(http::code_name(ec)));
      });
      if (answers) {
        answers(req, res);
      }
    });
  }

  int served = 0;
  http::server_response* response = nullptr;  ///< to the last request
  std::function<void(http::incoming_message&, http::server_response&)> answers;
  event_log log;  ///< of the requests
};

void begin(http::incoming_message&, http::server_response& res) {
  res.write_head(200);
  res.write("part");
}

}  // namespace

TEST_CASE("test-http-abort-before-end: end after abort is allowed, and the request is not sent") {
  silent_server f;
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  abort(r);
  r.end();
  f.settle();
  CHECK(log.pop_events() == "close, abort");
  CHECK(f.served == 0);
}

TEST_CASE("test-http-abort-client: a server that destroys its response aborts the client's") {
  silent_server f;
  f.answers = &begin;
  client_log log(f.io);
  auto r = f.request("GET", "/", {{"Connection", "keep-alive"}});
  log.watch(r);
  int closed = 0;
  log.when("response", [&] { log.response.socket().on_close([&] { ++closed; }); });
  r.end();
  f.settle();
  CHECK(log.pop_events() == "socket, finish, response 200, data");
  f.response->destroy();
  f.settle();
  CHECK(log.pop_events() == "res.aborted, close, res.error ECONNRESET, res.close");
  CHECK(closed == 1);
}

TEST_CASE("test-http-abort-stream-end: after abort no more of the body is emitted") {
  silent_server f;
  f.answers = [](http::incoming_message&, http::server_response& res) {
    for (int i = 0; i < 1024; ++i) {
      res.write(std::string(256, 'x'));
    }
    res.end();
  };
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  bool changed = false;
  int aborts = 0;
  std::size_t size = 0;
  log.when("data", [&] {
    CHECK_FALSE(r.aborted());
    if (log.body.size() > 1024) {
      abort(r);
      CHECK(r.aborted());
      size = log.body.size();
      changed = true;
    }
  });
  log.when("abort", [&] {
    ++aborts;
    CHECK(changed);
  });
  r.end();
  f.settle();
  CHECK(aborts == 1);
  CHECK(log.body.size() == size);
  CHECK(size < 1024 * 256);
}

TEST_CASE("test-http-aborted: both sides observe an abort, with and without listeners") {
  silent_server f;
  f.answers = &begin;
  client_log log(f.io);
  auto r = f.request("GET", "/", {{"Connection", "keep-alive"}});
  log.watch(r);
  log.when("response", [&] { abort(r); });
  r.end();
  f.settle();
  CHECK(f.log.pop_events() == "aborted, error ECONNRESET");
  CHECK(log.pop_events() ==
        "socket, finish, response 200, abort, res.aborted, close, res.error ECONNRESET, res.close");

  // Without an error listener nothing is thrown.
  client_and_server quiet;
  int aborted = 0;
  quiet.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    req.on_aborted([&] { ++aborted; });
    res.write("hello");
  });
  auto second = quiet.request("GET");
  http::incoming_message answer;
  second.on_response([&](http::incoming_message m) {
    answer = std::move(m);
    answer.on_aborted([&] { ++aborted; });
    abort(second);
  });
  second.end();
  CHECK_NOTHROW(quiet.settle());
  CHECK(aborted == 2);
}

TEST_CASE("test-http-client-abort-event: abort is emitted once") {
  silent_server f;
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  r.end();
  abort(r);
  abort(r);
  f.settle();
  CHECK(log.pop_events() == "close, abort");
}

TEST_CASE("test-http-client-abort-no-agent: the connection made for an aborted request is closed") {
  silent_server f;
  std::deque<support::http_peer> peers;
  bool asked = false;
  // The connector completes even if the request was aborted.
  auto const make =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    asked = true;
    co_await net::post(f.io, net::use_awaitable);
    auto pair = anode::transport::make_memory_pair(f.io.get_executor(), 1024);
    peers.emplace_back(anode::socket(std::move(pair.second)));
    co_return std::move(pair.first);
  };
  http::request_options o;
  o.create_connection = make;
  auto r = http::request(f.io.get_executor(), std::move(o));
  r.end();
  while (!asked) {
    REQUIRE(f.io.poll_one() == 1);
  }
  abort(r);
  f.settle();
  REQUIRE(peers.size() == 1);
  CHECK(peers.at(0).ended());
  CHECK(peers.at(0).received().empty());
}

TEST_CASE("test-http-client-abort: the server sees each of eight aborted requests aborted") {
  silent_server f;
  f.answers = &begin;
  std::deque<client_log> logs;
  std::vector<http::client_request> requests;
  for (int i = 0; i < 8; ++i) {
    requests.push_back(f.request("GET", "/" + std::to_string(i)));
    logs.emplace_back(f.io).watch(requests.back());
    requests.back().end();
  }
  f.settle();
  CHECK(f.served == 8);
  CHECK(f.log.pop_events().empty());
  for (http::client_request& r : requests) {
    abort(r);
  }
  f.settle();
  CHECK(support::count_of(f.log.pop_events(), "aborted") == 8);
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("test-http-client-abort2: abort while the body is read emits no error") {
  silent_server f;
  f.answers = [](http::incoming_message&, http::server_response& res) { res.end("Hello"); };
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  log.when("data", [&] { abort(r); });
  r.end();
  CHECK_NOTHROW(f.settle());
  CHECK(log.pop_events().find(", error") == std::string::npos);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-client-abort3: a connection that fails after an abort changes nothing") {
  bool const by_agent = GENERATE(true, false);
  net::io_context io;
  bool asked = false;
  auto const oops =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    asked = true;
    co_await net::post(io, net::use_awaitable);
    throw std::runtime_error("Oops");
  };
  http::agent_options a;
  a.create_connection = oops;
  http::agent agent(io.get_executor(), std::move(a));
  http::request_options o;
  o.host = "test";
  if (!by_agent) {
    o.create_connection = oops;
  }
  client_log log(io);
  auto r = by_agent ? agent.request(std::move(o)) : http::request(io.get_executor(), std::move(o));
  log.watch(r);
  r.end();
  while (!asked) {
    REQUIRE(io.poll_one() == 1);
  }
  log.pop_events();
  abort(r);
  io.poll();
  CHECK(log.pop_events() == "abort, error ECONNRESET, close");
}

TEST_CASE("test-http-client-abort-destroy: the values of aborted, destroyed and the error") {
  silent_server f;
  f.answers = &begin;
  client_log log(f.io);
  net::cancellation_signal signal;
  http::request_options o;
  o.host = "test";
  o.signal = signal.slot();

  SECTION("abort during the body") {
    auto r = f.request("GET");
    log.watch(r);
    log.when("data", [&] { abort(r); });
    r.end();
    f.settle();
    CHECK(r.aborted());
    CHECK(r.destroyed());
    CHECK(log.error.empty());
  }
  SECTION("destroy during the body") {
    auto r = f.request("GET");
    log.watch(r);
    log.when("data", [&] { r.destroy(); });
    r.end();
    f.settle();
    CHECK_FALSE(r.aborted());
    CHECK(r.destroyed());
    CHECK(log.error.empty());
  }
  SECTION("destroy immediately") {
    auto r = f.request("GET");
    log.watch(r);
    r.end();
    r.destroy();
    CHECK(r.destroyed());
    f.settle();
    CHECK_FALSE(r.aborted());
    CHECK(log.pop_events() == "error ECONNRESET, close");
    CHECK(f.served == 0);
  }
  SECTION("a signal immediately") {
    auto r = f.agent.request(std::move(o));
    log.watch(r);
    r.end();
    signal.emit(net::cancellation_type::terminal);
    CHECK(r.destroyed());
    f.settle();
    CHECK_FALSE(r.aborted());
    CHECK(log.pop_events() == "error ABORT_ERR, close");
    CHECK(f.served == 0);
    CHECK_FALSE(signal.slot().has_handler());
  }
  SECTION("a signal later") {
    auto r = f.agent.request(std::move(o));
    CHECK(signal.slot().has_handler());
    log.watch(r);
    r.end();
    net::post(f.io, [&] { signal.emit(net::cancellation_type::terminal); });
    f.settle();
    CHECK_FALSE(r.aborted());
    CHECK(r.destroyed());
    CHECK(log.pop_events().find("error ABORT_ERR") != std::string::npos);
    CHECK_FALSE(signal.slot().has_handler());
  }
}

TEST_CASE("test-http-client-aborted-event: a response cut off by the server is aborted") {
  bool const listens = GENERATE(true, false);
  silent_server f;
  f.answers = &begin;
  auto r = f.request("GET", "/", {{"Connection", "keep-alive"}});
  event_log log;
  http::incoming_message response;
  r.on_response([&](http::incoming_message m) {
    response = std::move(m);
    response.on_aborted(log.recorder("aborted"));
    if (listens) {
      response.on_error([&](boost::system::error_code ec) {
        log.note("error " + std::string(http::code_name(ec)));
      });
    }
    f.response->destroy();
  });
  r.end();
  CHECK_NOTHROW(f.settle());
  CHECK(log.pop_events() == (listens ? "aborted, error ECONNRESET" : "aborted"));
}

TEST_CASE("test-http-client-agent-abort-close-event: only close, and no event at the server") {
  silent_server f(keeping());
  event_log log;
  auto r = f.request("GET");
  r.on_socket([&](anode::socket) { log.note("socket"); });
  r.on_response([&](http::incoming_message) { log.note("response"); });
  r.on_close([&] { log.note(r.destroyed() ? "close" : "close too early"); });
  r.end();
  abort(r);
  f.settle();
  CHECK(log.pop_events() == "close");
  CHECK(f.served == 0);
}

TEST_CASE("test-http-client-close-event: destroyed immediately: the error, then close") {
  silent_server f;
  client_log log(f.io);
  auto r = f.request("GET");
  log.watch(r);
  log.when("close", [&] { CHECK(r.destroyed()); });
  r.end();
  r.destroy();
  f.settle();
  CHECK(log.pop_events() == "error ECONNRESET, close");
  CHECK(log.error == "socket hang up");
  CHECK(f.served == 0);
}

}  // namespace behaviour_client_node_abort
