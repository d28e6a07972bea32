// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Exceptions thrown by user functions. The executor rethrows each of them once, and the library's
// state stays intact.
#include "behaviour/client/request_setup.hpp"
#include "conformance/client/event_log.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>

namespace behaviour_client_node_exceptions {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using anode::test::keeping;
using support::client_and_server;
using support::client_fixture;
using support::client_log;
using support::event_log;

// Runs all ready handlers.
// @return the messages of the exceptions thrown meanwhile
std::vector<std::string> settle(net::io_context& io) {
  std::vector<std::string> thrown;
  io.restart();
  for (;;) {
    try {
      io.poll();
      return thrown;
    } catch (std::runtime_error const& e) {
      thrown.emplace_back(e.what());
    }
  }
}

}  // namespace

TEST_CASE(
    "test-http-catch-uncaughtexception: an exception of a response handler ends nothing else") {
  client_fixture f(keeping());
  event_log log;
  auto r = f.agent.request("GET", "http://test/");
  r.on_close(log.recorder("close"));
  r.on_response([](http::incoming_message m) {
    m.dump();
    throw std::runtime_error("get did fail");
  });
  r.end();
  CHECK(settle(f.io).empty());
  f.peers.at(0).send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(settle(f.io) == std::vector<std::string>{"get did fail"});
  CHECK(log.pop_events() == "close");
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("test-http-end-throw-socket-handling: ten listeners that throw do not block the pool") {
  http::agent_options a = keeping();
  a.max_sockets = 2;
  client_and_server f({}, std::move(a));
  int served = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    ++served;
    res.end("Hello");
  });
  std::vector<http::client_request> requests;
  std::deque<http::incoming_message> responses;
  for (int i = 0; i < 10; ++i) {
    requests.push_back(f.request("GET", "/" + std::to_string(i)));
    requests.back().on_response([&](http::incoming_message m) {
      responses.push_back(std::move(m));
      responses.back().on_end([] { throw std::runtime_error("thrown at the end"); });
      responses.back().dump();
    });
    requests.back().end();
  }
  CHECK(settle(f.io) == std::vector<std::string>(10, "thrown at the end"));
  CHECK(served == 10);
  CHECK(f.agent.totals().sockets == 0);
  CHECK(f.agent.totals().requests == 0);
  CHECK(f.agent.totals().free_sockets == 2);
}

TEST_CASE(
    "client exceptions: every listener of a request can throw at every point, and the request "
    "continues") {
  for (char const* event : {"socket", "finish", "continue", "information 103", "response 200",
                            "data", "res.end", "res.close", "close"}) {
    INFO(event);
    client_fixture f(keeping());
    client_log log(f.io);
    http::request_options o;
    o.host = "test";
    o.headers = {{"Expect", "100-continue"}};
    auto r = f.agent.request(std::move(o));
    log.watch(r);
    std::string const name = std::string(event).substr(0, std::string(event).find(' '));
    log.when(name, [] { throw std::runtime_error("thrown"); });
    r.end();
    std::size_t thrown = settle(f.io).size();
    f.peers.at(0).send("HTTP/1.1 100 Continue\r\n\r\n");
    thrown += settle(f.io).size();
    f.peers.at(0).send(
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    thrown += settle(f.io).size();
    f.peers.at(0).send("ok");
    thrown += settle(f.io).size();
    // The reader coroutine belongs to the test and catches its own exceptions.
    std::string const events = log.pop_events();
    if (name == "data") {
      CHECK(thrown == 0);
    } else {
      CHECK(thrown >= 1);
      // A listener that throws when it receives the response does not read the response.
      CHECK(support::count_of(events, "close") == (name == "response" ? 0 : 2));
    }
  }
}

TEST_CASE("client exceptions: an agent whose hooks throw continues to serve requests") {
  http::agent_options a = keeping();
  int which = GENERATE(0, 1);
  auto const fail = [] { throw std::runtime_error("hook"); };
  if (which == 0) {
    a.keep_socket_alive = [&](anode::socket) -> bool {
      fail();
      return true;
    };
  } else {
    a.reuse_socket = [&](anode::socket) { fail(); };
  }
  client_and_server f({}, std::move(a));
  f.server.on_request([](http::incoming_message&, http::server_response& res) { res.end("ok"); });
  std::size_t thrown = 0;
  for (int i = 0; i < 3; ++i) {
    auto r = f.request("GET");
    r.end();
    auto const got = f.fetch(std::move(r));
    thrown += settle(f.io).size();
    CHECK(got->body == "ok");
  }
  CHECK(thrown == (which == 0 ? 3 : 2));
  CHECK(f.connections_made == (which == 0 ? 3 : 1));
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("test-http-outgoing-message-capture-rejection: an exception while a body is written") {
  SECTION("in a handler: closes the connection, and the client sees a reset") {
    client_and_server f;
    std::string error;
    f.server.on_error([&](std::exception_ptr e) {
      try {
        std::rethrow_exception(e);
      } catch (std::exception const& x) {
        error = x.what();
      }
    });
    auto const serve = [](http::incoming_message&,
                          http::server_response& res) -> net::awaitable<void> {
      std::string const chunk(1 << 16, 'x');
      bool more = true;
      while (more) {
        more = static_cast<bool>(res.write(chunk));
      }
      co_await res.drained();
      throw std::runtime_error("kaboom");
    };
    f.server.on_request(serve);
    client_log log(f.io);
    auto r = f.request("GET");
    log.watch(r);
    r.end();
    f.settle();
    CHECK(error == "kaboom");
    CHECK(log.pop_events().ends_with("res.aborted, close, res.error ECONNRESET, res.close"));
  }
  SECTION("in a coroutine that writes a request: aborts the request") {
    client_and_server f;
    f.server.on_request([](http::incoming_message&, http::server_response&) {});
    client_log log(f.io);
    std::string error;
    auto const ask = [&]() -> net::awaitable<void> {
      auto r = f.request("POST");
      log.watch(r);
      std::string const chunk(1 << 16, 'x');
      bool more = true;
      while (more) {
        more = static_cast<bool>(r.write(chunk));
      }
      co_await net::post(f.io, net::use_awaitable);
      throw std::runtime_error("kaboom");
    };
    net::co_spawn(f.io, ask(), [&](std::exception_ptr e) {
      try {
        std::rethrow_exception(e);
      } catch (std::exception const& x) {
        error = x.what();
      }
    });
    f.settle();
    CHECK(error == "kaboom");
    CHECK(log.pop_events() == "socket, error ABORT_ERR, close");
    CHECK(f.agent.totals().sockets == 0);
  }
}

}  // namespace behaviour_client_node_exceptions
