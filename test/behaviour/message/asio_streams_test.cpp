// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Messages as Asio streams, with Asio's algorithms and with every completion token.
#include "support/client_and_server.hpp"
#include "support/thrown.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/stream_traits.hpp>

#include <array>
#include <string>

namespace behaviour_message_asio_streams {

namespace http = anode::http;
namespace net = boost::asio;
using boost::system::error_code;
using support::client_and_server;
using support::http_peer;
using support::server_fixture;
using support::thrown;

static_assert(boost::beast::is_async_read_stream<http::incoming_message>::value);
static_assert(boost::beast::is_async_write_stream<http::server_response>::value);
static_assert(boost::beast::is_async_write_stream<http::client_request>::value);
static_assert(boost::beast::is_async_stream<anode::socket>::value);

namespace {

std::string post(std::string const& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A server that keeps its one request.
struct open_request : server_fixture {
  explicit open_request(std::string const& bytes) : peer(connect()) {
    server.on_request([this](http::incoming_message& q, http::server_response& s) {
      req = &q;
      res = &s;
    });
    say(peer, bytes);
    REQUIRE(req != nullptr);
  }

  http_peer peer;
  http::incoming_message* req = nullptr;
  http::server_response* res = nullptr;
};

}  // namespace

TEST_CASE("incoming message: async_read fills the user's buffer") {
  open_request f(post("hello, "));
  std::string buffer(12, '.');
  SECTION("with a callback") {
    error_code ec = net::error::would_block;
    std::size_t n = 0;
    net::async_read(*f.req, net::buffer(buffer), [&](error_code e, std::size_t bytes) {
      ec = e;
      n = bytes;
    });
    f.settle();
    CHECK(n == 7);
    CHECK(ec == net::error::eof);
    CHECK(buffer == "hello, .....");
  }
  SECTION("with a future") {
    auto read = net::async_read(*f.req, net::buffer(buffer, 5), net::use_future);
    f.settle();
    CHECK(read.get() == 5);
    auto rest = net::async_read(*f.req, net::buffer(buffer), net::use_future);
    f.settle();
    CHECK(thrown([&] { rest.get(); }) == "EOF");
    CHECK(buffer == ", llo.......");
  }
  SECTION("deferred") {
    auto operation = net::async_read(*f.req, net::buffer(buffer, 5), net::deferred);
    f.settle();
    CHECK(buffer == "............");
    std::size_t n = 0;
    std::move(operation)([&](error_code, std::size_t bytes) { n = bytes; });
    f.settle();
    CHECK(n == 5);
    CHECK(buffer == "hello.......");
  }
  SECTION("in a coroutine, into several buffers") {
    std::string a(3, '.');
    std::string b(4, '.');
    std::size_t n = 0;
    auto const read = [&]() -> net::awaitable<void> {
      std::array<net::mutable_buffer, 3> const buffers{net::mutable_buffer(), net::buffer(a),
                                                       net::buffer(b)};
      n = co_await net::async_read(*f.req, buffers, net::use_awaitable);
    };
    net::co_spawn(f.io, read(), net::detached);
    f.settle();
    CHECK(n == 7);
    CHECK(a + b == "hello, ");
  }
}

TEST_CASE(
    "incoming message: async_read_some reads the available bytes into the first non-empty buffer") {
  open_request f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  std::string buffer(3, '.');
  std::array<net::mutable_buffer, 2> const buffers{net::mutable_buffer(), net::buffer(buffer)};
  std::string got;
  bool done = false;
  auto const next = [&] {
    done = false;
    f.req->async_read_some(buffers, [&](error_code ec, std::size_t n) {
      CHECK_FALSE(ec);
      got = buffer.substr(0, n);
      done = true;
    });
    f.settle();
    return done;
  };
  CHECK(next());
  CHECK(got == "hel");
  CHECK(next());
  CHECK(got == "lo");
  got.clear();
  CHECK_FALSE(next());
  f.say(f.peer, "wor");
  CHECK(got == "wor");
}

TEST_CASE("incoming message: a cancelled read leaves the message usable") {
  open_request f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  std::string buffer(5, '.');
  net::cancellation_signal cancel;
  error_code ec;
  net::async_read(
      *f.req, net::buffer(buffer),
      net::bind_cancellation_slot(cancel.slot(), [&](error_code e, std::size_t) { ec = e; }));
  f.settle();
  cancel.emit(net::cancellation_type::terminal);
  f.settle();
  CHECK(ec == net::error::operation_aborted);
  auto read = net::async_read(*f.req, net::buffer(buffer), net::use_future);
  f.say(f.peer, "hello");
  CHECK(read.get() == 5);
  CHECK(buffer == "hello");
}

TEST_CASE("incoming message: text and bytes have a limit") {
  std::string const body = "0123456789";
  SECTION("a body within the limit arrives whole") {
    open_request f(post(body));
    std::vector<std::byte> bytes;
    net::co_spawn(f.io, f.req->bytes(10),
                  [&](std::exception_ptr, std::vector<std::byte> b) { bytes = std::move(b); });
    f.settle();
    REQUIRE(bytes.size() == 10);
    CHECK(bytes[9] == std::byte{'9'});
  }
  SECTION("a body above the limit fails, the handler's failure answers 413, and reading stops") {
    std::size_t const limit = GENERATE(as<std::size_t>{}, 0, 9);
    server_fixture f;
    std::string failure;
    f.server.on_request(
        [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          try {
            co_await req.text(limit);
          } catch (http::exception const& e) {
            failure = std::string(e.code_name()) + ": " + e.what();
            throw;
          }
          res.end("never");
        });
    http_peer peer = f.connect();
    f.say(peer, post(body));
    CHECK(failure == "ERR_BODY_TOO_LARGE: The body is larger than " + std::to_string(limit) +
                         " bytes (the argument of the call)");
    CHECK(peer.received().starts_with("HTTP/1.1 413 Payload Too Large\r\n"));
    CHECK(peer.ended());
  }
}

TEST_CASE("incoming message: without an argument, the limit of text is the option's") {
  constexpr std::size_t mebibyte = 1024 * 1024;
  std::size_t const above = GENERATE(as<std::size_t>{}, 0, 1);
  server_fixture f;
  std::string failure;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        try {
          std::string const all = co_await req.text();
          CHECK(all.size() == mebibyte);
        } catch (http::exception const& e) {
          failure = e.what();
          throw;
        }
        res.end("whole");
      });
  http_peer peer = f.connect();
  f.say(peer, post(std::string(mebibyte + above, 'x')));
  CHECK(failure == (above == 0 ? ""
                               : "The body is larger than 1048576 bytes "
                                 "(server_options::max_text_size)"));
  CHECK(peer.received().starts_with(above == 0 ? "HTTP/1.1 200 " : "HTTP/1.1 413 "));
}

TEST_CASE("outgoing message: async_write with every completion token") {
  open_request f("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::size_t n = 0;
  net::async_write(*f.res, net::buffer("one", 3), [&](error_code ec, std::size_t bytes) {
    CHECK_FALSE(ec);
    n = bytes;
  });
  f.settle();
  CHECK(n == 3);
  auto two = net::async_write(*f.res, net::buffer("two", 3), net::use_future);
  f.settle();
  CHECK(two.get() == 3);
  auto operation = net::async_write(*f.res, net::buffer("three", 5), net::deferred);
  f.settle();
  std::string const before = f.peer.received();
  CHECK(before.ends_with("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n"));
  std::move(operation)([&](error_code, std::size_t bytes) { n = bytes; });
  f.settle();
  CHECK(n == 5);
  std::array<net::const_buffer, 3> const pieces{net::const_buffer(), net::buffer("fo", 2),
                                                net::buffer("ur", 2)};
  auto four = net::async_write(*f.res, pieces, net::use_future);
  f.settle();
  CHECK(four.get() == 4);
  net::co_spawn(f.io, f.res->end("five"), net::detached);
  f.settle();
  CHECK(f.peer.received() == before + "5\r\nthree\r\n2\r\nfo\r\n2\r\nur\r\n4\r\nfive\r\n0\r\n\r\n");
}

TEST_CASE("outgoing message: async_write to a finished message fails") {
  open_request f("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  f.res->destroy();
  auto write = net::async_write(*f.res, net::buffer("one", 3), net::use_future);
  f.settle();
  CHECK(thrown([&] { write.get(); }) == "ERR_STREAM_DESTROYED");
}

TEST_CASE("outgoing message: async_write of a client's request") {
  client_and_server f;
  std::string received;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        received = co_await req.text();
        co_await res.end();
      });
  http::client_request r = f.request("POST");
  std::string const large(200'000, 'x');
  std::size_t n = 0;
  net::async_write(r, net::buffer(large), [&](error_code, std::size_t bytes) {
    n = bytes;
    r.end();
  });
  f.settle();
  CHECK(n == large.size());
  CHECK(received == large);
}

}  // namespace behaviour_message_asio_streams
