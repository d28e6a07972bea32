// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Informational responses: Expect and 100, early hints, processing.
#include "conformance/client/event_log.hpp"
#include "support/client_fixture.hpp"

#include <anode/error.hpp>

namespace behaviour_client_node_informational {

namespace {

namespace net = boost::asio;
namespace http = anode::http;
using support::client_and_server;
using support::client_fixture;
using support::client_log;
using support::event_log;

}  // namespace

TEST_CASE("test-http-expect-continue: the body is sent when the server requests it") {
  client_and_server f;
  event_log served;
  std::string body;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response&) { served.note("request"); });
  auto const check = [&](http::incoming_message& req,
                         http::server_response& res) -> net::awaitable<void> {
    served.note("continue");
    res.write_continue();
    body = co_await req.text();
    res.write_head(200, {{"Content-Type", "text/plain"}, {"ABCD", 1}});
    res.end("other stuff!\n");
  };
  f.server.on_check_continue(check);
  client_log log(f.io);
  auto r = f.request("POST", "/world", {{"Expect", "100-continue"}});
  log.watch(r);
  log.when("continue", [&] {
    CHECK(body.empty());
    r.end("some stuff...\n");
  });
  f.settle();
  CHECK(log.pop_events() ==
        "socket, continue, information 100, finish, response 200, data, res.end, res.close, close");
  CHECK(served.pop_events() == "continue");
  CHECK(body == "some stuff...\n");
  CHECK(log.body == "other stuff!\n");
  CHECK(log.response.headers().get("abcd") == "1");
}

TEST_CASE("test-http-expect-handling: an unknown expectation gets 417 and emits no request") {
  bool const listens = GENERATE(true, false);
  client_and_server f;
  int requests = 0;
  int checks = 0;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    ++requests;
    res.end();
  });
  if (listens) {
    f.server.on_check_expectation([&](http::incoming_message&, http::server_response& res) {
      ++checks;
      res.set_status_code(417);
      res.end();
    });
  }
  auto const got = f.get("/", {{"Expect", "meoww"}});
  CHECK(got->status == 417);
  CHECK(got->reason == "Expectation Failed");
  CHECK(requests == 0);
  CHECK(checks == (listens ? 1 : 0));
}

TEST_CASE("test-http-sync-write-error-during-continue: one error when the body cannot be sent") {
  client_fixture f;
  http::request_options o;
  o.method = "POST";
  o.headers = {{"Expect", "100-continue"}};
  o.create_connection = f.agent.options().create_connection;
  auto r = f.watched(http::request(f.io.get_executor(), std::move(o)));
  r.on_continue([&] {
    f.peers.at(0).reset();
    r.end("data");
  });
  f.settle();
  CHECK(f.peers.at(0).received() ==
        "POST / HTTP/1.1\r\nExpect: 100-continue\r\nHost: localhost:80\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
  f.pop_events();
  f.say(0, "HTTP/1.1 100 Continue\r\n\r\n");
  std::string const events = f.pop_events();
  CHECK(support::count_of(events, "error") == 1);
  CHECK(events.ends_with(", close"));
}

TEST_CASE(
    "test-http-write-callbacks: writes complete in order, and end completes before the response") {
  client_and_server f;
  event_log log;
  std::string body;
  f.server.on_request([](http::incoming_message&, http::server_response&) { FAIL("a request"); });
  auto const answer = [&](http::incoming_message& req,
                          http::server_response& res) -> net::awaitable<void> {
    co_await res.write_continue();
    log.note("continue written");
    body = co_await req.text();
    co_await res.write("asdf");
    log.note("asdf");
    co_await res.write("foo");
    log.note("foo");
    co_await res.end("bar");
    log.note("bar");
  };
  f.server.on_check_continue(answer);
  std::string got;
  auto const ask = [&]() -> net::awaitable<void> {
    auto r = f.request("PUT", "/", {{"Expect", "100-continue"}});
    bool const wanted = co_await r.continued();
    CHECK(wanted);
    co_await r.write("baz");
    log.note("baz");
    co_await r.write("quux");
    log.note("quux");
    co_await r.end("blerg");
    log.note("blerg");
    auto response = co_await r.response();
    log.note("response");
    got = co_await response.text();
  };
  net::co_spawn(f.io, ask(), net::detached);
  f.settle();
  CHECK(body == "bazquuxblerg");
  CHECK(got == "asdffoobar");
  std::string const events = log.pop_events();
  CHECK(events.find("continue written, baz, quux, blerg") == 0);
  CHECK(events.find("asdf, foo, bar") != std::string::npos);
  CHECK(events.find("blerg") < events.find("response"));
}

TEST_CASE("test-http-early-hints: hints precede the response; without links none are sent") {
  struct hint {
    std::string name;
    http::header_list hints;
    std::string link;  // "" for no information at all
    std::string trace;
  };
  std::string const css = "</styles.css>; rel=preload; as=style";
  std::string const js = "</scripts.js>; rel=preload; as=script";
  std::string const other = "</scripts.js>; rel=preload; as=script; crossorigin";
  std::vector<hint> const cases{
      {"one", {{"link", css}}, css, ""},
      {"two", {{"link", {css, js}}}, css + ", " + js, ""},
      {"three", {{"link", {css, js, other}}}, css + ", " + js + ", " + other, ""},
      {"with another header", {{"link", {css, js}}, {"x-trace-id", "id"}}, css + ", " + js, "id"},
      {"empty list", {{"link", std::vector<std::string>()}}, "", ""},
      {"nothing", {}, "", ""}};
  for (hint const& c : cases) {
    INFO(c.name);
    client_and_server f;
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      res.write_early_hints(c.hints);
      res.end("response content\n");
    });
    client_log log(f.io);
    std::string link;
    std::string trace;
    auto r = f.request("GET");
    log.watch(r);
    r.on_information([&](http::information const& i) {
      CHECK(i.status_code == 103);
      link = i.headers().get("link").value_or("none");
      trace = i.headers().get("x-trace-id").value_or("");
    });
    r.end();
    f.settle();
    CHECK(link == c.link);
    CHECK(trace == c.trace);
    CHECK(log.pop_events() ==
          (c.link.empty() ? "socket, finish, response 200, data, res.end, res.close, close"
                          : "socket, finish, information 103, response 200, data, res.end, "
                            "res.close, close"));
    CHECK(log.body == "response content\n");
  }
}

TEST_CASE(
    "test-http-information-headers: an informational response is emitted once, with all headers") {
  client_fixture f;
  auto r = f.request("GET");
  int informed = 0;
  r.on_information([&](http::information const& i) {
    ++informed;
    CHECK(i.http_version() == "1.1");
    CHECK(i.http_version_major == 1);
    CHECK(i.http_version_minor == 1);
    CHECK(i.status_code == 102);
    CHECK(i.status_message == "Processing");
    CHECK(i.headers().get("foo") == "Bar");
    REQUIRE(i.raw_headers.size() == 1);
    CHECK(i.raw_headers[0].name == "Foo");
    CHECK(i.raw_headers[0].value == "Bar");
  });
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 102 Processing\r\nFoo: Bar\r\n\r\n");
  f.say(0, "HTTP/1.1 200 OK\r\nABCD: 1\r\nContent-Length: 13\r\n\r\nother stuff!\n");
  CHECK(informed == 1);
  CHECK(f.pop_events() ==
        "socket, finish, information 102, response 200, data other stuff!\n, res.end, res.close, "
        "close");
  CHECK(f.response.headers().get("abcd") == "1");
}

TEST_CASE("test-http-information-processing: each 102 of the server is emitted") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_processing();
    res.write_processing();
    res.write_head(200, {{"Content-Type", "text/plain"}, {"ABCD", "1"}});
    res.end("Hello World");
  });
  client_log log(f.io);
  auto r = f.request("GET", "/world");
  log.watch(r);
  r.end();
  f.settle();
  CHECK(log.pop_events() ==
        "socket, finish, information 102, information 102, response 200, data, res.end, res.close, "
        "close");
  CHECK(log.response.headers().get("abcd") == "1");
  CHECK(log.body == "Hello World");
}

}  // namespace behaviour_client_node_informational
