// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How many pipelined requests a server handles and keeps, and what happens to them when the client
// leaves.

#include "security/requests.hpp"
#include "support/event_log.hpp"
#include "support/http_peer.hpp"

#include <anode/server.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace security_server_pipelining {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using anode::test::get;
using support::count_of;
using support::event_log;
using support::http_peer;
using support::server_fixture;
using tcp = net::ip::tcp;

namespace {

std::string repeated(std::string_view request, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all.append(request);
  }
  return all;
}

// Handlers that answer on request and count the events of their exchanges. They outlive the server,
// whose end emits events.
struct slow_handlers {
  void serve(http::server& server) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      begun.push_back(&res);
      req.on_aborted([this] { ++aborted; });
      res.on_close([this] { ++closed; });
    });
  }

  std::vector<http::server_response*> begun;
  int aborted = 0;
  int closed = 0;
};

}  // namespace

TEST_CASE("server bounds: max_pipelined_requests limits the requests handled at a time") {
  std::uint32_t const depth = GENERATE(1U, 4U, 32U);
  slow_handlers handlers;
  server_fixture f({.max_pipelined_requests = depth});
  handlers.serve(f.server);
  http_peer peer = f.connect();
  f.say(peer, repeated(get, 100));
  CHECK(handlers.begun.size() == depth);
  for (std::size_t i = 0; i < 100; ++i) {
    REQUIRE(handlers.begun.size() > i);
    handlers.begun[i]->end("x");
    f.settle();
    CHECK(handlers.begun.size() <= i + 1 + depth);
  }
  CHECK(count_of(peer.received(), "200 OK") == 100);
}

TEST_CASE("server bounds: handlers start in the order of their requests") {
  server_fixture f({.max_pipelined_requests = 3});
  event_log log;
  std::vector<std::unique_ptr<net::steady_timer>> waiting;
  int begun = 0;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
        log.note(std::string(req.url()));
        if (++begun <= 3) {
          waiting.push_back(
              std::make_unique<net::steady_timer>(f.io, net::steady_timer::time_point::max()));
          boost::system::error_code ec;
          co_await waiting.back()->async_wait(net::redirect_error(net::use_awaitable, ec));
        }
      });
  http_peer peer = f.connect();
  std::string all;
  for (int i = 1; i < 10; ++i) {
    all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  f.say(peer, all);
  CHECK(log.pop_events() == "/1, /2, /3");
  for (std::size_t const i : {2U, 1U, 0U}) {
    waiting.at(i)->cancel();
    f.settle();
  }
  CHECK(log.pop_events() == "/4, /5, /6, /7, /8, /9");
  CHECK(count_of(peer.received(), "200 OK") == 9);
}

TEST_CASE("server bounds: heads and bodies of queued requests have a limit in bytes") {
  slow_handlers handlers;
  server_fixture f({.max_header_size = 100'000, .max_pipelined_requests = 1000});
  handlers.serve(f.server);
  http_peer peer = f.connect(16 * 1024 * 1024);
  SECTION("heads") {
    f.say(peer,
          repeated("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(8192, 'x') + "\r\n\r\n", 100));
    CHECK(handlers.begun.size() == 8);
  }
  SECTION("bodies") {
    f.say(peer, repeated("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8192\r\n\r\n" +
                             std::string(8192, 'x'),
                         100));
    CHECK(handlers.begun.size() == 8);
  }
  SECTION("one request that is larger than the limit") {
    f.say(peer,
          repeated("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(80'000, 'x') + "\r\n\r\n", 3));
    CHECK(handlers.begun.size() == 1);
    handlers.begun.back()->end();
    f.settle();
    CHECK(handlers.begun.size() == 2);
  }
}

TEST_CASE("server bounds: the loss of a client is noticed although its pipeline is not read") {
  slow_handlers handlers;
  server_fixture f;
  handlers.serve(f.server);
  std::size_t const requests = GENERATE(std::size_t{1}, std::size_t{31}, std::size_t{32},
                                        std::size_t{33}, std::size_t{3000});
  http_peer peer = f.connect(1024 * 1024);
  f.say(peer, repeated(get, requests));
  int const begun = static_cast<int>(handlers.begun.size());
  CHECK(begun == static_cast<int>(std::min<std::size_t>(requests, 32)));
  SECTION("by its end of input") { peer.end(); }
  SECTION("by closing") { peer.close(); }
  SECTION("by a reset") { peer.reset(); }
  f.settle();
  CHECK(handlers.closed == begun);
  CHECK(handlers.aborted == begun);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server bounds: a half-closed client gets all responses if the option allows it") {
  slow_handlers handlers;
  server_fixture f({.http_allow_half_open = true, .max_pipelined_requests = 2});
  handlers.serve(f.server);
  http_peer peer = f.connect();
  f.say(peer, repeated(get, 5));
  peer.end();
  f.settle();
  for (std::size_t i = 0; i < 5; ++i) {
    REQUIRE(handlers.begun.size() > i);
    handlers.begun[i]->end("x");
    f.settle();
  }
  CHECK(count_of(peer.received(), "200 OK") == 5);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE(
    "server bounds: over TCP the loss of a client is noticed although its pipeline is not read") {
  bool const reset = GENERATE(false, true);
  // The end of input follows the bytes that fit the TCP window; a reset does not wait.
  std::size_t const requests =
      GENERATE_COPY(std::size_t{1}, std::size_t{33}, std::size_t{reset ? 20'000U : 2'000U});
  CAPTURE(requests, reset);
  net::io_context io;
  slow_handlers handlers;
  http::server server(io.get_executor());
  handlers.serve(server);
  server.listen(0, "127.0.0.1");
  tcp::socket client(io);
  client.connect({net::ip::make_address("127.0.0.1"), server.address().port});
  std::string const sent = repeated(get, requests);
  client.non_blocking(true);
  bool written = false;
  net::async_write(client, net::buffer(sent),
                   [&](boost::system::error_code, std::size_t) { written = true; });
  auto const until = [&](auto condition) {
    auto const end = std::chrono::steady_clock::now() + 20s;
    io.restart();
    while (!condition() && std::chrono::steady_clock::now() < end) {
      io.run_one_until(end);
    }
  };
  std::size_t const begun = std::min<std::size_t>(requests, 32);
  until([&] { return handlers.begun.size() == begun && (written || requests > 1000); });
  if (reset) {
    client.set_option(net::socket_base::linger(true, 0));
  }
  client.close();
  until([&] { return server.connection_count() == 0; });
  CHECK(handlers.closed == static_cast<int>(begun));
  CHECK(server.connection_count() == 0);
  server.close();
  io.restart();
  io.run();  // no work is left
}

}  // namespace security_server_pipelining
