// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Connections that leave HTTP in an ordinary request handler.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"
#include "support/thrown.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace behaviour_server_detach {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::event_log;
using support::http_peer;
using support::server_fixture;
using support::thrown;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr auto upgrade =
    "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo, other\r\n\r\n";
constexpr auto connecting = "CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n";
constexpr auto switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

http::server_options upgrading() {
  http::server_options options;
  options.upgrade_requests = true;
  return options;
}

net::awaitable<void> echo(anode::socket s) {
  while (auto const chunk = co_await s.read()) {
    co_await s.write(*chunk);
  }
}

// A server with the option `upgrade_requests` whose handler a test defines.
struct upgrading_server : server_fixture {
  using function = std::function<void(http::incoming_message&, http::server_response&)>;

  explicit upgrading_server(http::server_options options = upgrading())
      : server_fixture(std::move(options)) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      log.note(std::string(req.method()) + " " + std::string(req.url()));
      handle(req, res);
    });
    server.on_error([this](std::exception_ptr const& e) {
      try {
        std::rethrow_exception(e);
      } catch (std::exception const& known) {
        log.note(known.what());
      }
    });
  }

  function handle = [](http::incoming_message&, http::server_response& res) { res.end("fine"); };
  event_log log;
  anode::socket kept;
};

}  // namespace

TEST_CASE("upgrade in a handler: 101 with the default headers, then the new protocol") {
  upgrading_server f;
  f.handle = [&](http::incoming_message&, http::server_response& res) {
    net::co_spawn(f.io, echo(res.upgrade()), net::detached);
    CHECK(res.status_code() == 101);
  };
  http_peer peer = f.connect();
  f.say(peer, std::string(upgrade) + "early");
  CHECK(peer.take() == std::string(switching) + "early");
  f.say(peer, get);
  CHECK(peer.take() == get);
  CHECK(f.log.pop_events() == "GET /up");
  CHECK(f.server.connection_count() == 1);
  CHECK(f.server.connections().front().state == http::connection_state::upgraded);
  peer.end();
  f.settle();
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("upgrade in a handler: the program's headers, and those that it must not set") {
  upgrading_server f;
  std::string result;
  f.handle = [&](http::incoming_message&, http::server_response& res) {
    res.set_header("X-Id", "7").set_header("Connection", "close");
    result = thrown([&] { f.kept = res.upgrade({{"Content-Length", "1"}}); });
    res.remove_header("Content-Length");
    f.kept = res.upgrade({{"Upgrade", "other"}, {"X-Key", {"a", "b"}}});
  };
  http_peer peer = f.connect();
  f.say(peer, upgrade);
  CHECK(result.starts_with("ERR_HTTP_INVALID_HEADER_VALUE"));
  CHECK(peer.take() ==
        "HTTP/1.1 101 Switching Protocols\r\nX-Id: 7\r\nUpgrade: other\r\nX-Key: a\r\nX-Key: b\r\n"
        "Connection: Upgrade\r\n\r\n");
}

TEST_CASE("upgrade in a handler: listeners of the head see the status and add headers") {
  upgrading_server f;
  f.handle = [&](http::incoming_message&, http::server_response& res) {
    res.on_head([&](std::optional<std::uint64_t> length) {
      CHECK(res.status_code() == 101);
      CHECK_FALSE(length);
      res.set_header("X-Head", "1");
    });
    f.kept = res.upgrade();
  };
  http_peer peer = f.connect();
  f.say(peer, upgrade);
  CHECK(peer.take().find("\r\nX-Head: 1\r\n") != std::string::npos);

  upgrading_server lost;
  lost.handle = [&](http::incoming_message& req, http::server_response& res) {
    res.on_head([&](std::optional<std::uint64_t>) { req.socket().destroy(); });
    CHECK_FALSE(res.upgrade());
  };
  http_peer gone = lost.connect();
  lost.say(gone, upgrade);
  CHECK(gone.take().empty());
  CHECK(gone.ended());

  upgrading_server thrower;
  thrower.handle = [&](http::incoming_message&, http::server_response& res) {
    res.on_head([](std::optional<std::uint64_t>) { throw std::runtime_error("no"); });
    CHECK_THROWS_AS(res.upgrade(), std::runtime_error);
    CHECK(res.status_code() == 200);
    res.end("fine");
  };
  http_peer other = thrower.connect();
  thrower.say(other, upgrade);
  CHECK(other.take().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("upgrade in a handler: a CONNECT becomes a tunnel, or is refused and closed") {
  upgrading_server f;
  http_peer peer = f.connect();
  SECTION("a tunnel") {
    f.handle = [&](http::incoming_message&, http::server_response& res) {
      net::co_spawn(f.io, echo(res.upgrade()), net::detached);
    };
    f.say(peer, std::string(connecting) + get);
    CHECK(peer.take() == std::string("HTTP/1.1 200 Connection Established\r\n\r\n") + get);
    CHECK(f.log.pop_events() == "CONNECT b:1");
  }
  SECTION("refused") {
    f.handle = [&](http::incoming_message& req, http::server_response& res) {
      CHECK(req.complete() == false);
      res.set_should_keep_alive(true);
      res.set_status_code(403).end("no");
    };
    f.say(peer, std::string(connecting) + get);
    CHECK(peer.take().starts_with("HTTP/1.1 403 Forbidden\r\n"));
    f.settle();
    CHECK(peer.ended());
    CHECK(f.log.pop_events() == "CONNECT b:1");
  }
  SECTION("answered with 200") {
    f.say(peer, connecting);
    CHECK(peer.take().ends_with("fine"));
    CHECK(peer.ended());
  }
  SECTION("a handler of on_connect comes first") {
    f.server.on_connect([&](http::incoming_message&, anode::socket s) {
      f.log.note("on_connect");
      s.end("200");
    });
    f.say(peer, connecting);
    CHECK(peer.take() == "200");
    CHECK(f.log.pop_events() == "on_connect");
  }
}

TEST_CASE("upgrade in a handler: an ordinary response continues HTTP behind the request") {
  upgrading_server f;
  http::server_response* open = nullptr;
  http_peer peer = f.connect();
  SECTION("at once") {
    f.say(peer, std::string(upgrade) + get);
    CHECK(f.log.pop_events() == "GET /up, GET /");
    CHECK(support::count_of(peer.take(), "fine") == 2);
  }
  SECTION("later: nothing behind the request is parsed until then") {
    f.handle = [&](http::incoming_message& req, http::server_response& res) {
      if (req.url() == "/up") {
        open = &res;
      } else {
        res.end("fine");
      }
    };
    f.say(peer, std::string(upgrade) + "GET /behind HTTP/1.1\r\nHost: a\r\n\r\n");
    f.say(peer, get);
    CHECK(f.log.pop_events() == "GET /up");
    open->set_status_code(426).end("later");
    f.settle();
    CHECK(f.log.pop_events() == "GET /behind, GET /");
    CHECK(peer.take().find("HTTP/1.1 426 Upgrade Required\r\n") == 0);
    CHECK_FALSE(peer.ended());
    f.say(peer, get);
    CHECK(peer.take().ends_with("fine"));
  }
  SECTION("a client that disconnects meanwhile is noticed") {
    f.handle = [&](http::incoming_message&, http::server_response& res) {
      res.on_close(f.log.recorder("close"));
    };
    f.say(peer, std::string(upgrade) + "abc");
    f.say(peer, "def");
    peer.end();
    f.settle();
    CHECK(f.log.pop_events() == "GET /up, close");
    CHECK(f.server.connection_count() == 0);
  }
}

TEST_CASE("upgrade in a handler: a request with a body is read first") {
  upgrading_server f;
  std::string early;
  std::string body;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        early = thrown([&] { res.upgrade(); });
        body = co_await req.text();
        anode::socket s = res.upgrade();
        co_await echo(std::move(s));
      });
  http_peer peer = f.connect();
  f.say(peer,
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  CHECK(early.starts_with("ERR_INVALID_STATE"));
  CHECK(peer.take().empty());
  f.say(peer, "0\r\n\r\nnew");
  CHECK(body == "abc");
  CHECK(peer.take() == std::string(switching) + "new");
}

TEST_CASE("upgrade in a handler: it throws when it is too late or not possible") {
  upgrading_server f;
  std::string result;
  http_peer peer = f.connect();
  SECTION("behind the head") {
    f.handle = [&](http::incoming_message&, http::server_response& res) {
      res.write_head(200);
      result = thrown([&] { res.upgrade(); }) + ", " + thrown([&] { res.detach_socket(); });
      res.end();
    };
    f.say(peer, upgrade);
    CHECK(result ==
          "ERR_HTTP_HEADERS_SENT: Cannot detach the socket after headers are sent to the client, "
          "ERR_HTTP_HEADERS_SENT: Cannot detach the socket after headers are sent to the client");
  }
  SECTION("a request that asks for no upgrade") {
    f.handle = [&](http::incoming_message&, http::server_response& res) {
      result = thrown([&] { res.upgrade(); });
      res.end();
    };
    f.say(peer, get);
    CHECK(result == "ERR_INVALID_STATE: Cannot upgrade: the request does not ask for it");
  }
  SECTION("behind another response") {
    http::server_response* first = nullptr;
    f.handle = [&](http::incoming_message& req, http::server_response& res) {
      if (req.url() == "/") {
        first = &res;
      } else {
        result = thrown([&] { res.upgrade(); });
        res.end();
      }
    };
    f.say(peer, std::string(get) + upgrade);
    CHECK(result.starts_with("ERR_INVALID_STATE"));
    first->end();
    f.settle();
    CHECK(support::count_of(peer.take(), "HTTP/1.1 200 OK\r\n") == 2);
  }
  SECTION("with parsed bytes behind the request") {
    http::server_response* open = nullptr;
    f.handle = [&](http::incoming_message&, http::server_response& res) { open = &res; };
    f.say(peer, std::string(get) + "GET /");
    result = thrown([&] { open->detach_socket(); });
    CHECK(result.starts_with("ERR_INVALID_STATE"));
  }
  CHECK_FALSE(peer.ended());
}

TEST_CASE("detach_socket: the program writes the whole response") {
  bool const option = GENERATE(false, true);
  http::server_options options;
  options.upgrade_requests = option;
  upgrading_server f(options);
  f.handle = [&](http::incoming_message& req, http::server_response& res) {
    f.kept = res.detach_socket();
    CHECK_FALSE(res.socket());
    CHECK_FALSE(req.socket());
    CHECK_FALSE(res.detach_socket());
    res.write("lost");
    res.end("lost");
    f.kept.write("raw");
  };
  http_peer peer = f.connect();
  f.say(peer, std::string(get) + "rest");
  CHECK(peer.take() == "raw");
  CHECK(f.kept.buffered() == "rest");
  f.kept = anode::socket();
  f.settle();
  CHECK(peer.ended());
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("detach_socket: the events of both messages follow at the end of the tick") {
  upgrading_server f;
  http::server_trace t;
  t.request_start = [&](auto&, auto&) { f.log.note("start"); };
  t.upgrade = [&](http::incoming_message&, anode::socket const& s) {
    f.log.note(s.destroyed() ? "upgrade, destroyed" : "upgrade");
  };
  t.response_head = [&](http::incoming_message&, http::server_response& res) {
    f.log.note("head " + std::to_string(res.status_code()));
  };
  t.response_finish = [&](auto&, auto&, http::exchange_facts const& facts) {
    f.log.note("finish " + std::to_string(facts.status) + (facts.aborted ? " aborted" : ""));
  };
  t.connection_closed = [&](anode::socket const&, http::connection_facts const& facts) {
    f.log.note("closed " + std::to_string(facts.bytes_written));
  };
  f.server.set_trace(std::move(t));
  std::string expected;
  SECTION("upgrade") {
    f.handle = [&](http::incoming_message& req, http::server_response& res) {
      req.on_close(f.log.recorder("request close"));
      res.on_close(f.log.recorder("response close"));
      res.on_done([&](http::exchange_facts const& facts) {
        f.log.note("done");
        CHECK(facts.head_bytes == std::string(switching).size());
      });
      f.kept = res.upgrade();
      f.log.note("upgraded");
    };
    expected =
        "upgraded, upgrade, head 101, finish 101, done, request close, response close, closed " +
        std::to_string(std::string(switching).size());
  }
  SECTION("detach_socket, whose result is dropped") {
    f.handle = [&](http::incoming_message&, http::server_response& res) { res.detach_socket(); };
    expected = "upgrade, destroyed, finish 0, closed 0";
  }
  http_peer peer = f.connect();
  f.say(peer, upgrade);
  f.kept.destroy();
  f.settle();
  CHECK(f.log.pop_events() == "start, GET /up, " + expected);
}

TEST_CASE("detach_socket: what happens later is harmless") {
  upgrading_server f;
  std::optional<http::server> other;
  http::server_response* response = nullptr;
  http_peer peer = f.connect();
  SECTION("a lost connection gives an empty socket") {
    f.handle = [&](http::incoming_message&, http::server_response& res) {
      res.socket().destroy();
      CHECK_FALSE(res.detach_socket());
      CHECK_FALSE(res.upgrade());
    };
    f.say(peer, upgrade);
    CHECK(peer.ended());
  }
  SECTION("a response that outlives its client") {
    f.server.on_request(
        [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          f.kept = res.upgrade();
          net::steady_timer t(f.io, 1h);
          response = &res;
          res.on_close([&] { t.cancel(); });
          boost::system::error_code ec;
          co_await t.async_wait(net::redirect_error(net::use_awaitable, ec));
          CHECK(res.closed());
          CHECK_FALSE(res.upgrade());
          throw std::runtime_error("late");
        });
    f.say(peer, upgrade);
    f.settle();
    CHECK(f.log.pop_events() == "late");
    CHECK_FALSE(peer.ended());
  }
  SECTION("the server is destroyed") {
    f.handle = [&](http::incoming_message&, http::server_response& res) {
      f.kept = res.upgrade();
      f.server = http::server(f.io.get_executor());
    };
    f.say(peer, upgrade);
    CHECK(f.kept.destroyed());
    CHECK(peer.ended());
  }
  SECTION("a drain closes it at its deadline") {
    f.handle = [&](http::incoming_message&, http::server_response& res) { f.kept = res.upgrade(); };
    f.say(peer, upgrade);
    std::optional<http::drain_result> result;
    net::co_spawn(f.io, f.server.drain(1s),
                  [&](std::exception_ptr, http::drain_result r) { result = r; });
    f.settle();
    f.advance(1001ms);
    REQUIRE(result);
    CHECK(result->cut_upgraded == 1);
    CHECK(peer.ended());
  }
}

}  // namespace behaviour_server_detach
