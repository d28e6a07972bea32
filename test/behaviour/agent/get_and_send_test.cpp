// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// `get` and `send` with options: one operation that sends a request, with a body if there is one,
// and waits for its response.
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/thrown.hpp"

#include <anode/http.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <functional>

namespace behaviour_agent_get_and_send {

namespace {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_fixture;
using support::thrown;

// Answers with what it has received: method, target, framing, a header, and the body.
net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  std::string const body = co_await req.text(64 * 1024 * 1024);
  std::string answer(req.method());
  answer.append(" ").append(req.url());
  for (std::string_view const name : {"content-length", "transfer-encoding", "x-one"}) {
    answer.append(" ").append(req.headers().get(name).value_or("-"));
  }
  answer.append(" ").append(body.size() > 100 ? std::to_string(body.size()) : body);
  co_await res.end(std::move(answer));
}

struct echoing : support::client_and_server {
  echoing() { server.on_request(echo); }

  // Returns the text of a response, or the name of the error.
  std::string text_of(std::function<net::awaitable<http::incoming_message>()> f) {
    std::string text;
    net::co_spawn(io, read(std::move(f), text), net::detached);
    settle();
    return text;
  }

private:
  static net::awaitable<void> read(std::function<net::awaitable<http::incoming_message>()> f,
                                   std::string& text) {
    try {
      http::incoming_message response = co_await f();
      text = co_await response.text();
    } catch (boost::system::system_error const& e) {
      text = http::code_name(e.code());
    }
  }
};

http::request_options options(std::string method = {}) {
  http::request_options o;
  o.host = "test";
  o.path = "/path";
  if (!method.empty()) {
    o.method = std::move(method);
  }
  o.headers = {{"X-One", "1"}};
  return o;
}

}  // namespace

TEST_CASE("get: options set method, headers and body; the method is GET by default") {
  echoing f;
  CHECK(f.text_of([&] { return f.agent.get(options()); }) == "GET /path - - 1 ");
  CHECK(f.text_of([&] { return f.agent.get(options("DELETE")); }) == "DELETE /path - - 1 ");
  http::request_options o = options();
  o.body = "abc";
  CHECK(f.text_of([&] { return f.agent.get(o); }) == "GET /path 3 - 1 abc");
  o.body = "";
  o.method = "POST";
  CHECK(f.text_of([&] { return f.agent.get(o); }) == "POST /path 0 - 1 ");
}

TEST_CASE("get: options override the parts of the URL") {
  echoing f;
  http::request_options o = options();
  CHECK(f.text_of([&] { return f.agent.get("http://other/x?y", o); }) == "GET /path - - 1 ");
  o.path.clear();
  CHECK(f.text_of([&] { return f.agent.get("http://other/x?y", o); }) == "GET /x?y - - 1 ");
  CHECK(thrown([&] { (void)f.agent.get("nope", o); }) == "ERR_INVALID_URL: Invalid URL: nope");
  o.method = "B D";
  CHECK(thrown([&] { (void)f.agent.get(o); }).starts_with("ERR_INVALID_HTTP_TOKEN"));
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("get: URL and options can be temporaries of a co_await expression") {
  echoing f;
  std::string text;
  auto const go = [&]() -> net::awaitable<void> {
    http::header_list const headers{{"X-One", "two"}};
    http::incoming_message first =
        co_await f.agent.get(std::string("http://test/long/enough/to/be/allocated"), options());
    text = co_await first.text();
    http::incoming_message second =
        co_await f.agent.send("POST", std::string("http://test/also/long/enough/to/be/allocated"),
                              std::string("a body that is too long for a small string"), headers);
    text += "; " + co_await second.text();
  };
  net::co_spawn(f.io, go(), net::detached);
  f.settle();
  CHECK(text ==
        "GET /path - - 1 ; POST /also/long/enough/to/be/allocated 42 - two "
        "a body that is too long for a small string");
}

TEST_CASE("send: a body is sent with its Content-Length") {
  echoing f;
  CHECK(f.text_of([&] { return f.agent.send("PUT", "http://test/a", "abc", {{"X-One", "2"}}); }) ==
        "PUT /a 3 - 2 abc");
  CHECK(f.text_of([&] { return f.agent.send("POST", "http://test/a", ""); }) == "POST /a 0 - - ");
  http::request_options o = options("PATCH");
  o.body = std::string(3'000'000, 'x');
  CHECK(f.text_of([&] { return f.agent.send(o); }) == "PATCH /path 3000000 - 1 3000000");
  o.path.clear();
  CHECK(f.text_of([&] { return f.agent.send("http://test/b", o); }) ==
        "PATCH /b 3000000 - 1 3000000");
  o.body.reset();
  CHECK(f.text_of([&] { return f.agent.send(o); }) == "PATCH / 0 - 1 ");
}

TEST_CASE("send: an invalid head fails the operation, and no connection is left") {
  echoing f;
  CHECK(f.text_of([&] {
    return f.agent.send("POST", "http://test/a", "abc", {{"Content-Length", "x"}});
  }) == "ERR_HTTP_INVALID_HEADER_VALUE");
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("send: a response that arrives before the body is sent completes the operation") {
  client_fixture f;
  f.peer_reads = false;
  f.capacity = 1024;
  int status = 0;
  auto const go = [&]() -> net::awaitable<void> {
    http::incoming_message m =
        co_await f.agent.send("POST", "http://test/", std::string(1 << 20, 'x'));
    status = m.status_code();
    co_await m.text();
  };
  net::co_spawn(f.io, go(), net::detached);
  f.settle();
  f.say(0, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  CHECK(status == 413);
  f.advance(std::chrono::minutes(2));  // the rest of the body is not waited for longer than that
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("send: cancelling it, or dropping it before the await, aborts the request") {
  client_fixture f;
  bool const dropped = GENERATE(false, true);
  net::cancellation_signal cancel;
  std::string error;
  auto const go = [&]() -> net::awaitable<void> {
    try {
      co_await f.agent.send("POST", "http://test/", "abc");
    } catch (boost::system::system_error const& e) {
      error = http::code_name(e.code());
    }
  };
  if (dropped) {
    {
      auto const never_awaited = f.agent.send("POST", "http://test/", "abc");
    }
    f.settle();
  } else {
    net::co_spawn(f.io, go(), net::bind_cancellation_slot(cancel.slot(), net::detached));
    f.settle();
    CHECK(f.agent.totals().sockets == 1);
    cancel.emit(net::cancellation_type::terminal);
    f.settle();
    CHECK(error == "ECANCELED");
  }
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("request: the option body is for get and send only") {
  client_fixture f;
  http::request_options o = options("POST");
  o.body = "abc";
  std::string const error =
      "ERR_INVALID_ARG_VALUE: The option 'body' is sent by get and send. A request is written by "
      "its write and end";
  CHECK(thrown([&] { f.agent.request(o); }) == error);
  CHECK(thrown([&] { f.agent.request(o, "POST", "/"); }) == error);
  CHECK(thrown([&] { http::request(f.io.get_executor(), o); }) == error);
}

TEST_CASE("get and send: the free functions use the global agent, or the request's connector") {
  client_fixture f;
  auto const ex = f.io.get_executor();
  http::set_global_agent(f.agent);
  http::request_options own = options("PUT");
  own.body = "own";
  own.create_connection =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    auto pair = anode::transport::make_memory_pair(ex, 1024);
    f.peers.emplace_back(anode::socket(std::move(pair.second)), true);
    co_return std::move(pair.first);
  };
  http::request_options global = options("PUT");
  global.body = "global";
  std::vector<std::function<net::awaitable<http::incoming_message>()>> const all{
      [&] { return http::get(ex, global); },
      [&] { return http::get(ex, "http://test/url", global); },
      [&] { return http::send(ex, global); },
      [&] { return http::send(ex, "http://test/url", global); },
      [&] { return http::send(ex, "PUT", "http://test/path", "global", {{"X-One", "1"}}); },
      [&] { return http::get(ex, own); },
      [&] { return http::send(ex, own); },
  };
  for (std::size_t i = 0; i != all.size(); ++i) {
    int status = 0;
    auto const go = [&]() -> net::awaitable<void> {
      http::incoming_message m = co_await all[i]();
      status = m.status_code();
    };
    net::co_spawn(f.io, go(), net::detached);
    f.settle();
    std::string const received = f.peers.at(i).received();
    CHECK(received.starts_with("PUT /path HTTP/1.1\r\nX-One: 1\r\n"));
    CHECK(received.ends_with(i < 5 ? "\r\n\r\nglobal" : "\r\n\r\nown"));
    f.say(i, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    CHECK(status == 204);
  }
  CHECK(f.targets.size() == 5);
}

}  // namespace behaviour_agent_get_and_send
