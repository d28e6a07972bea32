// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Hostile input for the parser: start lines, field lines and the limits of a head.
#include "support/catch.hpp"
#include "unit/http1/parser_harness.hpp"
#include "unit/http1/parser_rows.hpp"

#include <string>

namespace unit_http1_parser_hostile_heads {

using namespace anode::test;
using namespace std::string_literals;

TEST_CASE("parser: rejects folded lines") {
  std::string const folded = "!HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value";
  check_requests({
      {"any", post("X: a\r\n b"), folded},
      {"tab", post("X: a\r\n\tb"), folded},
      {"coding", post(te + "chunked\r\n abc"), folded},
      {"length", post("Content-Length: 1\r\n 2"), folded},
      {"host", post("Host: a\r\n .b"), folded},
      {"empty value", post("X:\r\n b"), bad_value},
      {"empty value, tab", post("Transfer-Encoding:\r\n\tchunked"), bad_value},
  });
}

TEST_CASE("parser: lines end with CRLF") {
  std::string const line = "GET / HTTP/1.1";
  std::string const no_cr = "!HPE_CR_EXPECTED: Missing expected CR after header value";
  check_requests({
      {"LF behind the request line", line + "\nHost: a\r\n\r\n",
       "!HPE_INVALID_VERSION: Expected CRLF after version"},
      {"CR X behind the request line", line + "\rX", "!HPE_STRICT: Expected CRLF after version"},
      {"X behind the version", line + "X", "!HPE_INVALID_VERSION: Expected CRLF after version"},
      {"blank behind the version", line + " \r\n",
       "!HPE_INVALID_VERSION: Expected CRLF after version"},
      {"LF behind a field", line + "\r\nHost: a\n\r\n", no_cr},
      {"LF alone", line + "\r\nHost: a\n\n", no_cr},
      {"CR X behind a field", line + "\r\nHost: a\rX: b\r\n\r\n",
       "!HPE_LF_EXPECTED: Missing expected LF after header value"},
      {"CR CR LF", line + "\r\nHost: a\r\r\n\r\n",
       "!HPE_LF_EXPECTED: Missing expected LF after header value"},
      {"CR LF CR X", line + "\r\nHost: a\r\n\rX", "!HPE_STRICT: Expected LF after headers"},
      {"LF instead of the empty line", line + "\r\nHost: a\r\n\n",
       "!HPE_INVALID_HEADER_TOKEN: Invalid header field char"},
      {"LF behind chunked", line + "\r\nTransfer-Encoding: chunked\n\r\n", no_cr},
      {"LF behind a length", line + "\r\nContent-Length: 1\n\r\n", no_cr},
      {"LF behind close", line + "\r\nConnection: close\n\r\n", no_cr},
      {"empty value, LF", line + "\r\nX:\n", bad_value},
      {"empty value, CR X", line + "\r\nX:\rX", "!HPE_STRICT: Expected LF after CR"},
  });
}

TEST_CASE("parser: field names and values") {
  auto const with = [](std::string const& line) {
    return "GET / HTTP/1.1\r\n" + line + "\r\n\r\n";
  };
  check_requests({
      {"blank before colon", with("Host : a"), bad_token},
      {"blank before colon, framing", with("Content-Length : 5"),
       "!HPE_INVALID_HEADER_TOKEN: Invalid header field char"},
      {"tab before colon", with("Host\t: a"), bad_token},
      {"tab before colon, framing", with("Transfer-Encoding\t: chunked"), bad_token},
      {"blank before the first name", with(" Host: a"),
       "!HPE_UNEXPECTED_SPACE: Unexpected space after start line"},
      {"blank before the first name, framing", with(" Content-Length: 5"),
       "!HPE_UNEXPECTED_SPACE: Unexpected space after start line"},
      {"tab before the first name", with("\tHost: a"), bad_token},
      {"no colon", with("Host"), bad_token},
      {"empty name", with(": a"), bad_token},
      {"split name", with("Content Length: 5"), bad_token},
      {"split name, framing", with("Content-\r\nLength: 5"), bad_token},
      {"CR in name", with("Ho\rst: a"), bad_token},
      {"NUL in name", with("Ho\0st: a"s), bad_token},
      {"8-bit in name", with("H\xf6st: a"), bad_token},
      {"separators in name", with("Host(: a"), bad_token},
      {"NUL in value", with("X: a\0b"s), bad_value},
      {"DEL in value", with("X: a\x7f"), bad_value},
      {"ESC in value", with("X: \x1b[2J"), bad_value},
      {"tab and 8-bit in value", with("X: a\tb\x80\xff"), "GET / [X=a\tb\x80\xff]\n"},
      {"blanks around value", with("X: \t a b \t "), "GET / [X=a b]\n"},
  });
}

TEST_CASE("parser: request lines") {
  std::string const end = "\r\n\r\n";
  std::string const bad_method = "!HPE_INVALID_METHOD: Invalid method encountered";
  std::string const no_http = "!HPE_INVALID_CONSTANT: Expected HTTP/";
  std::string const bad_version = "!HPE_INVALID_VERSION: Invalid HTTP version";
  std::string const bad_url = "!HPE_INVALID_URL: Invalid characters in url";
  check_requests({
      {"blanks", "GET   /x   HTTP/1.1" + end, "GET /x []\n"},
      {"tab behind method", "GET\t/ HTTP/1.1" + end,
       "!HPE_INVALID_METHOD: Expected space after method"},
      {"tab behind target", "GET /\tHTTP/1.1" + end, bad_url},
      {"FF in target", "GET /\fHTTP/1.1" + end, bad_url},
      {"LF in target", "GET /a\nb HTTP/1.1" + end, no_http},
      {"CR in target", "GET /a\rb HTTP/1.1" + end, "!HPE_INVALID_URL: Expected CRLF"},
      {"tab behind CR in target", "GET /a\r\tHTTP/1.1" + end, "!HPE_INVALID_URL: Expected CRLF"},
      {"blank in target", "GET /a b HTTP/1.1" + end, no_http},
      {"tab behind blank", "GET / \tHTTP/1.1" + end, bad_url},
      {"tab behind two blanks", "GET /  \tHTTP/1.1" + end, no_http},
      {"no target", "GET  HTTP/1.1" + end, "!HPE_INVALID_URL: Unexpected char in url schema"},
      {"nothing behind method", "GET \r\n\r\n", bad_url},
      {"no version", "GET /" + end, no_http},
      {"0.9", "GET / HTTP/0.9" + end, bad_version},
      {"1.2", "GET / HTTP/1.2" + end, bad_version},
      {"2.0", "GET / HTTP/2.0" + end, bad_version},
      {"1.32", "GET / HTTP/1.32" + end, "!HPE_INVALID_VERSION: Invalid HTTP version"},
      {"1.10", "GET / HTTP/1.10" + end, "!HPE_INVALID_VERSION: Expected CRLF after version"},
      {"x.1", "GET / HTTP/x.1" + end, "!HPE_INVALID_VERSION: Invalid major version"},
      {"1,1", "GET / HTTP/1,1" + end, "!HPE_INVALID_VERSION: Expected dot"},
      {"1.", "GET / HTTP/1." + end, "!HPE_INVALID_VERSION: Invalid minor version"},
      {"lower case", "GET / http/1.1" + end, no_http},
      {"half a word", "GET / HTP/1.1" + end, no_http},
      {"RTSP", "GET / RTSP/1.0" + end, no_http},
      {"RTSP, wrong method", "PUT / RTSP/1.0" + end,
       "!HPE_INVALID_CONSTANT: Invalid method for RTSP/x.x request"},
      {"RTSP's method", "PLAY / HTTP/1.1" + end,
       "!HPE_INVALID_CONSTANT: Invalid method for HTTP/x.x request"},
      {"RTSP's method over RTSP", "GET_PARAMETER / RTSP/1.0" + end, no_http},
      {"ICE", "SOURCE / ICE/1.0" + end, no_http},
      {"ICE, wrong method", "GET / ICE/1.0" + end,
       "!HPE_INVALID_CONSTANT: Expected SOURCE method for ICE/x.x request"},
      {"unknown method", "FOO / HTTP/1.1" + end, bad_method},
      {"longer method", "GETX / HTTP/1.1" + end,
       "!HPE_INVALID_METHOD: Expected space after method"},
      {"between two methods", "GET_X / HTTP/1.1" + end, bad_method},
      {"method in lower case", "get / HTTP/1.1" + end, bad_method},
      {"digit", "1GET / HTTP/1.1" + end, bad_method},
      {"8-bit", "G\xc9T / HTTP/1.1" + end, bad_method},
      {"TLS", "\x16\x03\x01\x02", bad_method},
      {"blank first", " GET / HTTP/1.1" + end, bad_method},
      {"CRLF first", "\r\n\r\nGET / HTTP/1.1" + end, "GET / []\n"},
      {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
       "!HPE_PAUSED_H2_UPGRADE: Pause on PRI/Upgrade"},
      {"half a preface", "PRI * HTTP/2.0\r\n\r\nGET",
       "!HPE_INVALID_VERSION: Expected HTTP/2 Connection Preface"},
      {"PRI of 3.0", "PRI * HTTP/3.0" + end, bad_version},
  });
}

TEST_CASE("parser: request targets") {
  std::string const end = " HTTP/1.1\r\n\r\n";
  std::string const in_path = "!HPE_INVALID_URL: Invalid char in url path";
  std::string const in_server = "!HPE_INVALID_URL: Unexpected char in url server";
  std::string const in_scheme = "!HPE_INVALID_URL: Unexpected char in url schema";
  for (std::string const target :
       {"/", "*", "/a?b=c?d#e", "/a#b?c#d", "/%", "/\\", "/<>[]{}|^`\"", "http://a", "http://a/b",
        "http://u:p@a:80/b", "http://[::1]:8/?", "http://a?b", "x://", "//a", "*x"}) {
    INFO(target);
    CHECK(decode_request("GET " + target + end) == "GET " + target + " []\n");
  }
  for (std::string const target : {"a:80", "[::1]:80", "/", "u@a", "a?b"}) {
    INFO(target);
    CHECK(decode_request("CONNECT " + target + end + "abc") ==
          "CONNECT " + target + " [] +upgrade\n>3 left\n");
  }
  check_requests({
      {"NUL", "GET /\0"s + end, in_path},
      {"DEL", "GET /\x7f" + end, in_path},
      {"8-bit", "GET /\xe9" + end, in_path},
      {"8-bit in query", "GET /?\xe9" + end, "!HPE_INVALID_URL: Invalid char in url query"},
      {"8-bit in fragment", "GET /#\xe9" + end,
       "!HPE_INVALID_URL: Invalid char in url fragment start"},
      {"tab in query", "GET /?\t" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"FF in fragment", "GET /#\f" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"FF behind a fragment", "GET /#a\f" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"FF behind a query", "GET /?a\f" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"FF in path", "GET /a\f" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"CR behind a query", "GET /?a\rb" + end, "!HPE_INVALID_URL: Expected CRLF"},
      {"CR behind a fragment", "GET /#a\rb" + end, "!HPE_INVALID_URL: Expected CRLF"},
      {"LF first", "GET \n" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"FF in scheme", "GET h\f" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"CR in scheme", "GET h\r" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"LF in scheme", "GET h\n" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"CR behind scheme", "GET h:\r" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"LF behind scheme", "GET h:\n" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"word", "GET foo" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"query first", "GET ?a" + end, "!HPE_INVALID_URL: Unexpected start char in url"},
      {"digit in scheme", "GET h2://a" + end, in_scheme},
      {"blank behind scheme", "GET http: //a" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"one slash", "GET http:/a" + end, in_scheme},
      {"tab in scheme", "GET ht\ttp://a" + end, "!HPE_INVALID_URL: Invalid characters in url"},
      {"tab behind a slash", "GET http:/\t/a" + end, in_scheme},
      {"no slash", "GET mailto:a" + end, in_scheme},
      {"two @", "GET http://u@@a" + end, "!HPE_INVALID_URL: Double @ in url"},
      {"bad authority", "GET http://a\"b" + end, in_server},
      {"fragment of an authority", "CONNECT a#b" + end, in_server},
      {"LF behind authority", "CONNECT a:80\n", "!HPE_INVALID_CONSTANT: Expected HTTP/"},
      {"CR behind authority", "CONNECT a:80\r\n", "!HPE_INVALID_CONSTANT: Expected HTTP/"},
      {"LF behind query", "GET /?a\n", "!HPE_INVALID_CONSTANT: Expected HTTP/"},
      {"LF behind fragment", "GET /#a\n", "!HPE_INVALID_CONSTANT: Expected HTTP/"},
  });
}

TEST_CASE("parser: accepts at most one Host, which is a valid host") {
  auto const with = [](std::string const& line) {
    return "GET / HTTP/1.1\r\n" + line + "\r\n\r\n";
  };
  check_requests({
      {"none is the server's business", with("X: y"), "GET / [X=y]\n"},
      {"two", with("Host: a\r\nhost: a"), "!HPE_INVALID_HEADER_TOKEN: Duplicate Host"},
      {"list", with("Host: a, b"), "!HPE_INVALID_HEADER_TOKEN: Invalid Host"},
      {"userinfo", with("Host: u@a"), "!HPE_INVALID_HEADER_TOKEN: Invalid Host"},
      {"path", with("Host: a/b"), "!HPE_INVALID_HEADER_TOKEN: Invalid Host"},
      {"empty", with("Host:"), "!HPE_INVALID_HEADER_TOKEN: Invalid Host"},
      {"not IPv6", with("Host: [a]"), "!HPE_INVALID_HEADER_TOKEN: Invalid Host"},
      {"zone", with("Host: [fe80::1%25eth0]"), "!HPE_INVALID_HEADER_TOKEN: Invalid Host"},
  });
}

TEST_CASE("parser: field names with a meaning in other languages are plain data") {
  CHECK(decode_request("GET / HTTP/1.1\r\n__proto__: a\r\nconstructor: b\r\nREMOTE_ADDR: c\r\n"
                       "Content_Length: 5\r\n\r\nGET / HTTP/1.1\r\n\r\n") ==
        "GET / [__proto__=a, constructor=b, REMOTE_ADDR=c, Content_Length=5]\nGET / []\n");
}

TEST_CASE("parser: status lines") {
  std::string const bad_status = "!HPE_INVALID_STATUS: Invalid status code";
  std::string const behind = "!HPE_INVALID_STATUS: Invalid response status";
  std::string const no_body = "\r\nContent-Length: 0\r\n\r\n";
  std::string const fields = " [Content-Length=0]\n";
  check_responses({
      {"000", "HTTP/1.1 000 X" + no_body, "0 X" + fields},
      {"999", "HTTP/1.1 999 X" + no_body, "999 X" + fields},
      {"two digits", "HTTP/1.1 20 X" + no_body, bad_status},
      {"four digits", "HTTP/1.1 2000 X" + no_body, behind},
      {"no digit", "HTTP/1.1 X" + no_body, bad_status},
      {"no status", "HTTP/1.1\r\n\r\n", "!HPE_INVALID_VERSION: Expected space after version"},
      {"LF in the status line", "HTTP/1.1 200 O\nK" + no_body,
       "!HPE_CR_EXPECTED: Missing expected CR after response line"},
      {"LF behind the status", "HTTP/1.1 200\n", behind},
      {"CR CR", "HTTP/1.1 200 OK\r\r\n", "!HPE_STRICT: Expected LF after CR"},
      {"no reason, no blank", "HTTP/1.1 200" + no_body, "200 " + fields},
      {"no reason", "HTTP/1.1 200 " + no_body, "200 " + fields},
      {"reason with anything", "HTTP/1.1 200 a\0\x01\x7f\xff b"s + no_body,
       "200 a\0\x01\x7f\xff b"s + fields},
      {"2.0", "HTTP/2.0 200 a\x01" + no_body, "200 a\x01 HTTP/2.0 [Content-Length=0] +close\n"},
      {"0.9", "HTTP/0.9 200 OK" + no_body, "200 OK HTTP/0.9 [Content-Length=0] +close\n"},
      {"1.2", "HTTP/1.2 200 OK" + no_body, "!HPE_INVALID_VERSION: Invalid HTTP version"},
      {"other protocol", "RTSP/1.0 200 OK" + no_body, "!HPE_INVALID_CONSTANT: Expected HTTP/"},
      {"CRLF first", "\r\nHTTP/1.1 200 OK" + no_body, "200 OK" + fields},
  });
}

TEST_CASE("parser: limits the bytes of a head") {
  std::string const overflow = "!HPE_HEADER_OVERFLOW: Header overflow";
  auto const outcome = [](std::string const& input) {
    return without_position(decode_request(input));
  };
  std::string const line = "GET / HTTP/1.1\r\n";
  CHECK(outcome(line + "X: " + std::string(16381, 'a') + "\r\n\r\n").starts_with("GET / [X=aaa"));
  CHECK(outcome(line + "X: " + std::string(16382, 'a') + "\r\n\r\n") == overflow);
  CHECK(outcome(line + std::string(16382, 'a') + ":\r\n\r\n").starts_with("GET / [aaa"));
  CHECK(outcome(line + std::string(16383, 'a') + ":\r\n\r\n") == overflow);
  CHECK(outcome("GET /" + std::string(16382, 'a') + " HTTP/1.1\r\n\r\n").starts_with("GET /aaa"));
  CHECK(outcome("GET /" + std::string(16383, 'a') + " HTTP/1.1\r\n\r\n") == overflow);
  CHECK(outcome(line + "X: a" + std::string(20000, ' ') + "\r\n\r\n") == overflow);
  CHECK(outcome(line + "X: " + std::string(20000, ' ') + "a\r\n\r\n") == "GET / [X=a]\n");
  CHECK(outcome(line + "X: " + std::string(140000, ' ') + "a\r\n\r\n") == overflow);
  INFO("an invalid byte behind the limit");
  CHECK(outcome(line + "X: " + std::string(16382, 'a') + '\0') == overflow);
  CHECK(outcome(line + std::string(16384, 'a') + '\0') == overflow);
  CHECK(outcome("GET /" + std::string(16384, 'a') + '\0') == overflow);
  CHECK(without_position(decode_response("HTTP/1.1 200 " + std::string(16384, 'a') + "\r\n")) ==
        overflow);
  decoding const small{.options = {.max_header_size = 10}};
  CHECK(decode_all_ways(small, "GET /23 HTTP/1.1\r\nX: 56789\r\n\r\n") == "GET /23 [X=56789]\n");
  CHECK(without_position(decode_all_ways(small, "GET /23 HTTP/1.1\r\nX: 567890\r\n\r\n")) ==
        overflow);
}

TEST_CASE("parser: rejects heads with too many field lines instead of truncating them") {
  std::string const overflow = "!HPE_HEADER_OVERFLOW: Header overflow";
  auto const lines = [](int count) {
    std::string out = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < count; ++i) {
      out += "a:\r\n";
    }
    return out + "\r\n";
  };
  CHECK(decode_request(lines(2000)).starts_with("GET / [a=, a="));
  CHECK(without_position(decode_request(lines(2001))) == overflow);
  decoding const three{.options = {.max_headers_count = 3}};
  CHECK(decode_all_ways(three, lines(3)) == "GET / [a=, a=, a=]\n");
  CHECK(without_position(decode_all_ways(three, lines(4))) == overflow);
  decoding const unlimited{.options = {.max_headers_count = 0}};
  CHECK(anode::test::decode(unlimited, lines(5000)).starts_with("GET / [a=, a="));
}

TEST_CASE("parser: reports informational responses one by one") {
  std::string flood;
  std::string expected_flood;
  for (int i = 0; i < 50; ++i) {
    flood += "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n";
    expected_flood += "103 Early Hints [Link=a]\n";
  }
  CHECK(decode_response(flood + "HTTP/1.1 204 X\r\n\r\n") == expected_flood + "204 X []\n");
}

}  // namespace unit_http1_parser_hostile_heads
