// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What a client can make a server keep, and for how long.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "support/run.hpp"

#include <anode/error.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
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

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// Handlers that answer on request and count the events of their exchanges.
struct slow_handlers {
  explicit slow_handlers(http::server& server) {
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
  server_fixture f({.max_pipelined_requests = depth});
  slow_handlers handlers(f.server);
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
  CHECK(log.told() == "/1, /2, /3");
  for (std::size_t const i : {2U, 1U, 0U}) {
    waiting.at(i)->cancel();
    f.settle();
  }
  CHECK(log.told() == "/4, /5, /6, /7, /8, /9");
  CHECK(count_of(peer.received(), "200 OK") == 9);
}

TEST_CASE("server bounds: heads and bodies of queued requests have a limit in bytes") {
  server_fixture f({.max_header_size = 100'000, .max_pipelined_requests = 1000});
  slow_handlers handlers(f.server);
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
  server_fixture f;
  slow_handlers handlers(f.server);
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
  server_fixture f({.http_allow_half_open = true, .max_pipelined_requests = 2});
  slow_handlers handlers(f.server);
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
  http::server server(io.get_executor());
  slow_handlers handlers(server);
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

TEST_CASE("server bounds: a client that disconnects behind an unread body") {
  server_fixture f;
  event_log log;
  std::size_t read = 0;
  net::steady_timer wait(f.io, std::chrono::hours(1));
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
        co_await http::enable_cancellation();
        co_await net::this_coro::throw_if_cancelled(false);
        boost::system::error_code ec;
        co_await wait.async_wait(net::redirect_error(net::use_awaitable, ec));
        log.note(ec ? "cancelled" : "waited");
        co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
        try {
          while (auto const piece = co_await req.read()) {
            read += piece->size();
          }
          log.note("complete");
        } catch (boost::system::system_error const& e) {
          log.note(std::string(http::code_name(e.code())));
        }
      });
  http_peer peer = f.connect(1024 * 1024);
  f.say(peer,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" + std::string(500'000, 'x'));
  SECTION("by its end of input: the handler is notified and can read the whole body") {
    peer.end();
    f.settle();
    CHECK(log.told() == "cancelled, complete");
    CHECK(read == 500'000);
  }
  SECTION("by a reset") {
    peer.reset();
    f.settle();
    CHECK(log.told() == "cancelled, ECONNRESET");
  }
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server bounds: the end of input does not overtake an unread body") {
  server_fixture f({.high_water_mark = 1});
  event_log log;
  std::string text;
  net::steady_timer wait(f.io, std::chrono::hours(1));
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
        try {
          for (;;) {
            boost::system::error_code ec;
            co_await wait.async_wait(net::redirect_error(net::use_awaitable, ec));
            std::optional<std::string_view> const piece = co_await req.read();
            if (!piece) {
              break;
            }
            text.append(*piece);
          }
          log.note("complete");
        } catch (boost::system::system_error const& e) {
          log.note(std::string(http::code_name(e.code())));
        }
      });
  http_peer peer = f.connect();
  int const ends_at = GENERATE(range(0, 7));
  f.say(peer,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nd\r\n1\r\ne\r\n0\r\n\r\n");
  for (int i = 0; i < 10; ++i) {
    if (i == ends_at) {
      peer.end();
      f.settle();
    }
    wait.cancel();
    f.settle();
  }
  CHECK(text == "abcde");
  CHECK(log.told() == "complete");
}

TEST_CASE("server bounds: informational responses to a client that does not read have a limit") {
  server_fixture f;
  http::server_response* response = nullptr;
  int sent = 0;
  SECTION("a handler that does not wait") {
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      response = &res;
      for (; sent < 10'000; ++sent) {
        bool const room(res.write_early_hints({{"link", "</" + std::string(1000, 'x') + ">"}}));
        bool const other(res.write_information(110, {{"X", std::string(1000, 'x')}}));
        bool const third(res.write_processing());
        bool const fourth(res.write_continue());
        if (sent == 9'999) {
          CHECK_FALSE((room || other || third || fourth));
        }
      }
    });
  }
  SECTION("a handler that waits") {
    f.server.on_request(
        [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          response = &res;
          for (; sent < 10'000; ++sent) {
            http::header_list const hints{{"link", "</" + std::string(1000, 'x') + ">"}};
            co_await res.write_early_hints(hints);
          }
        });
  }
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  http_peer peer(anode::socket(std::move(ours)), false);
  f.say(peer, get);
  REQUIRE(response != nullptr);
  CHECK(response->writable_length() < 65536 + 2000);
  CHECK(sent > 0);
}

TEST_CASE("server bounds: the first 100 is sent whatever is queued before it") {
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_check_continue([&](http::incoming_message&, http::server_response& res) {
    response = &res;
    for (int i = 0; i < 1000; ++i) {
      res.write_information(110, {{"X", std::string(1000, 'x')}});
    }
    res.write_continue();
    res.write_continue();
  });
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  REQUIRE(response != nullptr);
  CHECK(count_of(peer.received(), "100 Continue") == 1);
}

// The end of a connection.

namespace {

constexpr auto bad = "\x01\r\n\r\n";

}  // namespace

TEST_CASE("server bounds: a lingering connection ends, whatever its timeout is") {
  server_fixture f;
  std::optional<anode::socket> socket;
  f.server.on_connection([&](anode::socket s) { socket = std::move(s); });
  http_peer peer = f.connect();
  f.say(peer, bad);
  CHECK(f.server.connection_count() == 1);
  SECTION("a peer that does nothing") {
    socket->set_timeout(0ms);
    f.advance(1001ms);
  }
  SECTION("a longer timeout") {
    socket->set_timeout(std::chrono::hours(1));
    f.advance(1001ms);
  }
  SECTION("a peer that continues to send") {
    for (int i = 0; i < 60; ++i) {
      socket->set_timeout(0ms);
      f.say(peer, "x");
      f.advance(500ms);
    }
    f.advance(1ms);
  }
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server bounds: a connection with blocked output ends, whatever its timeout is") {
  server_fixture f;
  anode::socket socket;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    socket = req.socket();
    res.write(std::string(50'000, 'x'));
  });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  anode::socket const client(std::move(ours));
  http_peer peer(client, false);
  f.say(peer, get);
  CHECK(socket.writable_length() > 0);
  SECTION("an error of the client") { f.say(peer, bad); }
  SECTION("the user ends it") { socket.end(); }
  SECTION("the user closes it behind its output") { socket.destroy_soon(); }
  f.settle();
  CHECK(f.server.connection_count() == 1);
  socket.set_timeout(0ms);
  f.advance(60s);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server bounds: an ended connection with blocked output ends when its client leaves") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write(std::string(50'000, 'x'));
  });
  f.server.on_client_error([](http::client_error const&, anode::socket s) { s.end("bye"); });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  http_peer peer(anode::socket(std::move(ours)), false);
  f.say(peer, get);
  f.say(peer, bad);
  CHECK(f.server.connection_count() == 1);
  SECTION("by closing") { peer.close(); }
  SECTION("by a reset") { peer.reset(); }
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("server bounds: a connection that the user ended does not stay open for its client") {
  server_fixture f;
  anode::socket socket;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) { req.socket().end("bye"); });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received() == "bye");
  CHECK(f.server.connection_count() == 1);
  f.advance(1001ms);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE(
    "server bounds: an ended and dropped upgraded socket is closed although its peer never "
    "closes") {
  server_fixture f;
  f.server.on_upgrade(
      [](http::incoming_message&, anode::socket s) { s.end(std::string(100'000, 'x')); });
  auto [ours, theirs] = anode::transport::make_memory_pair(f.io.get_executor(), 4096);
  f.server.emit_connection(std::move(theirs));
  http_peer peer(anode::socket(std::move(ours)), false);
  f.say(peer, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(f.server.connection_count() == 1);
  f.advance(60s);
  CHECK(f.server.connection_count() == 0);
}

// Unread bodies.

namespace {

// Sends a whole request over TCP before it reads. Returns the received bytes.
std::string send_all_then_read(http::server& server, net::io_context& io, std::string const& head,
                               std::size_t body) {
  std::string received;
  bool failed = false;
  support::run(io,
               [](http::server& s, std::string const& first, std::size_t bytes, std::string& got,
                  bool& fail) -> net::awaitable<void> {
                 tcp::socket client(co_await net::this_coro::executor);
                 tcp::endpoint const to(net::ip::make_address("127.0.0.1"), s.address().port);
                 co_await client.async_connect(to, net::use_awaitable);
                 std::string const piece(65536, 'x');
                 boost::system::error_code ec;
                 co_await net::async_write(client, net::buffer(first),
                                           net::redirect_error(net::use_awaitable, ec));
                 for (std::size_t left = bytes; left > 0 && !ec;) {
                   std::size_t const n = std::min(left, piece.size());
                   co_await net::async_write(client, net::buffer(piece, n),
                                             net::redirect_error(net::use_awaitable, ec));
                   left -= n;
                 }
                 fail = ec.failed();
                 std::string buffer(65536, '\0');
                 while (!ec && got.find("done") == std::string::npos) {
                   std::size_t const n = co_await client.async_read_some(
                       net::buffer(buffer), net::redirect_error(net::use_awaitable, ec));
                   got.append(buffer, 0, n);
                 }
               }(server, head, body, received, failed));
  CHECK_FALSE(failed);
  return received;
}

std::string post(std::size_t length) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("server bounds: a response that leaves a large body unread announces the close") {
  net::io_context io;
  http::server server(io.get_executor());
  server.listen(0, "127.0.0.1");
  SECTION("a coroutine") {
    server.on_request(
        [](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          co_await res.end("done");
        });
  }
  SECTION("a coroutine that returns") {
    server.on_request(
        [](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          res.set_header("X", "done");
          co_return;
        });
  }
  SECTION("a coroutine that has read some bytes and throws") {
    server.on_error([](std::exception_ptr const&) {});
    server.on_request(
        [](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
          co_await req.read();
          throw std::runtime_error("done");
        });
  }
  SECTION("a callback") {
    server.on_request([](http::incoming_message&, http::server_response& res) { res.end("done"); });
  }
  SECTION("a head that is fixed before") {
    server.on_request([](http::incoming_message&, http::server_response& res) {
      res.write_head(413, {{"X", "y"}}).end("done");
    });
  }
  SECTION("a head that is fixed before, without headers of the user") {
    server.on_request([](http::incoming_message&, http::server_response& res) {
      res.write_head(413).end("done");
    });
  }
  std::string const received = send_all_then_read(server, io, post(5'000'000), 5'000'000);
  CHECK(count_of(received, "done") + count_of(received, "500 ") == 1);
  CHECK(count_of(received, "Connection: close\r\n") == 1);
  CHECK(count_of(received, "keep-alive") == 0);
}

TEST_CASE("server bounds: a response that leaves a body unread can keep the connection") {
  net::io_context io;
  http::server server(io.get_executor());
  server.listen(0, "127.0.0.1");
  SECTION("a small body") {
    server.on_request([](http::incoming_message&, http::server_response& res) { res.end("done"); });
    std::string const received = send_all_then_read(server, io, post(900'000), 900'000);
    CHECK(count_of(received, "Connection: keep-alive\r\n") == 1);
  }
  SECTION("a handler that reads while it writes") {
    server.on_request(
        [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          while (auto const piece = co_await req.read()) {
            if (!res.headers_sent()) {
              res.write("reading ");
            }
          }
          co_await res.end("done");
        });
    std::string const received = send_all_then_read(server, io, post(5'000'000), 5'000'000);
    CHECK(count_of(received, "Connection: keep-alive\r\n") == 1);
    CHECK(count_of(received, "done") == 1);
  }
  SECTION("a large body behind a sent head: no client gets a reset") {
    server.on_request([](http::incoming_message&, http::server_response& res) {
      res.write("not ");
      res.end("done");
    });
    std::string const received = send_all_then_read(server, io, post(5'000'000), 5'000'000);
    CHECK(count_of(received, "done") == 1);
  }
}
