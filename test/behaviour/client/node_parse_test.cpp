// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How a client handles responses that are malformed, ambiguous or without a body.
#include "support/client_fixture.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>

#include <optional>
#include <string>
#include <vector>

namespace behaviour_client_node_parse {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_fixture;

namespace {

using strings = std::vector<std::string>;

// Sends a request with the given options and records its events.
http::client_request get(client_fixture& f, http::request_options options = {}) {
  options.host = "test";
  return f.watched(f.agent.request(std::move(options)));
}

// Sends a GET, answers with `bytes` and ends the connection. Returns the events from then on.
std::string events_of(std::string const& bytes, http::request_options options = {}) {
  client_fixture f;
  http::client_request r = get(f, std::move(options));
  std::string message;
  r.on_request_error([&](http::request_error const& e) { message = e.what(); });
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, bytes);
  f.peers.at(0).end();
  f.settle();
  std::string events = f.pop_events();
  return message.empty() ? events : events + " (" + message + ")";
}

}  // namespace

TEST_CASE("test-http-allow-content-length-304: a length without a body") {
  client_fixture f;
  http::client_request r = get(f);
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, "HTTP/1.1 304 Not Modified\r\nContent-Length: 11\r\nConnection: close\r\n\r\n");
  CHECK(f.pop_events() == "response 304, res.end, res.close, close");
  CHECK(f.response.headers().get("content-length") == "11");
  CHECK(f.response.status_code() == 304);
}

TEST_CASE("client errors: a parse error has the reason, the offset and the received bytes") {
  struct example {
    std::string bytes;
    std::string reason;
    std::size_t parsed;
  };
  std::string const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok";
  // Expected as in Node: reason, bytesParsed, rawPacket.
  std::vector<example> const all = {
      {"JUNK", "Expected HTTP/", 0},
      {"HTTP/1.1 200 OK\r\nX Y: 1\r\n\r\n", "Invalid header token", 18},
      {chunked + "X", "Expected LF after chunk data", 52},
      {chunked + "\r\nzz\r\n", "Invalid character in chunk size", 54},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokGARBAGE", "Expected HTTP/", 40}};
  for (example const& e : all) {
    INFO(e.bytes);
    client_fixture f;
    http::client_request r = get(f);
    int calls = 0;
    r.on_request_error([&](http::request_error const& why) {
      ++calls;
      CHECK(why.reason() == e.reason);
      CHECK(why.what() == "Parse Error: " + e.reason);
      CHECK(why.bytes_parsed() == e.parsed);
      CHECK(why.raw_packet() == e.bytes);
    });
    r.end();
    f.settle();
    f.say(0, e.bytes);
    CHECK(calls == 1);
  }
  // Other errors have no packet.
  client_fixture f;
  http::client_request r = get(f);
  int calls = 0;
  r.on_request_error([&](http::request_error const& why) {
    ++calls;
    CHECK(why.reason().empty());
    CHECK(why.raw_packet().empty());
  });
  r.end();
  f.settle();
  f.peers.at(0).end();
  f.settle();
  CHECK(calls == 1);
}

TEST_CASE("test-http-client-error-rawbytes: the error has the reason") {
  std::string const response =
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: Chunked\r\n\r\n6\r\nfoobar";
  client_fixture f;
  http::client_request r = get(f);
  std::string message;
  r.on_request_error([&](http::request_error const& e) {
    message = e.what();
    CHECK(e.code() == http::error::invalid_transfer_encoding);
    CHECK(e.code_name() == "HPE_INVALID_TRANSFER_ENCODING");
    CHECK(e.phase() == http::request_phase::head);
    CHECK(e.bytes_received() == response.size());
  });
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, response);
  CHECK(message == "Parse Error: Transfer-Encoding can't be present with Content-Length");
  CHECK(f.pop_events() == "error HPE_INVALID_TRANSFER_ENCODING, close");
}

TEST_CASE(
    "test-http-client-parse-error: invalid bytes instead of a response, or directly behind one") {
  std::string const junk =
      GENERATE(std::string("bad http = should trigger parse error"),
               std::string("HTTP/1.1 302 Object Moved\r\nContent-Length: 0\r\n\r\nhi world"));
  std::string const events = events_of(junk);
  CHECK(support::count_of(events, "error HPE_INVALID_CONSTANT") == 1);
  CHECK(events.ends_with(" (Parse Error: Expected HTTP/)"));
}

TEST_CASE("test-http-client-reject-chunked-with-content-length: both framing fields are rejected") {
  CHECK(events_of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        "error HPE_INVALID_TRANSFER_ENCODING, close "
        "(Parse Error: Transfer-Encoding can't be present with Content-Length)");
}

TEST_CASE("test-http-client-reject-cr-no-lf: a lone CR does not end a line") {
  CHECK(events_of("HTTP/1.1 200 OK\r\nFoo: Bar\rContent-Length: 1\r\n\r\n") ==
        "error HPE_LF_EXPECTED, close (Parse Error: Missing expected LF after header value)");
}

TEST_CASE("test-http-contentLength0: a blank can follow a length") {
  CHECK(events_of("HTTP/1.1 200 OK\r\nContent-Length: 0 \r\n\r\n")
            .starts_with("response 200, res.end"));
}

TEST_CASE("test-http-insecure-parser-per-stream: control bytes in values, for one request") {
  bool const insecure = GENERATE(false, true);
  client_fixture f;
  http::request_options options;
  options.insecure_http_parser = insecure;
  http::client_request r = get(f, options);
  r.end();
  f.settle();
  f.pop_events();
  // The empty line behind the response is not reported.
  f.say(0,
        "HTTP/1.1 200 OK\r\nHello: foo\x08"
        "foo\r\nContent-Length: 0\r\n\r\n\r\n\r\n");
  if (insecure) {
    CHECK(f.pop_events() == "response 200, res.end, res.close, close");
    CHECK(f.response.headers().get("hello") ==
          "foo\x08"
          "foo");
  } else {
    CHECK(f.pop_events() == "error HPE_INVALID_HEADER_TOKEN, close");
  }
}

TEST_CASE("test-http-max-header-size-per-stream: larger heads, for one request") {
  std::string const large = "HTTP/1.1 200 OK\r\nHello: " + std::string(3 * 16384, 'A') +
                            "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  http::request_options options;
  CHECK(options.max_header_size == http::max_header_size());
  CHECK(events_of(large, options) ==
        "error HPE_HEADER_OVERFLOW, close (Parse Error: Header overflow)");
  options.max_header_size = 4 * 16384;
  CHECK(events_of(large, options) == "response 200, res.end, res.close, close");
}

TEST_CASE("test-http-max-http-headers: a response head received slowly has a limit") {
  // The limit counts the reason phrase, names and values.
  std::size_t const rest = std::string("OKContent-Length0ConnectioncloseX-CRASH").size();
  std::size_t const over = GENERATE(as<std::size_t>{}, 0, 1);
  std::string const head =
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nX-CRASH: " +
      std::string(http::max_header_size() - 1 - rest + over, 'a') + "\r\n\r\n";
  client_fixture f;
  http::client_request r = get(f);
  r.end();
  f.settle();
  f.pop_events();
  for (std::size_t at = 0; at < head.size(); at += 100) {
    f.say(0, head.substr(at, 100));
  }
  CHECK(f.pop_events() == (over == 1 ? "error HPE_HEADER_OVERFLOW, close"
                                     : "response 200, res.end, res.close, close"));
}

TEST_CASE("test-http-multi-line-headers: folded lines are joined if the option allows it") {
  std::string const folded =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain;\r\n"
      " x-unix-mode=0600;\r\n name=\"hello.txt\"\r\n\r\n";
  client_fixture f;
  http::request_options options;
  options.insecure_http_parser = true;
  http::client_request r = get(f, options);
  r.end();
  f.settle();
  f.say(0, folded);
  CHECK(f.response.headers().get("content-type") ==
        "text/plain; x-unix-mode=0600; name=\"hello.txt\"");
  CHECK(events_of(folded).starts_with("error HPE_INVALID_HEADER_TOKEN, close"));
}

TEST_CASE(
    "test-http-parser-multiple-execute: more bytes arrive while an informational head is emitted") {
  client_fixture f;
  http::client_request r = get(f);
  int interim = 0;
  r.on_information([&](http::information const& i) {
    ++interim;
    CHECK(i.status_code == 100);
    f.peers.at(0).send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    f.peers.at(0).end();
  });
  r.end();
  f.settle();
  f.pop_events();
  f.say(0, "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(interim == 1);
  CHECK(f.pop_events() ==
        "continue, information 100, response 200, data ok, res.end, res.close, close");
}

TEST_CASE("test-http-response-multi-content-length: two lengths are rejected") {
  std::string const lengths = GENERATE(std::string("Content-Length: 2\r\nContent-Length: 1\r\n"),
                                       std::string("Content-Length: 1\r\nContent-Length: 2\r\n"));
  CHECK(events_of("HTTP/1.1 200 OK\r\n" + lengths + "\r\nok") ==
        "error HPE_UNEXPECTED_CONTENT_LENGTH, close "
        "(Parse Error: Duplicate Content-Length)");
}

TEST_CASE("test-http-response-no-headers: a head can consist of a status line only") {
  CHECK(events_of("HTTP/1.0 200 OK\r\n\r\nI AM THE WALRUS") ==
        "response 200, data I AM THE WALRUS, res.end, res.close, close");
  CHECK(events_of("HTTP/0.9 200 OK\r\n\r\nI AM THE WALRUS") ==
        "response 200, data I AM THE WALRUS, res.end, res.close, close");
  CHECK(events_of("HTTP/1.1 200 OK\r\n\r\n") == "response 200, res.end, res.close, close");
}

}  // namespace behaviour_client_node_parse
