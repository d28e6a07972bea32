// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Informational responses, expectations, and trailers.

#include "support/client_and_server.hpp"
#include "support/event_log.hpp"

#include <anode/error.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace behaviour_server_node_informational {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using support::client_and_server;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// Returns the name of the code of the exception that `call` throws, and its message.
std::string thrown(std::function<void()> const& call) {
  try {
    call();
  } catch (http::exception const& e) {
    return std::string(http::code_name(e.code())) + ": " + e.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("test-http-expect-continue: its own handler decides about the body") {
  client_and_server f;
  event_log log;
  http::server_response* response = nullptr;
  http::incoming_message* request = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { log.note("wrong"); });
  f.server.on_check_continue([&](http::incoming_message& req, http::server_response& res) {
    log.note("check " + std::string(req.url()));
    res.write_continue();
    request = &req;
    response = &res;
  });
  http::client_request r = f.request("POST", "/world", {{"Expect", "100-continue"}});
  r.on_continue(log.recorder("continue"));
  r.on_response([&](http::incoming_message) { log.note("response"); });
  r.flush_headers();
  f.settle();
  CHECK(log.pop_events() == "check /world, continue");
  r.end("some stuff...\n");
  f.advance(100ms);
  REQUIRE(response != nullptr);
  std::string body;
  net::co_spawn(
      f.io,
      [](http::incoming_message& req, std::string& to) -> net::awaitable<void> {
        to = co_await req.text();
      }(*request, body),
      net::detached);
  f.settle();
  CHECK(body == "some stuff...\n");
  response->write_head(200, {{"Content-Type", "text/plain"}, {"ABCD", "1"}});
  response->end("other stuff!\n");
  f.settle();
  CHECK(log.pop_events() == "response");
}

TEST_CASE("test-http-expect-handling: an expectation unknown to the library") {
  server_fixture f;
  event_log log;
  f.server.on_request(
      [&](http::incoming_message&, http::server_response&) { log.note("request"); });
  http_peer peer = f.connect();
  constexpr auto asking = "GET / HTTP/1.1\r\nHost: a\r\nExpect: meoww\r\n\r\n";
  SECTION("is rejected") {
    f.say(peer, asking);
    CHECK(log.pop_events().empty());
  }
  SECTION("is passed to its handler") {
    f.server.on_check_expectation([&](http::incoming_message&, http::server_response& res) {
      log.note("check");
      res.set_status_code(417);
      res.write_head(417);
      res.end();
    });
    f.say(peer, asking);
    CHECK(log.pop_events() == "check");
  }
  CHECK(peer.received() ==
        "HTTP/1.1 417 Expectation Failed\r\nDate: now\r\nConnection: keep-alive\r\n"
        "Keep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  CHECK_FALSE(peer.ended());
}

TEST_CASE("test-http-write-callbacks: writes complete in order, on both sides") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response&) { log.note("wrong"); });
  f.server.on_check_continue(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        co_await res.write_continue();
        log.note("got " + co_await req.text());
        co_await res.write("asdf");
        log.note("asdf");
        co_await res.write("foo");
        log.note("foo");
        co_await res.end("bar");
        log.note("bar");
      });
  auto const put = [](client_and_server& self, event_log& to) -> net::awaitable<void> {
    http::header_list const expect = {{"Expect", "100-continue"}};
    http::client_request r = self.request("PUT", "/", expect);
    r.flush_headers();
    bool const wanted = co_await r.continued();
    to.note(wanted ? "continue" : "refused");
    co_await r.write("baz");
    to.note("baz");
    co_await r.write("quux");
    to.note("quux");
    co_await r.end("blerg");
    to.note("blerg");
    http::incoming_message response = co_await r.response();
    to.note("response");
    to.note(co_await response.text());
  };
  net::co_spawn(f.io, put(f, log), net::detached);
  f.settle();
  CHECK(log.pop_events() ==
        "continue, baz, quux, blerg, got bazquuxblerg, asdf, foo, bar, response, asdffoobar");
}

TEST_CASE("test-http-early-hints: links before the response") {
  client_and_server f;
  event_log log;
  http::header_list hints;
  std::string expected;
  SECTION("one link, as a text") {
    hints.append("link", "</styles.css>; rel=preload; as=style");
    expected = "103 </styles.css>; rel=preload; as=style";
  }
  SECTION("several links") {
    hints.append("link", std::vector<std::string>{"</styles.css>; rel=preload; as=style",
                                                  "</scripts.js>; rel=preload; as=script"});
    expected = "103 </styles.css>; rel=preload; as=style, </scripts.js>; rel=preload; as=script";
  }
  SECTION("another header beside the links") {
    hints.append("link", "</styles.css>; rel=preload; as=style");
    hints.append("x-trace-id", "id for diagnostics");
    expected = "103 </styles.css>; rel=preload; as=style, trace id for diagnostics";
  }
  SECTION("no link") { hints.append("link", std::vector<std::string>{}); }
  SECTION("no headers") {}
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_early_hints(hints);
    res.end("response content\n");
  });
  http::client_request r = f.request("GET");
  r.on_information([&](http::information const& i) {
    log.note(std::to_string(i.status_code) + " " + std::string(*i.headers().get("link")));
    if (auto const trace = i.headers().get("x-trace-id")) {
      log.note("trace " + std::string(*trace));
    }
  });
  r.end();
  auto const response = f.fetch(std::move(r));
  f.settle();
  CHECK(log.pop_events() == expected);
  CHECK(response->status == 200);
  CHECK(response->body == "response content\n");
}

TEST_CASE("test-http-early-hints-invalid-argument: invalid hints are not sent") {
  std::string const code = "ERR_INVALID_ARG_VALUE: ";
  struct row {
    http::header_list hints;
    std::string code;
  };
  std::vector<row> const rows = {
      {{{"link", "</>; "}}, "ERR_INVALID_ARG_VALUE"},
      {{{"link", "rel=preload; </scripts.js>"}}, "ERR_INVALID_ARG_VALUE"},
      {{{"link", "invalid string"}}, "ERR_INVALID_ARG_VALUE"},
      {{{"link", "</a\r\nX: y>; rel=preload"}}, "ERR_INVALID_CHAR"},
      {{{"link", "</a>; rel=preload"}, {"x", "a\r\nb"}}, "ERR_INVALID_CHAR"},
      {{{"link", "</a>; rel=preload"}, {"x\r\ny", "a"}}, "ERR_INVALID_HTTP_TOKEN"},
  };
  for (row const& r : rows) {
    server_fixture f;
    std::string what;
    f.server.on_request([&](http::incoming_message&, http::server_response& res) {
      what = thrown([&] { res.write_early_hints(r.hints); });
      res.end("x");
    });
    http_peer peer = f.connect();
    f.say(peer, get);
    CHECK(what.substr(0, what.find(':')) == r.code);
    CHECK(peer.received() ==
          "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
          "Content-Length: 1\r\n\r\nx");
  }
}

TEST_CASE("test-http-information-headers: an informational response with headers") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_information(102, {{"Foo", "Bar"}});
    res.write_head(200, {{"Content-Type", "text/plain"}, {"ABCD", "1"}});
    res.end("other stuff!\n");
  });
  http::client_request r = f.request("GET");
  r.on_information([&](http::information const& i) {
    log.note(i.http_version() + " " + std::to_string(i.status_code) + " " +
             std::string(i.status_message) + " " + std::string(*i.headers().get("foo")));
    REQUIRE(i.raw_headers.size() == 1);
    CHECK(i.raw_headers[0].name == "Foo");
    CHECK(i.raw_headers[0].value == "Bar");
  });
  r.end();
  auto const response = f.fetch(std::move(r));
  f.settle();
  CHECK(log.pop_events() == "1.1 102 Processing Bar");
  CHECK(response->status == 200);
  CHECK(response->header("ABCD") == "1");
  CHECK(response->body == "other stuff!\n");
}

TEST_CASE("test-http-information-processing: several informational responses") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_processing();
    res.write_processing();
    res.write_head(200, {{"Content-Type", "text/plain"}, {"ABCD", "1"}});
    res.end("other stuff!\n");
  });
  http::client_request r = f.request("GET");
  r.on_information([&](http::information const& i) { log.note(std::to_string(i.status_code)); });
  r.end();
  auto const response = f.fetch(std::move(r));
  f.settle();
  CHECK(log.pop_events() == "102, 102");
  CHECK(response->header("ABCD") == "1");
  CHECK(response->body == "other stuff!\n");
}

TEST_CASE("test-http-set-trailers: trailers follow a chunked body only") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"content-type", "text/plain"}});
    res.add_trailers({{"x-foo", "bar"}});
    res.end("stuff\n");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received() ==
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nDate: now\r\nConnection: keep-alive\r\n"
        "Keep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\r\n"
        "6\r\nstuff\n\r\n0\r\nx-foo: bar\r\n\r\n");
  http_peer old = f.connect();
  f.say(old, "GET / HTTP/1.0\r\n\r\n");
  CHECK(old.received() ==
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nDate: now\r\nConnection: close\r\n\r\n"
        "stuff\n");
}

TEST_CASE("test-http-set-trailers: the client has the trailers at the end") {
  client_and_server f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.add_trailers({{"x-foo", "bar"}});
    res.write("stuff\n");
    res.end();
  });
  std::string found;
  auto const ask = [](client_and_server& self, std::string& to) -> net::awaitable<void> {
    http::client_request r = self.request("GET");
    r.end();
    http::incoming_message response = co_await r.response();
    CHECK(response.trailers().empty());
    co_await response.text();
    to = response.trailers().get("x-foo").value_or("none");
  };
  net::co_spawn(f.io, ask(f, found), net::detached);
  f.settle();
  CHECK(found == "bar");
}

TEST_CASE("test-http-server-de-chunked-trailer: Trailer requires a chunked body") {
  client_and_server f;
  std::string what;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.set_header("Trailer", "baz");
    what = thrown([&] { res.write_head(200, {{"Content-Length", "2"}}); });
    res.remove_header("Trailer");
    res.end("ok");
  });
  auto const response = f.get();
  CHECK(what == "ERR_HTTP_TRAILER_INVALID: Trailers are invalid with this transfer encoding");
  CHECK(response->status == 200);
  CHECK(response->body == "ok");
}

}  // namespace behaviour_server_node_informational
