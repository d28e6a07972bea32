// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Handlers of libraries that decide for each request whether it needs a coroutine.

#include "support/event_log.hpp"
#include "support/http_peer.hpp"

#include <anode/server.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <stdexcept>
#include <string>

namespace unit_server_starting_handler {

namespace http = anode::http;
namespace net = boost::asio;
using support::count_of;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto pipelined =
    "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";

std::string request_for(std::string const& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string text_of(std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& known) {
    return known.what();
  }
}

net::awaitable<void> answer_behind(http::server_response& res, bool fails) {
  co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
  if (fails) {
    throw std::runtime_error("broken later");
  }
  co_await res.end("behind");
}

struct starter {
  event_log* log = nullptr;
  http::server_response** waiting = nullptr;

  net::awaitable<void> operator()(http::incoming_message&, http::server_response& res) const {
    log->note("called");
    co_await res.end("called");
  }

  net::awaitable<void> start(http::incoming_message& req, http::server_response& res) const {
    log->note("start " + std::string(req.url()));
    if (req.url() == "/wait") {
      *waiting = &res;
      return {};
    }
    if (req.url() == "/throw") {
      throw std::runtime_error("broken");
    }
    if (req.url() == "/coroutine" || req.url() == "/throw_later") {
      return answer_behind(res, req.url() == "/throw_later");
    }
    res.end("at once");
    return {};
  }
};

struct answering_starter : starter {
  bool refuses = false;

  void answer_exception(http::incoming_message&, http::server_response& res,
                        std::exception_ptr const& error) const {
    if (refuses) {
      throw std::runtime_error("cannot answer: " + text_of(error));
    }
    res.set_status_code(503);
    res.end(text_of(error));
  }
};

}  // namespace

TEST_CASE("starting handler: a request needs no coroutine, or has one") {
  server_fixture f;
  event_log log;
  http::server_response* waiting = nullptr;
  f.server.on_request(starter{&log, &waiting});
  http_peer client = f.connect();
  auto const body_of = [&](std::string const& target) {
    client.send(request_for(target));
    f.settle();
    std::string const bytes = client.take();
    return bytes.substr(bytes.find("\r\n\r\n") + 4);
  };
  CHECK(body_of("/a") == "at once");
  CHECK(body_of("/coroutine") == "behind");
  client.send(request_for("/wait"));
  f.settle();
  REQUIRE(waiting != nullptr);
  CHECK(client.take().empty());
  waiting->end("later");
  f.settle();
  CHECK(count_of(client.take(), "later") == 1);
  client.send(pipelined);
  f.settle();
  CHECK(count_of(client.take(), "at once") == 2);
  CHECK(log.pop_events() == "start /a, start /coroutine, start /wait, start /a, start /b");
}

TEST_CASE("starting handler: a request of which nobody waits may be lost") {
  server_fixture f;
  event_log log;
  http::server_response* waiting = nullptr;
  f.server.on_request(starter{&log, &waiting});
  http_peer client = f.connect();
  client.send(request_for("/wait"));
  f.settle();
  REQUIRE(waiting != nullptr);
  waiting->on_close(log.recorder("close"));
  client.reset();
  f.settle();
  CHECK(log.pop_events() == "start /wait, close");
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("starting handler: the server answers its exceptions") {
  server_fixture f;
  event_log log;
  http::server_response* waiting = nullptr;
  f.server.on_error([&](std::exception_ptr const& e) { log.note(text_of(e)); });
  f.server.on_request(starter{&log, &waiting});
  http_peer client = f.connect();
  client.send(request_for("/throw") + request_for("/throw_later"));
  f.settle();
  CHECK(count_of(client.take(), "HTTP/1.1 500 Internal Server Error\r\n") == 2);
  CHECK(log.pop_events() == "start /throw, broken, start /throw_later, broken later");
}

TEST_CASE("starting handler: it answers its exceptions itself") {
  server_fixture f;
  event_log log;
  http::server_response* waiting = nullptr;
  answering_starter h;
  h.log = &log;
  h.waiting = &waiting;
  f.server.on_error([&](std::exception_ptr const& e) { log.note(text_of(e)); });
  http_peer client = f.connect();
  SECTION("both kinds") {
    f.server.on_request(h);
    client.send(request_for("/throw") + request_for("/throw_later"));
    f.settle();
    std::string const bytes = client.take();
    CHECK(count_of(bytes, "HTTP/1.1 503 Service Unavailable\r\n") == 2);
    CHECK(count_of(bytes, "\r\n\r\nbroken") == 2);
    CHECK(log.pop_events() == "start /throw, start /throw_later");
  }
  SECTION("unless it cannot") {
    h.refuses = true;
    f.server.on_request(h);
    client.send(request_for("/throw"));
    f.settle();
    CHECK(count_of(client.take(), "HTTP/1.1 500 Internal Server Error\r\n") == 1);
    CHECK(log.pop_events() == "start /throw, cannot answer: broken");
  }
}

TEST_CASE("starting handler: a wrapper may await it as a coroutine") {
  server_fixture f;
  event_log log;
  http::server_response* waiting = nullptr;
  http::handler const inner = starter{&log, &waiting};
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        co_await inner.coroutine(req, res);
      });
  http_peer client = f.connect();
  client.send(request_for("/a"));
  f.settle();
  CHECK(count_of(client.take(), "\r\n\r\ncalled") == 1);
  CHECK(log.pop_events() == "called");
}

}  // namespace unit_server_starting_handler
