// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "http1/parser.hpp"

#include "support/catch.hpp"
#include "unit/http1/parser_harness.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unit_http1_parser {

namespace {

namespace http = anode::http;
using namespace anode::http1;
using namespace anode::message;
using anode::test::decode;
using anode::test::decode_all_ways;
using anode::test::decode_request;
using anode::test::decode_response;
using anode::test::decoding;

decoding lenient(message_kind kind = message_kind::request) {
  decoding how{.kind = kind, .options = {}};
  how.options.insecure_http_parser = true;
  return how;
}

decoding response_to(std::string_view method) {
  return {.kind = message_kind::response, .options = {}, .response_to = method};
}

}  // namespace

TEST_CASE("parser: reports a message as head, body and end") {
  CHECK(decode_request("GET /a HTTP/1.1\r\nHost: b\r\n\r\n") == "GET /a [Host=b]\n");
  CHECK(decode_request("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc") ==
        "POST / HTTP/1.0 [Content-Length=3] +close \"abc\"\n");
  CHECK(decode_request("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab") ==
        "POST / [Content-Length=3] \"ab\"...\n");
  CHECK(decode_request("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "3\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\nZ:\r\n\r\n"
                       "GET / HTTP/1.1\r\n\r\n") ==
        "PUT / [Transfer-Encoding=chunked] \"abc0123456789\" {X=y, Z=}\nGET / []\n");
  CHECK(decode_response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 404 Not Found\r\n"
                        "Content-Length: 0\r\n\r\n") ==
        "200 OK [Content-Length=2] \"ab\"\n404 Not Found [Content-Length=0]\n");
}

TEST_CASE("parser: knows all methods, which are case-sensitive") {
  for (std::string_view const name : method_names) {
    INFO(name);
    method const m = find_method(name);
    CHECK(name_of(m) == name);
    bool const tunnel = m == method::connect;
    std::string const target = tunnel ? "a:80" : "/";
    CHECK(decode_request(std::string(name) + " " + target + " HTTP/1.1\r\n\r\n") ==
          std::string(name) + " " + target + " []" + (tunnel ? " +upgrade\n>0 left\n" : "\n"));
    CHECK(find_method(std::string(name) + "X") == method::unknown);
  }
  CHECK(find_method("get") == method::unknown);
  CHECK(find_method("") == method::unknown);
  CHECK(name_of(method::unknown).empty());
}

TEST_CASE("parser: a body can last until the connection ends") {
  decoding how = response_to("GET");
  how.eof = true;
  CHECK(decode_all_ways(how, "HTTP/1.1 200 OK\r\n\r\nabc") == "200 OK [] +close \"abc\"\n");
  CHECK(decode_all_ways(how, "HTTP/1.1 200 OK\r\n\r\n") == "200 OK [] +close\n");
  CHECK(decode_all_ways(how, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc") ==
        "200 OK [Transfer-Encoding=gzip] +close \"abc\"\n");
}

TEST_CASE("parser: the end of input is an error inside a message only") {
  decoding how;
  how.eof = true;
  std::string const error = "!HPE_INVALID_EOF_STATE: Invalid EOF state @0";
  CHECK(decode_all_ways(how, "") == "");
  CHECK(decode_all_ways(how, "\r\n") == "");
  CHECK(decode_all_ways(how, "G") == error);
  CHECK(decode_all_ways(how, "GET / HTTP/1.1\r\nHost: a\r\n") == error);
  CHECK(decode_all_ways(how, "GET / HTTP/1.1\r\n\r\n") == "GET / []\n");
  CHECK(decode_all_ways(how, "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab") ==
        "POST / [Content-Length=3] \"ab\"...\n" + error);
  CHECK(decode_all_ways(how, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX") ==
        "POST / [Transfer-Encoding=chunked]...\n" + error);
  how.kind = message_kind::response;
  CHECK(decode_all_ways(how, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab") ==
        "200 OK [Content-Length=3] \"ab\"...\n" + error);
}

TEST_CASE("parser: finish reports what next would have reported") {
  message_head head;
  parser d(message_kind::request);
  std::string_view input = "GET / HTTP/1.1\r\n\r\n";
  CHECK(d.next(input, head) == parse_result::head);
  CHECK(d.finish() == parse_result::end);
  CHECK(d.finish() == parse_result::need_more);
  input = "CONNECT a:80 HTTP/1.1\r\n\r\n";
  CHECK(d.next(input, head) == parse_result::head);
  CHECK(d.finish() == parse_result::upgrade);
  CHECK(d.finish() == parse_result::need_more);
  CHECK(d.next(input, head) == parse_result::upgrade);
}

TEST_CASE("parser: HTTP continues behind a refused CONNECT, which has no body") {
  parser d(message_kind::request);
  message_head head;
  std::string_view input =
      "CONNECT a:80 HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET / HTTP/1.1\r\n\r\n";
  CHECK(d.next(input, head) == parse_result::head);
  d.refuse_connect();
  CHECK(d.at_end());
  CHECK(d.next(input, head) == parse_result::end);
  CHECK(d.next(input, head) == parse_result::head);
  CHECK(head.method == method::get);
  CHECK(d.next(input, head) == parse_result::end);
}

TEST_CASE("parser: accepts no message behind one that closes its connection") {
  std::string const error = "!HPE_CLOSED_CONNECTION: Data after `Connection: close`";
  CHECK(decode_request("GET / HTTP/1.1\r\nConnection: close\r\n\r\n\r\nG") ==
        "GET / [Connection=close] +close\n" + error + " @40");
  CHECK(decode_request("GET / HTTP/1.0\r\n\r\nG") == "GET / HTTP/1.0 [] +close\n" + error + " @19");
  CHECK(decode_request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.1\r\n\r\n") ==
        "GET / HTTP/1.0 [Connection=keep-alive]\nGET / []\n");
  CHECK(decode_response("HTTP/1.1 103 X\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\n\r\n") ==
        "103 X [Connection=close] +close\n" + error + " @38");
  CHECK(decode_all_ways(response_to("HEAD"), "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 204 X\r\n\r\n") ==
        "200 OK [] +close\n204 X []\n");
}

TEST_CASE("parser: Connection is a list of tokens") {
  auto const keep_alive = [](std::string const& value) {
    return decode_request("GET / HTTP/1.1\r\nConnection: " + value + "\r\n\r\n").find("+close") ==
           std::string::npos;
  };
  for (char const* const value :
       {"close", "CLOSE", "close ", "a, close", "close,a", "a,\tclose ,b", ",close",
        "close, keep-alive", "close\t", "close \t , a", "a, close\t,b"}) {
    INFO(value);
    CHECK(!keep_alive(value));
  }
  for (char const* const value : {"closed", "cl", "xclose", "close;a=1", "\"close\"", "close a",
                                  "close\ta", "c,lose", "keep-alive", "", ",", "clox,e"}) {
    INFO(value);
    CHECK(keep_alive(value));
  }
  CHECK(decode_request("GET / HTTP/1.1\r\nProxy-Connection: close\r\n\r\n") ==
        "GET / [Proxy-Connection=close] +close\n");
  auto const http10 = [](std::string const& value) {
    return decode_request("GET / HTTP/1.0\r\nConnection: " + value + "\r\n\r\n").find("+close") ==
           std::string::npos;
  };
  CHECK(http10("keep-alive"));
  CHECK(http10("foo, Keep-Alive"));
  CHECK(!http10("keep-alives"));
  CHECK(!http10("keep-aliv"));
}

TEST_CASE("parser: an upgrade ends HTTP only if it is accepted") {
  std::string const request =
      "POST / HTTP/1.1\r\nConnection: x, Upgrade\r\nUpgrade: y\r\nContent-Length: 3\r\n\r\nabc";
  std::string const head = "POST / [Connection=x, Upgrade, Upgrade=y, Content-Length=3] +upgrade";
  CHECK(decode_request(request + "GET / HTTP/1.1\r\n\r\n") == head + " \"abc\"\nGET / []\n");
  decoding accepting;
  accepting.accept_upgrade = true;
  CHECK(decode_all_ways(accepting, request) == head + "\n>3 left\n");
  CHECK(decode_request("GET / HTTP/1.1\r\nUpgrade: y\r\n\r\n") == "GET / [Upgrade=y]\n");
  CHECK(decode_request("GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade:\r\n\r\n") ==
        "GET / [Connection=upgrade, Upgrade=]\n");
  CHECK(decode_response("HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: y\r\n\r\nabc") ==
        "101 X [Connection=upgrade, Upgrade=y] +upgrade\n>3 left\n");
  CHECK(decode_response("HTTP/1.1 101 X\r\n\r\nabc") == "101 X []\n>3 left\n");
  CHECK(decode_response("HTTP/1.1 426 X\r\nConnection: upgrade\r\nUpgrade: y\r\nContent-Length: 0"
                        "\r\n\r\n") == "426 X [Connection=upgrade, Upgrade=y, Content-Length=0]\n");
}

TEST_CASE("parser: a head gives direct access to frequently used fields") {
  parser d(message_kind::request);
  message_head head;
  std::string_view input =
      "POST / HTTP/1.1\r\nHOST: a\r\nTE: t\r\nDate: d\r\nExpect: e\r\nTrailer: r\r\nUpgrade: u\r\n"
      "Keep-Alive: k\r\nConnection: c\r\nConnection: c2\r\nContent-Length: 5\r\nX: y\r\n"
      "Xpect: n\r\nXost: n\r\nXontent-Length: n\r\n\r\n";
  REQUIRE(d.next(input, head) == parse_result::head);
  CHECK(head.value(field_id::host) == "a");
  CHECK(head.value(field_id::te) == "t");
  CHECK(head.value(field_id::date) == "d");
  CHECK(head.value(field_id::expect) == "e");
  CHECK(head.value(field_id::trailer) == "r");
  CHECK(head.value(field_id::upgrade) == "u");
  CHECK(head.value(field_id::keep_alive) == "k");
  CHECK(head.value(field_id::connection) == "c");
  CHECK(head.repeats(field_id::connection));
  CHECK(head.value(field_id::content_length) == "5");
  CHECK(head.has(field_id::host));
  CHECK(!head.repeats(field_id::host));
  CHECK(!head.has(field_id::transfer_encoding));
  CHECK(head.value(field_id::transfer_encoding).empty());
  CHECK(head.fields.size() == 14);
  CHECK(head.content_length == 5);
  CHECK(head.body == body_kind::length);
  CHECK(find_field_id("transfer-Encoding") == field_id::transfer_encoding);
  CHECK(find_field_id("") == field_id::none);
}

TEST_CASE("parser: a head can be moved away while further heads are parsed") {
  parser d(message_kind::request);
  std::vector<message_head> heads;
  std::string_view input = "GET /1 HTTP/1.1\r\nA: 1\r\n\r\nGET /2 HTTP/1.1\r\nA: 2\r\n\r\n";
  message_head head;
  for (parse_result e = d.next(input, head); e != parse_result::need_more;
       e = d.next(input, head)) {
    if (e == parse_result::head) {
      heads.push_back(std::move(head));
    }
  }
  REQUIRE(heads.size() == 2);
  CHECK(heads[0].target() == "/1");
  CHECK(heads[0].fields[0].value == "1");
  CHECK(heads[1].target() == "/2");
  CHECK(heads[1].fields[0].value == "2");
  CHECK(heads[1].method_name() == "GET");
}

TEST_CASE("parser: reports its position within a message") {
  parser d(message_kind::request);
  message_head head;
  std::string_view input = "\r\n";
  CHECK(d.next(input, head) == parse_result::need_more);
  CHECK(!d.in_message());
  input = "P";
  CHECK(d.next(input, head) == parse_result::need_more);
  CHECK(d.in_message());
  CHECK(d.in_head());
  CHECK(d.buffered() == 1);
  d.release_memory();
  CHECK(d.buffered() == 1);
  input = "OST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 1\r\n\r\n";
  CHECK(d.next(input, head) == parse_result::head);
  CHECK(d.in_message());
  CHECK(!d.in_head());
  CHECK(d.buffered() == 0);
  input = "x";
  CHECK(d.next(input, head) == parse_result::body);
  CHECK(d.next(input, head) == parse_result::end);
  CHECK(!d.in_message());
  CHECK(d.closed());
  d.release_memory();
  parser moved = std::move(d);
  CHECK(moved.closed());
  d = parser(message_kind::response);
  CHECK(!d.closed());
}

TEST_CASE("parser: counts the bytes of an error from the start of the read") {
  parser d(message_kind::request);
  message_head head;
  std::string_view input = "GET / HTTP/1.1\r\n";
  CHECK(d.next(input, head) == parse_result::need_more);
  input = "\r\nGET / HTTP/1.1\r\n\r\nBAD";
  while (d.next(input, head) != parse_result::error) {
  }
  CHECK(d.error().bytes_parsed == 21);
  CHECK(input == "AD");
  CHECK(d.error().code == http::error::invalid_method);
}

TEST_CASE("parser: the expected method applies across informational responses") {
  parser d(message_kind::response);
  message_head head;
  d.expect_response_to("HEAD");
  std::string_view input =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
  CHECK(d.next(input, head) == parse_result::head);
  CHECK(d.next(input, head) == parse_result::end);
  CHECK(d.next(input, head) == parse_result::head);
  CHECK(d.next(input, head) == parse_result::end);
  d.expect_response_to(method::get);
  input = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
  CHECK(d.next(input, head) == parse_result::head);
  CHECK(d.next(input, head) == parse_result::body);
  CHECK(d.next(input, head) == parse_result::end);
}

TEST_CASE("parser: insecure_http_parser accepts what Node's leniency flags accept") {
  auto const request = [](std::string_view input) { return decode_all_ways(lenient(), input); };
  auto const response = [](std::string_view input) {
    return decode_all_ways(lenient(message_kind::response), input);
  };
  std::string const line = "GET / HTTP/1.1\r\n";
  CHECK(request("GET / HTTP/1.1\nA: b\n\n") == "GET / [A=b]\n");
  CHECK(request("GET / HTTP/1.1\rA: b\r\n\r\n") == "GET / [A=b]\n");
  CHECK(request(line + "A: b\r\n\rGET / HTTP/1.1\r\n\r\n") == "GET / [A=b]\nGET / []\n");
  CHECK(request(line + " A: b\r\n\r\n") == "GET / [A=b]\n");
  CHECK(request(line + "A: b\r\n c\r\n\td\r\n\r\n") == "GET / [A=b c\td]\n");
  CHECK(request(line + "A:\r\n b\r\n\r\n") == "GET / [A=b]\n");
  CHECK(request(line + "A:\n b\nC:\rD: e\r\n\r\n") == "GET / [A=b, C=, D=e]\n");
  CHECK(request(line + std::string("A: \0b\x01\x7f", 7) + "c\r\n\r\n") ==
        std::string("GET / [A=\0b\x01\x7f", 13) + "c]\n");
  CHECK(request(line + "A: b\x01\rX") ==
        "!HPE_LF_EXPECTED: Missing expected LF after header value @22");
  CHECK(request(line + "Content-Length : 3\r\n\r\nabc") == "GET / [Content-Length=3] \"abc\"\n");
  CHECK(request(line + "Upgrade x: a\r\n\r\n") ==
        "!HPE_INVALID_HEADER_TOKEN: Invalid header token @24");
  CHECK(request("GET / HTTP/4.2\r\n\r\n") == "GET / HTTP/4.2 []\n");
  CHECK(request("GET  /  HTTP/1.1\r\n\r\n") == "GET / []\n");
  CHECK(request(line + "Connection: close\r\n\r\n" + line + "\r\n") ==
        "GET / [Connection=close] +close\nGET / []\n");
  CHECK(request(line + "Connection: close\r\n a\r\n\r\n") == "GET / [Connection=close a] +close\n");
  CHECK(request(line + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
        "GET / [Content-Length=3, Transfer-Encoding=chunked]\n");
  CHECK(request(line + "Transfer-Encoding: chunked\r\n a\r\n\r\n0\r\n") ==
        "GET / [Transfer-Encoding=chunked a] \"0\r\n\"...\n");
  CHECK(request(line + "Transfer-Encoding: gzip\r\n\r\nabc") ==
        "GET / [Transfer-Encoding=gzip] \"abc\"...\n");
  CHECK(request(line + "Transfer-Encoding: chunked, gzip\r\n\r\nabc") ==
        "GET / [Transfer-Encoding=chunked, gzip] \"abc\"...\n");
  CHECK(request(line +
                "Transfer-Encoding: chunked\r\n\r\n3 \t\nabc\n2;a\nab2;a=b\n"
                "cd\r1;a=\"b\"\ne\r\n0\rX: y\n\n" +
                line + "\r\n") ==
        "GET / [Transfer-Encoding=chunked] \"abcabcde\" {X=y}\nGET / []\n");
  CHECK(request(line + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n") ==
        "!HPE_UNEXPECTED_CONTENT_LENGTH: Duplicate Content-Length @51");
  std::string const end = "Content-Length: 0\r\n\r\n";
  CHECK(response("HTTP/1.1 200 OK\n" + end) == "200 OK [Content-Length=0]\n");
  CHECK(response("HTTP/1.1 200\n" + end) == "200  [Content-Length=0]\n");
  CHECK(response("HTTP/1.1 200\r\r" + end) == "200  [Content-Length=0]\n");
  CHECK(response("HTTP/1.1 200 O\x01K\r" + end) == "200 O\x01K [Content-Length=0]\n");
  CHECK(response("HTTP/7.3 200 OK\r\n" + end) == "200 OK HTTP/7.3 [Content-Length=0]\n");
  CHECK(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nabc") ==
        "200 OK [Transfer-Encoding=chunked, gzip] +close \"abc\"...\n");
  CHECK(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
                 "\r\n0\r\n\r\n") ==
        "200 OK [Transfer-Encoding=chunked, Transfer-Encoding=chunked]\n");
  parser d(message_kind::request, {.insecure_http_parser = true});
  message_head head;
  std::string_view input = "GET / HTTP/1.1\r\nA: b";
  CHECK(d.next(input, head) == parse_result::need_more);
  CHECK(d.buffered() > 0);
}

TEST_CASE("parser: counts the bytes of an error from the end of a read that was consumed whole") {
  std::string const read = "GET / HTTP/1.1\r\n\r\nG?T / HTTP/1.1\r\n\r\n";
  for (bool const ended : {false, true}) {
    parser d(message_kind::request);
    message_head head;
    std::string_view input = read;
    REQUIRE(d.next(input, head) == parse_result::head);
    REQUIRE(d.next(input, head) == parse_result::end);
    if (ended) {
      d.end_of_read();
    }
    REQUIRE(d.next(input, head) == parse_result::error);
    CHECK(d.error().bytes_parsed == (ended ? 1 : 19));
  }
}

TEST_CASE("parser: compares options for equality") {
  parser_options const defaults;
  CHECK(defaults == parser_options{});
  CHECK(defaults != parser_options{1, 2000, false});
  CHECK(defaults != parser_options{16384, 1, false});
  CHECK(defaults != parser_options{16384, 2000, true});
  CHECK(defaults != parser_options{16384, 2000, false, true});
}

TEST_CASE("parser: whole and split lines give the same head") {
  // Each input is parsed whole, byte by byte and split at each offset. Some of these ways parse a
  // line at once, others byte by byte.
  struct {
    char const* lines;
    char const* expected;
  } const cases[] = {
      {"Connection: keep-alive\r\nContent-Length: 0\r\n", ""},
      {"CONNECTION:Close\r\n", " +close"},
      {"Connection: close\t \r\n", " +close"},
      {"Proxy-Connection: CLOSE \r\nConnection: x\r\n", " +close"},
      {"Connection: upgrade\r\nUpgrade: h2c\r\n", " +upgrade"},
      {"Content-Length: 00000000000000000000\r\n", ""},
      {"_x.y~: 1\r\nX: \xff\t\r\nY-_z:1 \r\n", ""},
      {"X: \xff\t\r\n  Y\r\n", nullptr},
      {"Content-Length: 5x\r\n", nullptr},
      {"Content-Length: 1\r\nContent-Length: 1\r\n", nullptr},
      {"Content-Length: 99999999999999999999\r\n", nullptr},
      {"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", nullptr},
      {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", nullptr},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", nullptr},
      {"Upgrade: a\r\n b\r\n", nullptr},
      {"Connection: close\r\n\tx\r\n", nullptr},
      {"X:\x7f\r\n", nullptr},
      {"X x: y\r\n", nullptr},
      {": y\r\n", nullptr},
  };
  for (auto const& c : cases) {
    INFO(c.lines);
    std::string const fields = std::string("\r\nHost: example.com\r\n") + c.lines + "\r\n";
    std::string const found = decode_request("GET /a HTTP/1.1" + fields);
    if (c.expected != nullptr) {
      CHECK(found.substr(found.find(']') + 1) == c.expected + std::string("\n"));
    } else {
      CHECK(found.find("!HPE_") != std::string::npos);
    }
    CHECK((decode_request("GET /a HTTP/1.0" + fields).find("!HPE_") == std::string::npos) ==
          (c.expected != nullptr));
  }
}

TEST_CASE("parser: releases the memory of a large head when idle and continues") {
  std::string lines;
  for (int i = 0; i < 200; ++i) {
    lines += "Connection: keep-alive\r\nX-" + std::to_string(i) + ": y\r\n";
  }
  std::string const text = "GET /a HTTP/1.1\r\n" + lines + "\r\nGET /b HTTP/1.1\r\nA: b\r\n\r\n";
  parser d(message_kind::request);
  message_head head;
  std::string_view input = text;
  REQUIRE(d.next(input, head) == parse_result::head);
  CHECK(head.fields.size() == 400);
  CHECK(head.fields[399].name == "X-199");
  REQUIRE(d.next(input, head) == parse_result::end);
  d.release_memory();
  REQUIRE(d.next(input, head) == parse_result::head);
  CHECK(head.target() == "/b");
  CHECK(head.fields.size() == 1);
  CHECK(head.value(field_id::connection).empty());
}

TEST_CASE("parser: can be reset for another connection after a message that closed one") {
  parser d(message_kind::request);
  message_head head;
  std::string_view input = "GET /a HTTP/1.1\r\nConnection: close\r\n\r\n";
  REQUIRE(d.next(input, head) == parse_result::head);
  REQUIRE(d.next(input, head) == parse_result::end);
  CHECK(d.closed());
  d.reset();
  CHECK_FALSE(d.closed());
  CHECK_FALSE(d.in_message());
  input = "GET /b HTTP/1.1\r\nA: b\r\n\r\nGET /c HTTP/1.1\r\nA: b\r\n\r\n";
  REQUIRE(d.next(input, head) == parse_result::head);
  CHECK(head.target() == "/b");
  REQUIRE(d.next(input, head) == parse_result::end);
  REQUIRE(d.next(input, head) == parse_result::head);
  CHECK(head.target() == "/c");
}

}  // namespace unit_http1_parser
