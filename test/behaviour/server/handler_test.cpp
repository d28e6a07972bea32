// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How handlers learn about their client, and how the user learns about failed handlers.

#include "server/unhandled_error.hpp"
#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "support/run.hpp"
#include "support/thrown.hpp"

#include <anode/error.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdio>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace behaviour_server_handler {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
using support::count_of;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

net::awaitable<void> wait_long(event_log& log, std::string what) {
  net::steady_timer t(co_await net::this_coro::executor, std::chrono::hours(1));
  boost::system::error_code ec;
  co_await t.async_wait(net::redirect_error(net::use_awaitable, ec));
  log.note(what + (ec ? " cancelled" : " waited"));
  if (ec) {
    throw boost::system::system_error(ec);
  }
}

net::awaitable<void> both(event_log& log) { co_await (wait_long(log, "a") && wait_long(log, "b")); }

}  // namespace

TEST_CASE("handler: cancellation that a handler enables reaches it at any nesting") {
  server_fixture f;
  event_log log;
  std::string expected;
  f.server.on_error([](std::exception_ptr const&) {});
  SECTION("its own operation") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await http::enable_cancellation();
      co_await wait_long(log, "a");
    });
    expected = "a cancelled";
  }
  SECTION("two operations at once") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await http::enable_cancellation();
      co_await (wait_long(log, "a") && wait_long(log, "b"));
    });
    expected = "a cancelled, b cancelled";
  }
  SECTION("two operations with &&, or a timeout with ||") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await http::enable_cancellation();
      co_await ((wait_long(log, "a") && wait_long(log, "b")) || wait_long(log, "t"));
    });
    expected = "a cancelled, b cancelled, t cancelled";
  }
  SECTION("operators in a coroutine of operators") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await http::enable_cancellation();
      co_await (both(log) || (both(log) && wait_long(log, "c")));
    });
    expected = "a cancelled, b cancelled, a cancelled, b cancelled, c cancelled";
  }
  SECTION("a coroutine that it spawns and awaits") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await http::enable_cancellation();
      co_await net::co_spawn(co_await net::this_coro::executor, both(log), net::use_awaitable);
    });
    expected = "a cancelled, b cancelled";
  }
  SECTION("total, with Asio's names") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
      co_await (both(log) || wait_long(log, "t"));
    });
    expected = "a cancelled, b cancelled, t cancelled";
  }
  SECTION("partial") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await net::this_coro::reset_cancellation_state(net::enable_partial_cancellation());
      co_await (both(log) || wait_long(log, "t"));
    });
    expected = "a cancelled, b cancelled, t cancelled";
  }
  SECTION("terminal") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await net::this_coro::reset_cancellation_state(net::enable_terminal_cancellation());
      co_await (both(log) || wait_long(log, "t"));
    });
    expected = "a cancelled, b cancelled, t cancelled";
  }
  SECTION("between two operations") {
    f.server.on_request([&](auto&, http::server_response& res) -> net::awaitable<void> {
      net::steady_timer t(co_await net::this_coro::executor, std::chrono::hours(1));
      res.on_close([&] { t.cancel(); });
      boost::system::error_code ec;
      co_await http::enable_cancellation();
      co_await t.async_wait(net::redirect_error(net::use_awaitable, ec));
      log.note(ec ? "cancelled" : "waited");
      co_await net::this_coro::throw_if_cancelled(true);
      try {
        co_await wait_long(log, "next");
      } catch (boost::system::system_error const&) {
        log.note("thrown");
      }
    });
    expected = "cancelled, thrown";
  }
  SECTION("not enabled") {
    f.server.on_request([&](auto&, auto&) -> net::awaitable<void> {
      co_await (both(log) && wait_long(log, "c"));
      log.note("over");
    });
  }
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events().empty());
  peer.reset();
  f.settle();
  CHECK(log.pop_events() == expected);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("handler: a body reader learns why the rest of the body does not arrive") {
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        req.on_error([&](boost::system::error_code ec) {
          log.note("error " + std::string(http::code_name(ec)));
        });
        try {
          while (auto const chunk = co_await req.read()) {
          }
          log.note("complete");
        } catch (boost::system::system_error const& e) {
          log.note(std::string(http::code_name(e.code())));
        }
        res.end();
      });
  http_peer peer = f.connect();
  std::string expected;
  SECTION("invalid chunks") {
    f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    f.say(peer, "zz\r\n");
    expected = "HPE_INVALID_CHUNK_SIZE, error HPE_INVALID_CHUNK_SIZE";
    CHECK(count_of(peer.received(), "400 Bad Request") == 1);
  }
  SECTION("chunk extensions above the limit") {
    f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;" +
                    std::string(20'000, 'x'));
    expected = "HPE_CHUNK_EXTENSIONS_OVERFLOW, error HPE_CHUNK_EXTENSIONS_OVERFLOW";
  }
  SECTION("the timeout of the request") {
    f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    f.advance(400s);
    expected = "ERR_HTTP_REQUEST_TIMEOUT, error ERR_HTTP_REQUEST_TIMEOUT";
    CHECK(count_of(peer.received(), "408 Request Timeout") == 1);
  }
  SECTION("the socket timeout") {
    f.server.set_timeout(10s);
    http_peer other = f.connect();
    f.say(other, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    f.advance(10s);
    expected = "ETIMEDOUT, error ETIMEDOUT";
  }
  SECTION("the client disconnects") {
    f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    peer.end();
    f.settle();
    expected = "ECONNRESET, error ECONNRESET";
  }
  CHECK(log.pop_events() == expected);
}

TEST_CASE("handler: a body is read once") {
  server_fixture f;
  std::string first;
  std::string second;
  bool const whole = GENERATE(true, false);
  auto const again = [](http::incoming_message& req, std::string& to) -> net::awaitable<void> {
    try {
      to = co_await req.text();
    } catch (http::exception const& e) {
      to = std::string(e.code_name()) + ": " + e.what();
    }
  };
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response&) -> net::awaitable<void> {
        if (whole) {
          first = co_await req.text();
        } else {
          while (auto const chunk = co_await req.read()) {
            first.append(*chunk);
          }
        }
        co_await again(req, second);
      });
  http_peer peer = f.connect();
  SECTION("a body") {
    f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(first == "abc");
  }
  SECTION("an empty body") {
    f.say(peer, get);
    CHECK(first.empty());
  }
  CHECK(second == "ERR_INVALID_STATE: The body has already been read");
}

// Exceptions without a listener.

namespace {

// Captures the standard error output.
class captured_stderr {
public:
  captured_stderr() {
    std::fflush(stderr);
    old_ = ::dup(2);
    REQUIRE(::pipe(ends_) == 0);
    ::dup2(ends_[1], 2);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  captured_stderr(captured_stderr const&) = delete;
  captured_stderr& operator=(captured_stderr const&) = delete;
  ~captured_stderr() {
    ::dup2(old_, 2);
    ::close(old_);
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  std::string text() {
    std::fflush(stderr);
    char buffer[4096];
    ssize_t const n = ::read(ends_[0], buffer, sizeof buffer);
    return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string();
  }

private:
  int old_ = -1;
  int ends_[2] = {-1, -1};
};

}  // namespace

TEST_CASE("handler: an exception that leaves a handler is logged as a line of standard error") {
  server_fixture f;
  std::string expected = "anode: the handler of GET /a threw: why\n";
  SECTION("a coroutine") {
    f.server.on_request([](auto&, auto&) -> net::awaitable<void> {
      throw std::runtime_error("why");
      co_return;
    });
  }
  SECTION("a callback") {
    f.server.on_request([](auto&, auto&) { throw std::runtime_error("why"); });
  }
  SECTION("not with a listener") {
    f.server.on_request([](auto&, auto&) { throw std::runtime_error("why"); });
    f.server.on_error([](std::exception_ptr const&) {});
    expected.clear();
  }
  captured_stderr captured;
  http_peer peer = f.connect();
  f.say(peer, "GET /a?secret HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(captured.text() == expected);
  CHECK(count_of(peer.received(), "500 Internal Server Error") == 1);
}

TEST_CASE("handler: bytes of a peer cannot add a line to the log") {
  auto const line = [](std::string const& what, std::string const& target) {
    return anode::server::describe_unhandled(std::make_exception_ptr(std::runtime_error(what)),
                                             "POST", target);
  };
  CHECK(line("a\nb\x1b[0m\x7f", "/\r") ==
        "anode: the handler of POST /\\x0d threw: a\\x0ab\\x1b[0m\\x7f\n");
  CHECK(line("w", "/" + std::string(1000, 'x')) ==
        "anode: the handler of POST /" + std::string(199, 'x') + "... threw: w\n");
  CHECK(line(std::string(1000, 'w'), "/").size() < 600);
  CHECK(anode::server::describe_unhandled(std::make_exception_ptr(5), "", "") ==
        "anode: an exception that is no std::exception\n");
}

// Invalid responses.

TEST_CASE("handler: a response without a body carries no length where none is allowed") {
  server_fixture f;
  int status = 204;
  f.server.on_request([&](auto&, http::server_response& res) {
    res.set_status_code(status);
    res.set_header("Content-Length", "5");
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(count_of(peer.take(), "Content-Length") == 0);
  status = 304;
  f.say(peer, get);
  CHECK(count_of(peer.take(), "Content-Length: 5\r\n") == 1);
  status = 200;
  f.say(peer, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(count_of(peer.take(), "Content-Length: 5\r\n") == 1);
}

TEST_CASE("handler: no control character is sent in a response head") {
  server_fixture f;
  f.server.on_request([&](auto&, http::server_response& res) {
    for (char const c : {'\0', '\1', '\n', '\r', '\x1f', '\x7f'}) {
      CAPTURE(static_cast<int>(c));
      std::string const value = std::string("a") + c + "b";
      CHECK(support::thrown([&] { res.set_header("X", value); }) != "nothing");
      CHECK(support::thrown([&] { res.append_header("X", value); }) != "nothing");
      CHECK(support::thrown([&] { res.set_header(value, "x"); }) != "nothing");
      CHECK(support::thrown([&] { res.add_trailers({{"X", value}}); }) != "nothing");
      CHECK(support::thrown([&] { res.add_trailers({{value, "x"}}); }) != "nothing");
      CHECK(support::thrown([&] { res.write_head(200, value); }) != "nothing");
      CHECK(support::thrown([&] { res.write_head(200, {{"X", value}}); }) != "nothing");
      CHECK(support::thrown([&] { res.write_information(110, {{"X", value}}); }) != "nothing");
      CHECK(support::thrown([&] { res.write_early_hints({{"link", "<" + value + ">"}}); }) !=
            "nothing");
      CHECK(support::thrown([&] { res.write_early_hints({{"link", "<a>"}, {"X", value}}); }) !=
            "nothing");
    }
    res.set_status_message("fine");
    res.end();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(count_of(peer.received(), "HTTP/1.1 200 fine\r\n") == 1);
}

}  // namespace behaviour_server_handler
