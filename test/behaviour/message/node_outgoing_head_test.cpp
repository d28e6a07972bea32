// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Heads: status and headers, when they are fixed and when they are sent.
#include "support/client_and_server.hpp"
#include "support/thrown.hpp"

#include <map>
#include <string>
#include <vector>

namespace behaviour_message_node_outgoing_head {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::count_of;
using support::http_peer;
using support::server_fixture;
using support::thrown;

namespace {

using strings = std::vector<std::string>;

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

std::string answer_of(http::handler handler) {
  server_fixture f;
  f.server.on_request(std::move(handler));
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.ended());
  return peer.received();
}

// Returns the head of a response ended without a body, from "HTTP/1.1 " on, with these lines.
std::string empty_answer(std::string const& lines) {
  return "HTTP/1.1 " + lines + "Date: now\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
}

constexpr auto sent_already =
    "ERR_HTTP_HEADERS_SENT: Cannot set headers after they are sent to the client";

}  // namespace

TEST_CASE("test-http-flush-headers: the head of a request is sent before its body") {
  client_and_server f;
  std::string foo;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    foo = req.headers().get("foo").value_or("none");
    res.end();
  });
  http::client_request r = f.request("GET");
  r.set_header("foo", "bar");
  r.flush_headers();
  CHECK(r.headers_sent());
  f.settle();
  CHECK(foo == "bar");
  r.end();
  auto const result = f.fetch(std::move(r));
  f.settle();
  CHECK(result->status == 200);
}

TEST_CASE(
    "test-http-flush-response-headers: the head of a response is sent before its body, once") {
  server_fixture f;
  f.server.on_request([](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"foo", "bar"}});
    res.flush_headers();
    res.flush_headers();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received() ==
        "HTTP/1.1 200 OK\r\nfoo: bar\r\nDate: now\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
  bool closed = false;
  net::co_spawn(f.io, f.server.close().as_awaitable(), [&](std::exception_ptr) { closed = true; });
  peer.close();
  f.settle();
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("test-http-header-read: headers can be read after they are sent") {
  answer_of([](http::incoming_message&, http::server_response& res) {
    res.set_header("Content-Type", "text/plain");
    CHECK_FALSE(res.headers_sent());
    res.write_head(200);
    CHECK(res.headers_sent());
    res.end("hello world\n");
    CHECK(res.get_header("Content-Type") == http::header_value("text/plain"));
  });
}

TEST_CASE("test-http-outgoing-proto: headers and trailers are validated when they are set") {
  client_and_server f;
  http::client_request r = f.request("POST");
  http::outgoing_message& m = r;
  CHECK(thrown([&] { m.set_header("", "value"); }) ==
        "ERR_INVALID_HTTP_TOKEN: Header name must be a valid HTTP token [\"\"]");
  CHECK(thrown([&] { m.set_header("test", "v\n"); }) ==
        "ERR_INVALID_CHAR: Invalid character in header content [\"test\"]");
  CHECK(thrown([&] {
          m.add_trailers({{"\xe3\x81\x82", "value"}});
        }).starts_with("ERR_INVALID_HTTP_TOKEN: Trailer name must be a valid HTTP token"));
  CHECK(thrown([&] { m.add_trailers({{"404", "\x01"}}); }) ==
        "ERR_INVALID_CHAR: Invalid character in trailer content [\"404\"]");
  m.flush_headers();
  CHECK(thrown([&] { m.set_header("test", "value"); }) == sent_already);
  CHECK_FALSE(m.destroyed());
  m.destroy();
  CHECK(m.destroyed());
}

TEST_CASE("test-http-response-add-header-after-sent: the response can still be ended") {
  std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
    res.set_header("header1", 1);
    res.write("abc");
    CHECK(thrown([&] { res.set_header("header2", 2); }) == sent_already);
    CHECK(thrown([&] { res.append_header("header2", 2); }) ==
          "ERR_HTTP_HEADERS_SENT: Cannot append headers after they are sent to the client");
    res.end();
  });
  CHECK(answer ==
        "HTTP/1.1 200 OK\r\nheader1: 1\r\nDate: now\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
}

TEST_CASE("test-http-response-remove-header-after-sent: sent headers cannot be removed") {
  std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
    CHECK(thrown([&] { res.remove_header("header1"); }) == "nothing");
    res.write("abc");
    CHECK(thrown([&] { res.remove_header("header2"); }) ==
          "ERR_HTTP_HEADERS_SENT: Cannot remove headers after they are sent to the client");
    res.end();
  });
  CHECK(answer.ends_with("\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
}

TEST_CASE("test-http-response-setheaders: many headers at once") {
  std::map<std::string, std::string> const map{{"bar", "2"}, {"foo", "1"}};
  SECTION("not after the head is fixed") {
    std::string const answer = answer_of([&](http::incoming_message&, http::server_response& res) {
      res.write_head(200);
      CHECK(thrown([&] { res.set_headers(http::header_list(map)); }) == sent_already);
      res.end();
    });
    CHECK(answer.find("foo") == std::string::npos);
  }
  SECTION("from a map") {
    CHECK(answer_of([&](http::incoming_message&, http::server_response& res) {
            res.set_headers(http::header_list(map));
            res.end();
          }) == empty_answer("200 OK\r\nbar: 2\r\nfoo: 1\r\n"));
  }
  SECTION("write_head takes precedence") {
    std::string const answer = answer_of([&](http::incoming_message&, http::server_response& res) {
      res.set_headers(http::header_list(map));
      res.write_head(200, {"foo", "3"});
      res.end();
    });
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\nbar: 2\r\nfoo: 3\r\n"));
  }
  SECTION("cookies keep their separate lines") {
    http::header_list const twice{{"set-cookie", "a=b"}, {"set-cookie", "c=d"}};
    http::header_list const listed{{"set-cookie", {"a=b", "c=d"}}};
    http::header_list const& cookies = GENERATE(true, false) ? twice : listed;
    CHECK(answer_of([&](http::incoming_message&, http::server_response& res) {
            res.set_headers(cookies);
            res.end();
          }) == empty_answer("200 OK\r\nset-cookie: a=b\r\nset-cookie: c=d\r\n"));
  }
}

TEST_CASE("test-http-response-statuscode: a status has three digits") {
  int const status = GENERATE(-1, 0, 99, 1000, 2147483647);
  std::string const answer = answer_of([&](http::incoming_message&, http::server_response& res) {
    CHECK(thrown([&] { res.write_head(status); }) ==
          "ERR_HTTP_INVALID_STATUS_CODE: Invalid status code: " + std::to_string(status));
    CHECK_FALSE(res.headers_sent());
    res.set_status_code(200);
    res.end();
  });
  CHECK(answer == empty_answer("200 OK\r\n"));
}

TEST_CASE("test-http-response-writehead-returns-this: calls can be chained") {
  std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
    res.write_head(200, {{"a-header", "a-header-value"}}).end("abc");
  });
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\na-header: a-header-value\r\n"));
  CHECK(answer.ends_with("\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
}

TEST_CASE("test-http-set-header-chain: calls can be chained") {
  CHECK(answer_of([](http::incoming_message&, http::server_response& res) {
          res.set_header("testheader1", "foo")
              .set_header("testheader2", "bar")
              .set_header("testheader3", "xyz");
          CHECK(res.get_headers() == http::header_list{{"testheader1", "foo"},
                                                       {"testheader2", "bar"},
                                                       {"testheader3", "xyz"}});
          res.end();
        }) == empty_answer("200 OK\r\ntestheader1: foo\r\ntestheader2: bar\r\n"
                           "testheader3: xyz\r\n"));
}

TEST_CASE("test-http-status-code: the status can be read after it is sent") {
  int const status = GENERATE(200, 202, 300, 404, 451, 500);
  client_and_server f;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    CHECK(res.status_code() == 200);
    res.write_head(status, {{"Content-Type", "text/plain"}});
    CHECK(res.status_code() == status);
    res.end("hi\n");
  });
  CHECK(f.get()->status == status);
}

TEST_CASE("test-http-status-message: a custom reason phrase") {
  CHECK(answer_of([](http::incoming_message&, http::server_response& res) {
          res.set_status_code(200);
          res.set_status_message("Custom Message");
          res.end("");
        }) == empty_answer("200 Custom Message\r\n"));
}

TEST_CASE("test-http-status-reason-invalid-chars: a reason phrase cannot contain line breaks") {
  std::string const bad =
      GENERATE(std::string("OK\r\nContent-Type: gotcha\r\n"), std::string("OK\n"),
               std::string("a\0b", 3), std::string("\x7f"));
  constexpr auto invalid = "ERR_INVALID_CHAR: Invalid character in statusMessage";
  CHECK(answer_of([&](http::incoming_message&, http::server_response& res) {
          CHECK(thrown([&] { res.write_head(200, bad); }) == invalid);
          res.set_status_message(bad);
          CHECK(thrown([&] { res.write_head(200); }) == invalid);
          res.set_status_message("OK");
          res.end();
        }) == empty_answer("200 OK\r\n"));
}

TEST_CASE("test-http-write-head: status and headers, once") {
  std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
    CHECK(thrown([&] { res.set_header("a b", "value"); }) ==
          "ERR_INVALID_HTTP_TOKEN: Header name must be a valid HTTP token [\"a b\"]");
    res.set_header("test", "1");
    res.write_head(200, {{"Test", "2"}});
    CHECK(thrown([&] { res.write_head(100, {{"x", "y"}}); }) ==
          "ERR_HTTP_HEADERS_SENT: Cannot write headers after they are sent to the client");
    CHECK_FALSE(res.has_header("x"));
    CHECK(res.status_code() == 200);
    res.end();
  });
  CHECK(answer ==
        "HTTP/1.1 200 OK\r\nTest: 2\r\nDate: now\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  CHECK(answer_of([](http::incoming_message&, http::server_response& res) {
          res.write_head(220);
          CHECK(res.status_message() == "unknown");
          res.end();
        }).starts_with("HTTP/1.1 220 unknown\r\n"));
}

TEST_CASE("test-http-write-head-2: headers as a flat list") {
  SECTION("override headers set before") {
    std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
      res.set_header("test", "1");
      res.write_head(200, {"test", "2", "test2", "2"});
      res.end();
    });
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\ntest: 2\r\ntest2: 2\r\nDate: "));
  }
  SECTION("without headers set before") {
    std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
      res.write_head(200, {"test", "1", "test2", "2"});
      res.end();
    });
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\ntest: 1\r\ntest2: 2\r\nDate: "));
  }
  SECTION("with an odd number of texts are rejected") {
    std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
      CHECK(thrown([&] {
              res.write_head(200, http::header_list::from_flat({"test"}));
            }).starts_with("ERR_INVALID_ARG_VALUE: "));
      res.end();
    });
    CHECK(answer == empty_answer("200 OK\r\n"));
  }
  SECTION("with a reason phrase") {
    std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
      res.write_head(200, "Fine", {"foo", "bar"});
      res.end();
    });
    CHECK(answer.starts_with("HTTP/1.1 200 Fine\r\nfoo: bar\r\n"));
  }
}

TEST_CASE("test-http-write-head-after-set-header: repeated names of a flat list stay repeated") {
  bool const before = GENERATE(false, true);
  client_and_server f;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    if (before) {
      res.set_header("set-val", "abc");
    }
    res.write_head(200, {"array-val", "1", "array-val", "2"});
    res.end();
  });
  auto const result = f.get();
  strings lines;
  for (http::field_line const line : result->headers) {
    lines.push_back(std::string(line.name) + ": " + std::string(line.value));
  }
  lines.resize(before ? 3 : 2);
  CHECK(lines == (before ? strings{"set-val: abc", "array-val: 1", "array-val: 2"}
                         : strings{"array-val: 1", "array-val: 2"}));
}

}  // namespace behaviour_message_node_outgoing_head
