// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The endpoints on which a server listens.

#include "support/catch.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace behaviour_server_listen {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using net::ip::tcp;

namespace {

void hello(http::incoming_message&, http::server_response& res) { res.end("hello"); }

// Runs until `done` returns true, up to a generous time limit.
bool run_until(net::io_context& io, std::function<bool()> const& done) {
  auto const limit = std::chrono::steady_clock::now() + 30s;
  io.restart();
  while (!done() && io.run_one_until(limit) > 0) {
  }
  return done();
}

// Sends a request on a new connection.
// @return whether the response arrived
template <class Endpoint>
bool answers(net::io_context& io, Endpoint const& to) {
  using protocol = typename Endpoint::protocol_type;
  typename protocol::socket s(io);
  std::string const request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  std::string answer;
  bool ended = false;
  s.async_connect(to, [&](boost::system::error_code ec) {
    if (ec) {
      ended = true;
      return;
    }
    s.send(net::buffer(request));
    net::async_read_until(s, net::dynamic_buffer(answer), "hello",
                          [&](boost::system::error_code, std::size_t) { ended = true; });
  });
  return run_until(io, [&] { return ended; }) && answer.starts_with("HTTP/1.1 200 OK\r\n");
}

bool has_ipv6() {
  net::io_context io;
  tcp::acceptor a(io);
  boost::system::error_code ec;
  a.open(tcp::v6(), ec);
  if (!ec) {
    a.bind({net::ip::address_v6::loopback(), 0}, ec);
  }
  return !ec;
}

}  // namespace

TEST_CASE("server: without a host it listens on IPv6 and IPv4") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  server.listen(0);
  anode::endpoint const at = server.address();
  CHECK(at.port != 0);
  CHECK(answers(io, tcp::endpoint(net::ip::address_v4::loopback(), at.port)));
  if (has_ipv6()) {
    CHECK(at.family == "IPv6");
    CHECK(at.address == "::");
    CHECK(answers(io, tcp::endpoint(net::ip::address_v6::loopback(), at.port)));
  } else {
    CHECK(at.family == "IPv4");
  }
}

TEST_CASE("server: ipv6_only excludes IPv4") {
  if (!has_ipv6()) {
    return;
  }
  net::io_context io;
  http::server server(io.get_executor(), hello);
  http::listen_options options;
  options.host = "::";
  options.ipv6_only = true;
  server.listen(options);
  CHECK(answers(io, tcp::endpoint(net::ip::address_v6::loopback(), server.address().port)));
  CHECK_FALSE(answers(io, tcp::endpoint(net::ip::address_v4::loopback(), server.address().port)));
}

TEST_CASE("server: reuse_port lets servers share a port") {
  net::io_context io;
  http::server one(io.get_executor(), hello);
  http::server two(io.get_executor(), hello);
  http::listen_options options;
  options.host = "127.0.0.1";
  options.reuse_port = true;
  one.listen(options);
  options.port = one.address().port;
  two.listen(options);
  CHECK(two.address().port == one.address().port);
  // Both servers get connections. The system decides which one gets which.
  int of_one = 0;
  int of_two = 0;
  one.on_connection([&](anode::socket const&) { ++of_one; });
  two.on_connection([&](anode::socket const&) { ++of_two; });
  for (int i = 0; i < 200 && (of_one == 0 || of_two == 0); ++i) {
    CHECK(answers(io, tcp::endpoint(net::ip::address_v4::loopback(), options.port)));
  }
  CHECK(of_one > 0);
  CHECK(of_two > 0);
}

TEST_CASE("server: a drain answers connections in the backlog") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  server.listen(0, "127.0.0.1");
  tcp::endpoint const at(net::ip::address_v4::loopback(), server.address().port);
  std::vector<tcp::socket> waiting;
  std::vector<std::string> answers(3);
  for (std::size_t i = 0; i < 3; ++i) {
    waiting.emplace_back(io).connect(at);
  }
  bool drained = false;
  auto const drain = [&] {
    net::co_spawn(io, server.drain(30s), [&](std::exception_ptr e, http::drain_result r) {
      CHECK(e == nullptr);
      CHECK(r.finished == 3);
      CHECK(r.cut == 0);
      drained = true;
    });
    for (tcp::socket& s : waiting) {
      s.send(net::buffer(std::string_view("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
    }
  };
  SECTION("all of them in the backlog") { drain(); }
  bool first = true;
  SECTION("one of them accepted by Asio whose completion is still pending") {
    server.on_connection([&](anode::socket const&) {
      if (std::exchange(first, false)) {
        net::post(io, drain);
      }
    });
  }
  std::size_t ended = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    net::async_read(waiting[i], net::dynamic_buffer(answers[i]),
                    [&](boost::system::error_code ec, std::size_t) {
                      CHECK(ec == net::error::eof);
                      ++ended;
                    });
  }
  CHECK(run_until(io, [&] { return drained && ended == 3; }));
  for (std::string const& answer : answers) {
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\nhello"));
  }
}

TEST_CASE("server: listens on an existing acceptor or descriptor") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  tcp::acceptor acceptor(io, {net::ip::address_v4::loopback(), 0});
  tcp::endpoint const at = acceptor.local_endpoint();
  SECTION("an acceptor") { server.listen(std::move(acceptor)); }
  SECTION("a descriptor") { server.listen_descriptor(acceptor.release()); }
  CHECK(server.listening());
  CHECK(server.address().port == at.port());
  CHECK(answers(io, at));
}

TEST_CASE("server: closes a descriptor that it cannot listen on because it listens already") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  server.listen(0, "127.0.0.1");
  tcp::acceptor acceptor(io, {net::ip::address_v4::loopback(), 0});
  tcp::endpoint const at = acceptor.local_endpoint();
  CHECK_THROWS_AS(server.listen(std::move(acceptor)), http::exception);
  tcp::acceptor again(io);
  again.open(at.protocol());
  boost::system::error_code ec;
  again.bind(at, ec);
  CHECK_FALSE(ec);  // The port is free.
}

TEST_CASE("server: rejects a descriptor that is not a socket") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  CHECK_THROWS_AS(server.listen_descriptor(-1), boost::system::system_error);
  CHECK_FALSE(server.listening());
}

TEST_CASE("server: a Unix socket's file is removed with it") {
  std::string const path =
      (std::filesystem::temp_directory_path() / ("anode_listen_" + std::to_string(::getpid())))
          .string();
  net::io_context io;
  http::server server(io.get_executor(), hello);
  http::listen_options options;
  options.path = path;
  server.listen(options);
  CHECK(server.address().family == "Unix");
  CHECK(server.address().address == path);
  CHECK(answers(io, net::local::stream_protocol::endpoint(path)));
  server.close();
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("server: listening twice, and again after close") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  server.listen(0, "127.0.0.1");
  try {
    server.listen(0, "127.0.0.1");
    FAIL("it already listens");
  } catch (http::exception const& e) {
    CHECK(e.code() == http::error::server_already_listen);
  }
  server.close();
  server.listen(0, "127.0.0.1");
  CHECK(answers(io, tcp::endpoint(net::ip::address_v4::loopback(), server.address().port)));
}

TEST_CASE("server: without free descriptors it waits, notifies, and continues when some are free") {
  net::io_context io;
  http::server server(io.get_executor(), hello);
  int failures = 0;
  int accepted = 0;
  std::string codes;  // checked later: a sanitizer needs descriptors too
  server.on_error([&](std::exception_ptr const& e) {
    try {
      std::rethrow_exception(e);
    } catch (boost::system::system_error const& error) {
      codes.append(http::code_name(error.code())).append(" ");
    }
    ++failures;
  });
  server.on_connection([&](anode::socket const&) { ++accepted; });
  server.listen(0, "127.0.0.1");
  tcp::socket client(io, tcp::v4());
  client.connect({net::ip::address_v4::loopback(), server.address().port});

  // Opens all unused descriptors.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 3;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  bool const called = run_until(io, [&] { return failures == 3; });
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(called);
  CHECK(codes == "EMFILE EMFILE EMFILE ");
  CHECK(accepted == 0);
  CHECK(server.listening());
  CHECK(run_until(io, [&] { return accepted == 1; }));
}

TEST_CASE("server: max_connections closes connections over the limit, and reports them") {
  net::io_context io;
  http::server_options options;
  options.max_connections = 1;
  http::server server(io.get_executor(), options, hello);
  std::vector<std::string> dropped;
  server.on_drop([&](http::drop_facts const& f) {
    CHECK(f.local.family == "IPv4");
    CHECK(f.local.port == server.address().port);
    CHECK(f.remote.port != 0);
    dropped.push_back("event " + f.remote.address);
  });
  http::server_trace trace;
  trace.drop = [&](http::drop_facts const& f) { dropped.push_back("trace " + f.remote.address); };
  int opened = 0;
  trace.connection_opened = [&](anode::socket const&) { ++opened; };
  server.set_trace(std::move(trace));
  server.on_upgrade(
      [](http::incoming_message&, anode::socket s) -> net::awaitable<void> { co_await s.read(); });
  server.listen(0, "127.0.0.1");
  tcp::endpoint const at(net::ip::address_v4::loopback(), server.address().port);
  auto const refused = [&] {
    tcp::socket s(io);
    s.connect(at);
    bool ended = false;
    char byte = 0;
    s.async_read_some(net::buffer(&byte, 1),
                      [&](boost::system::error_code ec, std::size_t) { ended = ec.failed(); });
    return run_until(io, [&] { return ended; });
  };

  tcp::socket first(io);
  first.connect(at);
  REQUIRE(run_until(io, [&] { return server.connection_count() == 1; }));
  CHECK(refused());
  CHECK(dropped == std::vector<std::string>{"trace 127.0.0.1", "event 127.0.0.1"});
  // A connection that has left HTTP counts too.
  first.send(net::buffer(
      std::string("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")));
  REQUIRE(run_until(
      io, [&] { return server.connections().front().state == http::connection_state::upgraded; }));
  CHECK(refused());
  CHECK(dropped.size() == 4);
  first.close();
  REQUIRE(run_until(io, [&] { return server.connection_count() == 0; }));
  CHECK(answers(io, at));
  CHECK(dropped.size() == 4);
  CHECK(opened == 2);
  server.close_all_connections();
}

TEST_CASE("server: a listener of dropped connections may destroy the server") {
  net::io_context io;
  http::server_options options;
  options.max_connections = 1;
  std::optional<http::server> server;
  server.emplace(io.get_executor(), options, hello);
  server->listen(0, "127.0.0.1");
  tcp::endpoint const at(net::ip::address_v4::loopback(), server->address().port);
  server->on_drop([&](http::drop_facts const&) { server.reset(); });
  std::vector<tcp::socket> clients;
  for (int i = 0; i != 4; ++i) {
    clients.emplace_back(io).connect(at);
  }
  CHECK(run_until(io, [&] { return !server; }));
  io.restart();
  io.poll();
}

}  // namespace behaviour_server_listen
