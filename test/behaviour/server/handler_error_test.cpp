// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The program's handler of exceptions that leave a request handler.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "support/thrown.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/post.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace behaviour_server_handler_error {

namespace http = anode::http;
namespace net = boost::asio;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string what_of(std::exception_ptr const& e) {
  try {
    std::rethrow_exception(e);
  } catch (std::exception const& known) {
    return known.what();
  }
}

// A server whose handler sets a header and throws.
struct throwing_server : server_fixture {
  throwing_server() {
    server.on_error([this](std::exception_ptr const& e) { log.note("error " + what_of(e)); });
    bool const coroutine = GENERATE(false, true);
    if (coroutine) {
      server.on_request(
          [this](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
            handle(req, res);
            co_return;
          });
    } else {
      server.on_request(
          [this](http::incoming_message& req, http::server_response& res) { handle(req, res); });
    }
  }

  void handle(http::incoming_message& req, http::server_response& res) {
    res.set_header("X-Id", "7");
    before(res);
    if (req.url() != "/fine") {
      throw std::runtime_error("broken");
    }
    res.end("fine");
  }

  std::function<void(http::server_response&)> before = [](http::server_response&) {};
  event_log log;
};

}  // namespace

TEST_CASE("handler error: it responds with the headers that were set") {
  throwing_server f;
  f.server.on_handler_error(
      [&](http::incoming_message& req, http::server_response& res, std::exception_ptr const& e) {
        f.log.note("handler " + std::string(req.url()) + " " + what_of(e) + " " +
                   std::to_string(res.status_code()));
        res.set_status_code(418).end("teapot");
        return true;
      });
  SECTION("no head was made") {}
  SECTION("a head was made, but not sent") {
    f.before = [](http::server_response& res) { res.write_head(201, "Fine"); };
  }
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(f.log.pop_events() == "handler / broken 500");
  CHECK(peer.take() ==
        "HTTP/1.1 418 I'm a Teapot\r\nX-Id: 7\r\nDate: now\r\nConnection: keep-alive\r\n"
        "Keep-Alive: timeout=5\r\nContent-Length: 6\r\n\r\nteapot");
  f.say(peer, "GET /fine HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(f.log.pop_events().empty());
  CHECK(peer.take().find("fine") != std::string::npos);
}

TEST_CASE("handler error: it may respond later") {
  throwing_server f;
  http::server_response* later = nullptr;
  f.server.on_handler_error(
      [&](http::incoming_message&, http::server_response& res, std::exception_ptr const&) {
        later = &res;
        return true;
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received().empty());
  REQUIRE(later != nullptr);
  later->end("later");
  f.settle();
  CHECK(peer.take().starts_with("HTTP/1.1 500 Internal Server Error\r\nX-Id: 7\r\n"));
  CHECK(f.log.pop_events().empty());
}

TEST_CASE("handler error: if it returns false, the server responds and reports as without it") {
  throwing_server f;
  std::string expected = "error broken";
  SECTION("no handler") {}
  SECTION("a handler that only changes the response") {
    f.server.on_handler_error(
        [&](http::incoming_message&, http::server_response& res, std::exception_ptr const&) {
          res.set_status_code(418).set_header("X-Other", "1");
          return false;
        });
  }
  SECTION("a handler that makes a head") {
    f.server.on_handler_error(
        [&](http::incoming_message&, http::server_response& res, std::exception_ptr const&) {
          res.write_head(418);
          return false;
        });
  }
  SECTION("a handler that throws") {
    f.server.on_handler_error(
        [&](http::incoming_message&, http::server_response&, std::exception_ptr const&) -> bool {
          throw std::runtime_error("worse");
        });
    expected = "error worse, error broken";
  }
  SECTION("a handler that is removed") {
    f.server.on_handler_error([](http::incoming_message&, http::server_response&,
                                 std::exception_ptr const&) { return true; });
    f.server.on_handler_error({});
  }
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(f.log.pop_events() == expected);
  CHECK(peer.take() ==
        "HTTP/1.1 500 Internal Server Error\r\nDate: now\r\nConnection: keep-alive\r\n"
        "Keep-Alive: timeout=5\r\nContent-Length: 21\r\n\r\nInternal Server Error");
}

TEST_CASE("handler error: it is not called behind the head, or without a client") {
  throwing_server f;
  f.server.on_handler_error(
      [&](http::incoming_message&, http::server_response&, std::exception_ptr const&) {
        f.log.note("called");
        return true;
      });
  http_peer peer = f.connect();
  SECTION("behind the head") {
    f.before = [](http::server_response& res) { res.write("part"); };
    f.say(peer, get);
    CHECK(f.log.pop_events() == "error broken");
  }
  SECTION("behind the end") {
    f.before = [](http::server_response& res) { res.end("whole"); };
    f.say(peer, get);
    CHECK(f.log.pop_events() == "error broken");
  }
  SECTION("without a client") {
    f.before = [](http::server_response& res) { res.destroy(); };
    f.say(peer, get);
    CHECK(f.log.pop_events().empty());
  }
  CHECK(peer.ended());
}

TEST_CASE("handler error: a body that is too large has the status 413") {
  server_fixture f;
  int status = 0;
  bool handles = false;
  f.server.on_error([](std::exception_ptr const&) {});
  f.server.on_handler_error(
      [&](http::incoming_message&, http::server_response& res, std::exception_ptr const&) {
        status = res.status_code();
        if (handles) {
          res.end("too much");
        }
        return handles;
      });
  f.server.on_request(
      [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        co_await res.end(co_await req.text(4));
      });
  SECTION("answered") { handles = true; }
  SECTION("not answered") {}
  http_peer peer = f.connect();
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n1234");
  CHECK(peer.take().ends_with("1234"));
  f.say(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345");
  CHECK(status == 413);
  CHECK(peer.take().ends_with(handles ? "too much" : "Payload Too Large"));
  CHECK(peer.ended());
}

TEST_CASE("handler error: it may destroy everything") {
  throwing_server f;
  int const how = GENERATE(range(0, 4));
  bool const result = GENERATE(false, true);
  f.server.on_handler_error(
      [&](http::incoming_message& req, http::server_response& res, std::exception_ptr const&) {
        switch (how) {
          case 0:
            res.destroy();
            break;
          case 1:
            req.socket().destroy();
            break;
          case 2:
            f.server = http::server(f.io.get_executor());
            break;
          default:
            res.detach_socket();
        }
        return result;
      });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received().empty());
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

}  // namespace behaviour_server_handler_error
