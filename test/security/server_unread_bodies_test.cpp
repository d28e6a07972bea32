// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Request bodies that the handler leaves unread.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "support/run.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace security_server_unread_bodies {

namespace http = anode::http;
namespace net = boost::asio;
using support::count_of;
using support::event_log;
using support::http_peer;
using support::server_fixture;
using tcp = net::ip::tcp;

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
    CHECK(log.pop_events() == "cancelled, complete");
    CHECK(read == 500'000);
  }
  SECTION("by a reset") {
    peer.reset();
    f.settle();
    CHECK(log.pop_events() == "cancelled, ECONNRESET");
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
  CHECK(log.pop_events() == "complete");
}

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

}  // namespace security_server_unread_bodies
