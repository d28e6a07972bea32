// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Listening, and the ways to end a server and its connections.

#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <anode/error.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace behaviour_server_node_close {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

void hello(http::incoming_message&, http::server_response& res) { res.end("Hello World!"); }

// Closes a server and records the completion.
void close(server_fixture& f, event_log& log) {
  net::co_spawn(f.io, f.server.close().as_awaitable(),
                [&log](std::exception_ptr e) { log.note(e ? "close failed" : "closed"); });
  f.settle();
}

}  // namespace

TEST_CASE("test-http-listening: whether a server listens") {
  server_fixture f;
  event_log log;
  CHECK_FALSE(f.server.listening());
  f.server.on_listening([&] { log.note(f.server.listening() ? "listening" : "wrong"); });
  f.server.on_close([&] { log.note(f.server.listening() ? "wrong" : "close"); });
  f.server.listen(0, "127.0.0.1");
  CHECK(log.pop_events().empty());
  f.settle();
  CHECK(log.pop_events() == "listening");
  f.server.close();
  CHECK_FALSE(f.server.listening());
  f.settle();
  CHECK(log.pop_events() == "close");
}

TEST_CASE("test-http-bind-twice: a port in use") {
  server_fixture f;
  f.server.listen(0, "127.0.0.1");
  f.settle();
  http::server second(f.io.get_executor(), hello);
  int calls = 0;
  second.on_listening([&] { ++calls; });
  try {
    second.listen(f.server.address().port, "127.0.0.1");
    FAIL("the port is in use");
  } catch (boost::system::system_error const& e) {
    CHECK(http::code_name(e.code()) == "EADDRINUSE");
  }
  f.settle();
  CHECK(calls == 0);
  CHECK_FALSE(second.listening());
}

TEST_CASE("test-http-eof-on-connect: a client that connects and disconnects without a byte") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { log.note("wrong"); });
  f.server.on_client_error(
      [&](http::client_error const&, anode::socket const&) { log.note("wrong"); });
  f.server.listen(0, "127.0.0.1");
  http_peer peer = f.connect();
  f.settle();
  peer.close();
  f.settle();
  CHECK(f.server.connection_count() == 0);
  close(f, log);
  CHECK(log.pop_events() == "closed");
}

TEST_CASE("test-http-server-close-all: connections with running exchanges are closed too") {
  server_fixture f;
  event_log log;
  int connections = 0;
  int handled = 0;
  f.server.on_connection([&](anode::socket const&) { ++connections; });
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    ++handled;
    res.write("Hello ");
    res.end("World!");
  });
  f.server.listen(0, "127.0.0.1");
  http_peer one = f.connect();
  f.say(one, "GET / HTTP/1.1");
  http_peer two = f.connect();
  f.say(two, get);
  CHECK(two.received().ends_with("0\r\n\r\n"));
  CHECK_FALSE(two.ended());
  f.server.close_all_connections();
  close(f, log);
  CHECK(one.ended());
  CHECK(two.ended());
  CHECK(log.pop_events() == "closed");
  CHECK(handled == 1);
  CHECK(connections == 2);
}

TEST_CASE("test-http-server-close-idle: close waits for a request that is being received") {
  server_fixture f;
  event_log log;
  f.server.on_request(hello);
  f.server.listen(0, "127.0.0.1");
  http_peer one = f.connect();
  f.say(one, "GET / HTTP/1.1");
  http_peer two = f.connect();
  f.say(two, get);
  close(f, log);
  CHECK_FALSE(one.ended());
  CHECK(two.ended());
  f.advance(500ms);
  CHECK_FALSE(one.ended());
  CHECK(log.pop_events().empty());
  f.server.close_all_connections();
  f.settle();
  CHECK(one.ended());
  CHECK(log.pop_events() == "closed");
  close(f, log);
  CHECK(log.pop_events() == "close failed");
}

TEST_CASE(
    "test-http-server-close-idle-wait-response: a connection that waits for a response is not "
    "idle") {
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { response = &res; });
  http_peer peer = f.connect();
  f.say(peer, get);
  f.advance(500ms);
  f.server.close_idle_connections();
  f.advance(500ms);
  REQUIRE(response != nullptr);
  response->write_head(204, {{"Connection", "keep-alive"}, {"Keep-Alive", "timeout=1"}});
  response->end();
  f.settle();
  CHECK(peer.received() ==
        "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\nKeep-Alive: timeout=1\r\n"
        "Date: now\r\n\r\n");
  CHECK_FALSE(peer.ended());
  f.server.close_idle_connections();
  f.settle();
  CHECK(peer.ended());
}

TEST_CASE("test-http-client-close-with-default-agent: close closes idle connections") {
  http::agent_options pooled;
  pooled.keep_alive = true;
  client_and_server f({}, pooled);
  event_log log;
  f.server.on_request(hello);
  f.server.listen(0, "127.0.0.1");
  CHECK(f.get()->body == "Hello World!");
  CHECK(f.agent.totals().free_sockets == 1);
  close(f, log);
  CHECK(log.pop_events() == "closed");
  CHECK(f.agent.totals().free_sockets == 0);
}

TEST_CASE(
    "test-http-server-async-dispose: an awaited close completes when all connections have ended") {
  server_fixture f;
  event_log log;
  f.server.on_close(log.recorder("close"));
  f.server.listen(0, "127.0.0.1");
  close(f, log);
  std::string const events = log.pop_events();
  CHECK((events == "close, closed" || events == "closed, close"));
  // The context has no work left.
  CHECK(f.io.stopped());
}

TEST_CASE("test-http-server-close-destroy-timeout: no timer outlives a closed server") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  server.listen(0, "127.0.0.1");
  server.on_listening([&] { server.close(); });
  // Would run for thirty seconds if the periodic check still ran.
  auto const before = std::chrono::steady_clock::now();
  io.run();
  CHECK(std::chrono::steady_clock::now() - before < 20s);
}

TEST_CASE("test-http-server-clear-timer: listening again leaves no timer of the first period") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  int times = 0;
  server.on_listening([&] {
    ++times;
    server.close();
  });
  server.on_close([&] {
    if (times == 1) {
      server.listen(0, "127.0.0.1");
    }
  });
  server.listen(0, "127.0.0.1");
  auto const before = std::chrono::steady_clock::now();
  io.run();
  CHECK(times == 2);
  CHECK(std::chrono::steady_clock::now() - before < 20s);
}

TEST_CASE(
    "test-http-server-connections-checking-leak: servers that never listen leave nothing behind") {
  net::io_context io;
  {
    std::vector<std::unique_ptr<http::server>> servers;
    for (int i = 0; i < 100; ++i) {
      servers.push_back(std::make_unique<http::server>(io.get_executor(), hello));
    }
    CHECK(io.poll() == 0);
  }
  CHECK(io.poll() == 0);
  CHECK(io.stopped());
}

TEST_CASE("test-http-nodelay: Nagle's algorithm is off unless the server enables it") {
  for (bool const wanted : {true, false}) {
    net::io_context io;
    http::server_options options;
    CHECK(options.no_delay);
    options.no_delay = wanted;
    http::server server(io.get_executor(), options, hello);
    std::optional<int> found;
    server.on_connection([&](anode::socket s) {
      int value = -1;
      socklen_t size = sizeof value;
      ::getsockopt(s.native_handle(), IPPROTO_TCP, TCP_NODELAY, &value, &size);
      found = value;
      s.destroy();
      server.close();
    });
    server.listen(0, "127.0.0.1");
    net::ip::tcp::socket client(io);
    client.async_connect({net::ip::address_v4::loopback(), server.address().port},
                         [](boost::system::error_code) {});
    io.run();
    REQUIRE(found);
    CHECK((*found != 0) == wanted);
  }
}

}  // namespace behaviour_server_node_close
