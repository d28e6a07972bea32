// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Bodies: which writes are sent, and in which form.
#include "support/client_and_server.hpp"
#include "support/event_log.hpp"
#include "support/thrown.hpp"

#include <boost/asio/buffer.hpp>

#include <string>
#include <vector>

namespace behaviour_message_node_outgoing_body {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::event_log;
using support::http_peer;
using support::server_fixture;
using support::thrown;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr auto head = "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

template <class Message, class Body>
concept takes_body = requires(Message& m, Body const& b) {
  m.write(b);
  m.end(b);
};

std::string answer_of(http::server_options const& options, http::handler handler,
                      std::string const& request) {
  server_fixture f(options);
  f.server.on_request(std::move(handler));
  http_peer peer = f.connect();
  f.say(peer, request);
  CHECK(peer.ended());
  return peer.received();
}

std::string answer_of(http::handler handler, std::string const& request = get) {
  return answer_of({}, std::move(handler), request);
}

}  // namespace

TEST_CASE("test-http-byteswritten: the socket counts written bytes, sent or not") {
  client_and_server f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    anode::socket const s = res.socket();
    res.on_finish([&log, s] { log.note(s.bytes_written() > 0 ? "finish" : "nothing written"); });
    std::string const text(1024, 'x');
    std::string const bytes(512, '\xff');
    for (int i = 0; i < 1024; ++i) {
      res.write(text);
      res.write(text);
      res.write(bytes);
    }
    CHECK(s.bytes_written() > 1024 * 2560);
    CHECK(s.writable_length() > 0);
    res.end("hello world\n");
  });
  auto const result = f.get();
  CHECK(result->body.size() == 1024 * 2560 + 12);
  CHECK(log.pop_events() == "finish");
}

TEST_CASE("test-http-chunked-304: a status without a body has no chunks") {
  int const status = GENERATE(204, 304);
  std::string const answer = answer_of([&](http::incoming_message&, http::server_response& res) {
    res.write_head(status, {{"Transfer-Encoding", "chunked"}});
    res.end();
  });
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n"));
  CHECK(answer.find("\r\n0\r\n") == std::string::npos);
}

TEST_CASE(
    "test-http-content-length-mismatch: the declared length is enforced if the option is set") {
  std::string failure = "nothing";
  auto const answered = [&](auto respond) {
    return answer_of([&, respond](http::incoming_message&, http::server_response& res) {
      CHECK_FALSE(res.strict_content_length());
      res.set_strict_content_length(true);
      respond(res);
    });
  };
  SECTION("more than declared") {
    auto const answer = answered([&](http::server_response& res) {
      res.set_header("Content-Length", 5);
      res.write("hello");
      failure = thrown([&] { res.write("a"); });
      res.end();
    });
    CHECK(failure ==
          "ERR_HTTP_CONTENT_LENGTH_MISMATCH: Response body's content-length of 6 byte(s) does not "
          "match the content-length of 5 byte(s) set in header");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"));
    CHECK(answer.ends_with("\r\n\r\nhello"));
  }
  SECTION("no declared length") {
    auto const answer = answered([&](http::server_response& res) {
      failure = thrown([&] {
        res.write(std::string(5, 'x'));
        res.write(std::string(1000, 'y'));
        res.end();
      });
    });
    CHECK(failure == "nothing");
    CHECK(answer.ends_with("\r\n0\r\n\r\n"));
  }
  SECTION("less than declared; the response can still be ended") {
    auto const answer = answered([&](http::server_response& res) {
      res.set_header("Content-Length", 5);
      res.write("a");
      failure = thrown([&] { res.end("aaa"); });
      CHECK_FALSE(res.writable_ended());
      res.end("aaaa");
    });
    CHECK(failure ==
          "ERR_HTTP_CONTENT_LENGTH_MISMATCH: Response body's content-length of 4 byte(s) does not "
          "match the content-length of 5 byte(s) set in header");
    CHECK(answer.ends_with("\r\n\r\naaaaa"));
  }
  SECTION("exactly as declared") {
    auto const answer = answered([&](http::server_response& res) {
      res.set_header("Content-Length", "5");
      failure = thrown([&] { res.end("12345"); });
    });
    CHECK(failure == "nothing");
    CHECK(answer.ends_with("\r\n\r\n12345"));
  }
}

TEST_CASE("test-http-head-request: a response to HEAD ends with its head") {
  http::header_list headers;
  SECTION("with Transfer-Encoding: chunked") { headers.append("Transfer-Encoding", "chunked"); }
  SECTION("with Content-Length") { headers.append("Content-Length", "12"); }
  client_and_server f;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_head(200, headers);
    res.end();
  });
  http::client_request r = f.request("HEAD");
  r.end();
  auto const result = f.fetch(std::move(r));
  f.settle();
  CHECK(result->done);
  CHECK(result->error == "");
  CHECK(result->status == 200);
  CHECK(result->header(headers[0].name) == headers[0].value.text());
  CHECK(result->body == "");
}

TEST_CASE("test-http-head-response-has-no-body: no last chunk is sent") {
  CHECK(answer_of(
            [](http::incoming_message&, http::server_response& res) {
              res.write_head(200);
              res.end();
            },
            head) == "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n");
}

TEST_CASE("test-http-head-response-has-no-body-end: the body is discarded") {
  CHECK(answer_of(
            [](http::incoming_message&, http::server_response& res) {
              res.write_head(200);
              res.end("FAIL");
            },
            head) == "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n");
}

TEST_CASE(
    "test-http-head-response-has-no-body-end-implicit-headers: the discarded body is not counted") {
  CHECK(answer_of([](http::incoming_message&, http::server_response& res) { res.end("FAIL"); },
                  head) == "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n");
}

TEST_CASE("test-http-head-throw-on-response-body-write: bodies where none are allowed") {
  http::server_options options;
  std::string failure = "nothing";
  http::handler const handler = [&](http::incoming_message& req, http::server_response& res) {
    if (req.method() != "HEAD") {
      res.set_status_code(204);
    }
    failure = thrown([&] { res.write("this is content"); });
    res.end();
  };
  SECTION("are discarded by default") {
    CHECK(answer_of(options, handler, head) ==
          "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n");
    CHECK(failure == "nothing");
  }
  SECTION("throw if the option is set") {
    options.reject_non_standard_body_writes = true;
    std::string const request = GENERATE(get, head);
    std::string const answer = answer_of(options, handler, request);
    CHECK(answer.starts_with(request == get ? "HTTP/1.1 204 " : "HTTP/1.1 200 "));
    CHECK(answer.ends_with("\r\nConnection: close\r\n\r\n"));
    CHECK(failure ==
          "ERR_HTTP_BODY_NOT_ALLOWED: Adding content for this request method or response status is "
          "not allowed.");
  }
}

TEST_CASE("test-http-outgoing-message-write-callback: awaited writes complete in order") {
  server_fixture f;
  event_log log;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    auto const recorder = [&](std::string name) {
      return [&log, name](std::exception_ptr e) { log.note(e ? name + " failed" : name); };
    };
    net::co_spawn(f.io, res.write("a").as_awaitable(), recorder("a"));
    net::co_spawn(f.io, res.write("b").as_awaitable(), recorder("b"));
    net::co_spawn(f.io, res.write("").as_awaitable(), recorder("nothing"));
    net::co_spawn(f.io, res.write(std::string_view()).as_awaitable(), recorder("no text"));
    net::co_spawn(f.io, res.write("c").as_awaitable(), recorder("c"));
    net::co_spawn(f.io, res.end().as_awaitable(), recorder("end"));
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(log.pop_events() == "a, b, nothing, no text, c, end");
  CHECK(peer.received().ends_with("\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n"));
}

TEST_CASE("test-http-res-write-end-dont-take-array: a body is text or bytes") {
  STATIC_REQUIRE(takes_body<http::server_response, std::string>);
  STATIC_REQUIRE_FALSE(takes_body<http::server_response, std::vector<std::string>>);
  std::string const bytes("\0\xff\x01", 3);
  std::string const answer = answer_of([&](http::incoming_message&, http::server_response& res) {
    res.write("text");
    res.write(bytes);
    res.end(bytes);
  });
  CHECK(answer.ends_with("\r\n\r\n4\r\ntext\r\n3\r\n" + bytes + "\r\n3\r\n" + bytes +
                         "\r\n0\r\n\r\n"));
}

TEST_CASE("test-http-write-empty-string: an empty write does not send the last chunk") {
  std::string const answer = answer_of([](http::incoming_message&, http::server_response& res) {
    res.write("1\n");
    res.write("");
    res.write("2\n");
    res.write("");
    res.end("3\n");
  });
  CHECK(answer.ends_with("\r\n\r\n2\r\n1\n\r\n2\r\n2\n\r\n2\r\n3\n\r\n0\r\n\r\n"));
}

TEST_CASE("test-http-zero-length-write: empty writes send nothing in either direction") {
  std::vector<std::string> const pieces{"", "asdf", "", "foo", "", "bar", ""};
  client_and_server f;
  std::string sent;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        sent = co_await req.text();
        for (std::string const& chunk : pieces) {
          co_await res.write(chunk);
        }
        co_await res.end();
      });
  http::client_request r = f.request("POST");
  for (std::string const& chunk : pieces) {
    r.write(chunk);
    f.settle();
  }
  r.end();
  auto const result = f.fetch(std::move(r));
  f.settle();
  CHECK(sent == "asdffoobar");
  CHECK(result->body == "asdffoobar");
}

TEST_CASE("test-http-zerolengthbuffer: an empty body") {
  CHECK(answer_of([](http::incoming_message&, http::server_response& res) {
          res.write_head(200, {{"Content-Type", "text/plain"}, {"Content-Length", 0}});
          res.end(std::string_view(""));
        }) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nDate: now\r\n"
        "Connection: close\r\n\r\n");
}

}  // namespace behaviour_message_node_outgoing_body
