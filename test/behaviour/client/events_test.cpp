// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The order of a request's events, as documented by Node and observed with v23.5.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>

namespace behaviour_client_events {

namespace {

namespace http = anode::http;
using anode::test::keeping;
using anode::test::ok;
using support::client_fixture;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("client events: success on a connection that is kept alive", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  CHECK(f.pop_events() == "");  // No event precedes the registration of listeners.
  f.settle();
  CHECK(f.pop_events() == "socket, finish");
  CHECK(f.peers.at(0).received() ==
        "GET / HTTP/1.1\r\nHost: test\r\nConnection: keep-alive\r\n\r\n");
  f.say(0, ok);
  CHECK(f.pop_events() == "response 200, data ok, res.end, close, res.close");
  CHECK(f.agent.totals().free_sockets == 1);
}

TEST_CASE("client events: success on a connection that is not kept alive", "[client]") {
  client_fixture f;
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, ok);
  CHECK(f.pop_events() == "socket, finish, response 200, data ok, res.end, res.close, close");
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("client events: a reused connection emits socket too", "[client]") {
  client_fixture f(keeping());
  auto first = f.request("GET");
  first.end();
  f.settle();
  f.say(0, ok);
  f.pop_events();
  auto second = f.request("GET", "/2");
  second.end();
  f.settle();
  CHECK(f.pop_events() == "socket, finish");
  CHECK(second.reused_socket());
  CHECK(f.peers.size() == 1);
}

TEST_CASE("client events: premature close before the response", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.pop_events();
  f.peers.at(0).end();
  f.settle();
  CHECK(f.pop_events() == "error ECONNRESET, close");
}

TEST_CASE("client events: premature close after the response began", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  f.pop_events();
  f.peers.at(0).end();
  f.settle();
  CHECK(f.pop_events() == "res.aborted, close, res.error ECONNRESET, res.close");
  CHECK(f.response.aborted());
  CHECK_FALSE(f.response.complete());
}

TEST_CASE("client events: destroyed before it has a connection", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.destroy();
  f.settle();
  CHECK(f.pop_events() == "error ECONNRESET, close");
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("client events: destroyed while waiting for the response", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.pop_events();
  r.destroy();
  f.settle();
  CHECK(f.pop_events() == "error ECONNRESET, close");
  CHECK(f.peers.at(0).ended());
  CHECK(r.destroyed());
}

TEST_CASE("client events: destroyed with an error during the body", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  f.pop_events();
  r.destroy(boost::asio::error::timed_out);
  f.settle();
  CHECK(f.pop_events() == "error ETIMEDOUT, res.aborted, close, res.error ECONNRESET, res.close");
}

TEST_CASE("client events: the response destroyed during the body", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  f.pop_events();
  f.response.destroy();
  f.settle();
  CHECK(f.pop_events() == "res.aborted, res.close, close");
  CHECK(f.agent.totals().sockets == 0);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
TEST_CASE("client events: abort immediately, after the connect, and during the body", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.abort();
  f.settle();
  CHECK(f.pop_events() == "close, abort");
  CHECK(r.aborted());

  auto connected = f.request("GET");
  connected.end();
  f.settle();
  f.pop_events();
  connected.abort();
  f.settle();
  CHECK(f.pop_events() == "abort, error ECONNRESET, close");

  auto answered = f.request("GET");
  answered.end();
  f.settle();
  f.say(f.peers.size() - 1, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  f.pop_events();
  answered.abort();
  f.settle();
  CHECK(f.pop_events() == "abort, res.aborted, close, res.error ECONNRESET, res.close");
}
#pragma GCC diagnostic pop

TEST_CASE("client events: a signal aborts", "[client]") {
  client_fixture f(keeping());
  boost::asio::cancellation_signal signal;
  http::request_options o;
  o.host = "test";
  o.signal = signal.slot();
  auto r = f.watched(f.agent.request(std::move(o)));
  r.end();
  f.settle();
  f.pop_events();
  signal.emit(boost::asio::cancellation_type::terminal);
  f.settle();
  CHECK(f.pop_events() == "error ABORT_ERR, close");
}

TEST_CASE("client events: informational responses", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  CHECK(f.pop_events() == "continue, information 100, information 103");
  f.say(0, ok);
  CHECK(f.pop_events() == "response 200, data ok, res.end, close, res.close");
}

TEST_CASE("client events: timeouts notify, the request only once", "[client]") {
  client_fixture f(keeping());
  http::request_options o;
  o.host = "test";
  o.timeout = 50ms;
  auto r = f.watched(f.agent.request(std::move(o)));
  r.end();
  f.settle();
  f.pop_events();
  f.advance(60ms);
  CHECK(f.pop_events() == "timeout");
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
  f.pop_events();
  f.advance(60ms);
  CHECK(f.pop_events() == "res.timeout");
  f.say(0, "cd");
  CHECK(f.pop_events() == "data cd, res.end, close, res.close");
}

TEST_CASE("client events: invalid bytes instead of a response and behind it", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, "garbage\r\n\r\n");
  CHECK(f.pop_events() == "error HPE_INVALID_CONSTANT, close");
  CHECK(f.peers.at(0).ended());

  auto second = f.request("GET");
  second.end();
  f.settle();
  f.pop_events();
  f.say(1, std::string(ok) + "garbage");
  std::string const events = f.pop_events();
  CHECK(events.find("response 200") == 0);
  CHECK(events.find("error HPE_INVALID_CONSTANT") != std::string::npos);
  CHECK(f.agent.totals().free_sockets == 0);
}

TEST_CASE("client events: an upgrade without a listener closes without an error", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.set_header("Connection", "Upgrade");
  r.set_header("Upgrade", "x");
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(f.pop_events() == "close");
  CHECK(f.peers.at(0).ended());
}

TEST_CASE("client events: an upgrade passes the socket with its first bytes", "[client]") {
  client_fixture f(keeping());
  auto r = f.request("GET");
  r.set_header("Connection", "Upgrade");
  r.set_header("Upgrade", "x");
  std::string head;
  anode::socket socket;
  r.on_upgrade([&](http::incoming_message m, anode::socket s) {
    f.events.push_back("upgrade " + std::to_string(m.status_code()));
    head = s.buffered();
    socket = std::move(s);
  });
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, "HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nfirst");
  CHECK(f.pop_events() == "upgrade 101, close");
  CHECK(head == "first");
  CHECK_FALSE(socket.destroyed());
  CHECK(f.agent.totals().sockets == 0);
}

}  // namespace behaviour_client_events
