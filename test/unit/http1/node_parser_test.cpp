// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Cases of Node's parser tests. The outcome does not depend on how the input is split.
#include "support/catch.hpp"
#include "unit/http1/parser_harness.hpp"

#include <string>

namespace unit_http1_node_parser {

namespace {

using anode::message::message_kind;
using anode::test::decode_all_ways;
using anode::test::decode_request;
using anode::test::decode_response;
using anode::test::decoding;

}  // namespace

TEST_CASE("test-http-parser: messages of every form") {
  CHECK(decode_request("GET /hello HTTP/1.1\r\n\r\n") == "GET /hello []\n");
  CHECK(decode_response("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\n"
                        "pong") == "200 OK [Content-Type=text/plain, Content-Length=4] \"pong\"\n");

  decoding closed{.kind = message_kind::response, .options = {}};
  closed.eof = true;
  CHECK(decode_all_ways(closed, "HTTP/1.0 200 Connection established\r\n\r\n") ==
        "200 Connection established HTTP/1.0 [] +close\n");

  CHECK(decode_request("POST /it HTTP/1.1\r\nContent-Type: text/plain\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n4\r\nping\r\n0\r\n"
                       "Vary: *\r\nContent-Type: text/plain\r\n\r\n") ==
        "POST /it [Content-Type=text/plain, Transfer-Encoding=chunked] \"ping\" "
        "{Vary=*, Content-Type=text/plain}\n");

  CHECK(decode_request("GET / HTTP/1.0\r\nX-Filler: 1337\r\nX-Filler:   42\r\n"
                       "X-Filler2:  42\r\n\r\n") ==
        "GET / HTTP/1.0 [X-Filler=1337, X-Filler=42, X-Filler2=42] +close\n");

  CHECK(decode_request("POST /it HTTP/1.1\r\n"
                       "Content-Type: application/x-www-form-urlencoded\r\n"
                       "Content-Length: 15\r\n\r\nfoo=42&bar=1337") ==
        "POST /it [Content-Type=application/x-www-form-urlencoded, Content-Length=15] "
        "\"foo=42&bar=1337\"\n");
}

TEST_CASE("test-http-parser: many headers") {
  std::string request = "GET /foo/bar/baz?quux=42#1337 HTTP/1.0\r\n";
  std::string expected = "GET /foo/bar/baz?quux=42#1337 HTTP/1.0 [";
  for (int i = 0; i < 256; ++i) {
    request += "X-Filler: 42\r\n";
    expected += i == 0 ? "X-Filler=42" : ", X-Filler=42";
  }
  CHECK(anode::test::decode({}, request + "\r\n") == expected + "] +close\n");
}

TEST_CASE("test-http-parser: chunked bodies, split at each offset") {
  std::string const head =
      "POST /it HTTP/1.1\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string const start = "POST /it [Content-Type=text/plain, Transfer-Encoding=chunked] ";
  CHECK(decode_request(head + "3\r\n123\r\n6\r\n123456\r\nA\r\n1234567890\r\n0\r\n\r\n") ==
        start + "\"1231234561234567890\"\n");
  CHECK(decode_request(head + "3\r\n123\r\n6\r\n123456\r\n9\r\n123456789\r\n"
                              "C\r\n123456789ABC\r\nF\r\n123456789ABCDEF\r\n0\r\n\r\n") ==
        start + "\"123123456123456789123456789ABC123456789ABCDEF\"\n");
  CHECK(decode_request(head + "3\r\n123\r\n6\r\n123456\r\n0\r\n") == start + "\"123123456\"...\n");
}

TEST_CASE("test-http-parser: a new message after an incomplete one") {
  // The first message lacks its last line. A fresh parser parses the second one.
  CHECK(decode_request("PUT /this HTTP/1.1\r\nContent-Type: text/plain\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n4\r\nping\r\n0\r\n")
            .ends_with("\"ping\"...\n"));
  CHECK(decode_request("POST /that HTTP/1.0\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 4\r\n\r\npong") ==
        "POST /that HTTP/1.0 [Content-Type=text/plain, Content-Length=4] +close \"pong\"\n");
}

TEST_CASE("test-http-parser-bad-ref: a split name or value does not refer to a released segment") {
  // Each segment lies before an inaccessible page and is released before the next one.
  CHECK(decode_request("POST /1/22 HTTP/1.1\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 4\r\n\r\npong"
                       "POST /333/4444 HTTP/1.1\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 4\r\n\r\npong") ==
        "POST /1/22 [Content-Type=text/plain, Content-Length=4] \"pong\"\n"
        "POST /333/4444 [Content-Type=text/plain, Content-Length=4] \"pong\"\n");
}

}  // namespace unit_http1_node_parser
