// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Hostile input for the parser: framing, chunks, syntax and limits. Each input is parsed whole,
// byte by byte and split at every offset.
#include "support/catch.hpp"
#include "unit/http1/parser_harness.hpp"

#include <string>
#include <string_view>

namespace {

using anode::test::decode_all_ways;
using anode::test::decode_request;
using anode::test::decode_response;
using anode::test::decoding;
using namespace std::string_literals;
using anode::message::message_kind;

struct row {
  char const* name;
  std::string input;
  std::string outcome;  // without the position of the error
};

std::string without_place(std::string const& outcome) {
  std::size_t const at = outcome.rfind(" @");
  return outcome.substr(0, at);
}

void check_requests(std::initializer_list<row> rows) {
  for (row const& r : rows) {
    INFO(r.name);
    CHECK(without_place(decode_request(r.input)) == r.outcome);
  }
}

void check_responses(std::initializer_list<row> rows) {
  for (row const& r : rows) {
    INFO(r.name);
    CHECK(without_place(decode_response(r.input)) == r.outcome);
  }
}

std::string post(std::string const& fields, std::string const& behind = "") {
  return "POST / HTTP/1.1\r\n" + fields + "\r\n\r\n" + behind;
}

std::string const te = "Transfer-Encoding: ";
std::string const not_chunked =
    "!HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding`";
std::string const bad_coding =
    "!HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value";
std::string const bad_value = "!HPE_INVALID_HEADER_TOKEN: Invalid header value char";
std::string const bad_token = "!HPE_INVALID_HEADER_TOKEN: Invalid header token";
std::string const bad_length = "!HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length";

/// Returns the outcome of a request whose head is reported before its last coding is known not to
/// be chunked.
std::string told(std::string const& fields, std::string const& error) {
  return "POST / [" + fields + "]...\n" + error;
}

}  // namespace

TEST_CASE("parser: rejects Transfer-Encoding with Content-Length in both orders") {
  std::string const te_last =
      "!HPE_INVALID_TRANSFER_ENCODING: Transfer-Encoding can't be present with Content-Length";
  std::string const length_last =
      "!HPE_INVALID_CONTENT_LENGTH: Content-Length can't be present with Transfer-Encoding";
  check_requests({
      {"length, coding", post("Content-Length: 5\r\nTransfer-Encoding: chunked"), te_last},
      {"length 0, coding", post("Content-Length: 0\r\nTransfer-Encoding: chunked"), te_last},
      {"coding, length", post("Transfer-Encoding: chunked\r\nContent-Length: 5"), length_last},
      {"coding, length 0", post("Transfer-Encoding: chunked\r\nContent-Length: 0"), length_last},
      {"gzip, length", post("Transfer-Encoding: gzip\r\nContent-Length: 5"), length_last},
      {"names in other case", post("content-LENGTH: 5\r\ntransfer-ENCODING: chunked"), te_last},
  });
  check_responses({
      {"response", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       te_last},
      {"response, gzip", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n",
       length_last},
  });
}

TEST_CASE("parser: rejects a request whose last coding is not chunked") {
  for (std::string const value : {"gzip", "identity", "xchunked", "chunked abc", "chunked/",
                                  "chunked=1", "chunked;", "chunked;q=1", "\"chunked\"",
                                  "\xa0"
                                  "chunked",
                                  "chunked\xa0",
                                  "\x85"
                                  "chunked"}) {
    INFO(value);
    CHECK(without_place(decode_request(post(te + value, "3\r\nabc\r\n0\r\n\r\n"))) ==
          told("Transfer-Encoding=" + value, not_chunked));
  }
  check_requests({
      {"tab behind", post(te + "chunked\t", "3\r\nabc\r\n0\r\n\r\n"),
       "POST / [Transfer-Encoding=chunked] \"abc\"\n"},
      {"tab and comma behind", post(te + "chunked\t,"), bad_coding},
      {"tab and word behind", post(te + "chunked\tx"),
       told("Transfer-Encoding=chunked\tx", not_chunked)},
      {"two", post(te + "chunked, gzip"), bad_coding},
      {"twice", post(te + "chunked, chunked"), bad_coding},
      {"comma behind", post(te + "chunked,"), bad_coding},
      {"empty", post("Transfer-Encoding:"), bad_coding},
      {"blank", post(te + "  "), bad_coding},
      {"VT before", post(te + "\vchunked"), bad_value},
      {"VT", post(te + "chunked\v"), bad_value},
      {"FF", post(te + "chunked\f"), bad_value},
      {"NUL", post(te + "chunked"s + '\0'), bad_value},
      {"two lines", post(te + "chunked\r\n" + te + "chunked"), bad_coding},
      {"second is another", post(te + "chunked\r\n" + te + "identity"), bad_coding},
      {"second is empty", post(te + "chunked\r\nTransfer-Encoding:"), bad_coding},
      {"first is empty", post("Transfer-Encoding:\r\n" + te + "chunked"), bad_coding},
  });
}

TEST_CASE("parser: leaves codings before a final chunked to the handler") {
  std::string const body = "3\r\nabc\r\n0\r\n\r\n";
  check_requests({
      {"chunked", post(te + "chunked", body), "POST / [Transfer-Encoding=chunked] \"abc\"\n"},
      {"case", post(te + "cHuNkEd", body), "POST / [Transfer-Encoding=cHuNkEd] \"abc\"\n"},
      {"blank", post(te + "chunked ", body), "POST / [Transfer-Encoding=chunked] \"abc\"\n"},
      {"gzip", post(te + "gzip, chunked", body),
       "POST / [Transfer-Encoding=gzip, chunked] \"abc\"\n"},
      {"tabs", post(te + "gzip,\t chunked", body),
       "POST / [Transfer-Encoding=gzip,\t chunked] \"abc\"\n"},
      {"comma before", post(te + ",chunked", body),
       "POST / [Transfer-Encoding=,chunked] \"abc\"\n"},
      {"two lines", post(te + "gzip\r\n" + te + "chunked", body),
       "POST / [Transfer-Encoding=gzip, Transfer-Encoding=chunked] \"abc\"\n"},
  });
}

TEST_CASE("parser: Transfer-Encoding in HTTP/1.0") {
  check_requests({
      {"request", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", not_chunked},
      {"keep-alive",
       "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       not_chunked},
  });
  check_responses({
      {"response is never followed by another",
       "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
       "3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n",
       "200 OK HTTP/1.0 [Connection=keep-alive, Transfer-Encoding=chunked] +close \"abc\"\n"
       "!HPE_CLOSED_CONNECTION: Data after `Connection: close`"},
  });
}

TEST_CASE("parser: accepts one Content-Length of digits only") {
  for (char const* const value : {"+5", "-5", "-0", "0x5", "1_0", "1 2", "5Z", "5,5", "5, 6", "5;",
                                  "5\t5", "\"5\"", "five", "5.0", "\xb2"}) {
    INFO(value);
    CHECK(without_place(decode_request(post("Content-Length: "s + value, "hello"))) == bad_length);
  }
  check_requests({
      {"tab behind", post("Content-Length: 5\t", "hello"), "POST / [Content-Length=5] \"hello\"\n"},
      {"blanks behind", post("Content-Length:\t5 \t ", "hello"),
       "POST / [Content-Length=5] \"hello\"\n"},
      {"empty", post("Content-Length:"), "!HPE_INVALID_CONTENT_LENGTH: Empty Content-Length"},
      {"empty then 5", post("Content-Length:\r\nContent-Length: 5"),
       "!HPE_INVALID_CONTENT_LENGTH: Empty Content-Length"},
      {"twice the same", post("Content-Length: 5\r\nContent-Length: 5"),
       "!HPE_UNEXPECTED_CONTENT_LENGTH: Duplicate Content-Length"},
      {"twice another, other case", post("Content-Length: 5\r\nCONTENT-LENGTH: 6"),
       "!HPE_UNEXPECTED_CONTENT_LENGTH: Duplicate Content-Length"},
      {"2^64", post("Content-Length: 18446744073709551616"),
       "!HPE_INVALID_CONTENT_LENGTH: Content-Length overflow"},
      {"10^21", post("Content-Length: 1000000000000000000000"),
       "!HPE_INVALID_CONTENT_LENGTH: Content-Length overflow"},
      {"2^64-1", post("Content-Length: 18446744073709551615", "abc"),
       "POST / [Content-Length=18446744073709551615] \"abc\"...\n"},
      {"2^63", post("Content-Length: 9223372036854775808", "abc"),
       "POST / [Content-Length=9223372036854775808] \"abc\"...\n"},
      {"leading zeros", post("Content-Length: 0003", "abc"),
       "POST / [Content-Length=0003] \"abc\"\n"},
      {"blanks behind", post("Content-Length: 3  ", "abc"), "POST / [Content-Length=3] \"abc\"\n"},
  });
}

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

TEST_CASE("parser: frames bodies of methods that rarely have one") {
  for (std::string const method : {"GET", "HEAD", "OPTIONS", "DELETE", "TRACE"}) {
    INFO(method);
    CHECK(decode_request(method +
                         " / HTTP/1.1\r\nContent-Length: 3\r\n\r\nGETGET / HTTP/1.1\r\n\r\n") ==
          method + " / [Content-Length=3] \"GET\"\nGET / []\n");
  }
  CHECK(decode_request("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n") == "GET / []\nGET / []\n");
}

TEST_CASE("parser: responses without a body ignore their framing fields") {
  std::string const next = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  std::string const then = "200 OK [Content-Length=0]\n";
  for (std::string const status : {"100", "102", "103", "199", "204", "304"}) {
    INFO(status);
    CHECK(decode_response("HTTP/1.1 " + status + " X\r\nContent-Length: 5\r\n\r\n" + next) ==
          status + " X [Content-Length=5]\n" + then);
    CHECK(decode_response("HTTP/1.1 " + status + " X\r\nTransfer-Encoding: chunked\r\n\r\n" +
                          next) == status + " X [Transfer-Encoding=chunked]\n" + then);
    CHECK(without_place(
              decode_response("HTTP/1.1 " + status + " X\r\nContent-Length: 5\r\n\r\nhello")) ==
          status + " X [Content-Length=5]\n!HPE_INVALID_CONSTANT: Expected HTTP/");
  }
  decoding const to_head{.kind = message_kind::response, .options = {}, .response_to = "HEAD"};
  CHECK(decode_all_ways(to_head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + next) ==
        "200 OK [Content-Length=5]\n" + then);
  decoding const to_connect{
      .kind = message_kind::response, .options = {}, .response_to = "CONNECT"};
  CHECK(decode_all_ways(to_connect, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") ==
        "200 OK [Content-Length=5]\n>5 left\n");
}

namespace {

std::string chunks(std::string const& body) { return post(te + "chunked", body); }
std::string const head = "POST / [Transfer-Encoding=chunked]";

}  // namespace

TEST_CASE("parser: chunk sizes are hexadecimal digits below 2^64") {
  for (char const* const size :
       {"0x5", "+5", "-2", "5G", "", " ", " 5", "5 ", "5\t", "g", "\"5\""}) {
    INFO(size);
    CHECK(without_place(decode_request(chunks(size + "\r\nhello\r\n0\r\n\r\n"s))) ==
          head + "...\n!HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size");
  }
  check_requests({
      {"underscore", chunks("0_5\r\nhello\r\n0\r\n\r\n"),
       head + "...\n!HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size"},
      {"2^64", chunks("10000000000000000\r\n"),
       head + "...\n!HPE_INVALID_CHUNK_SIZE: Chunk size overflow"},
      {"wraps to 5", chunks("10000000000000005\r\nhello"),
       head + "...\n!HPE_INVALID_CHUNK_SIZE: Chunk size overflow"},
      {"2^64-1", chunks("ffffffffffffffff\r\nabc"), head + " \"abc\"...\n"},
      {"17 digits", chunks("00000000000000003\r\nabc\r\n0\r\n\r\n"), head + " \"abc\"\n"},
      {"upper case", chunks("A\r\n0123456789\r\n0\r\n\r\n"), head + " \"0123456789\"\n"},
      {"final with zeros", chunks("3\r\nabc\r\n000\r\n\r\n"), head + " \"abc\"\n"},
  });
}

TEST_CASE("parser: chunk lines and chunk data end with CRLF") {
  check_requests({
      {"LF behind size", chunks("3\nabc\r\n"),
       head + "...\n!HPE_CR_EXPECTED: Missing expected CR after chunk size"},
      {"CR X behind size", chunks("3\rXabc"),
       head + "...\n!HPE_STRICT: Expected LF after chunk size"},
      {"CR CR behind size", chunks("3\r\r\nabc"),
       head + "...\n!HPE_STRICT: Expected LF after chunk size"},
      {"no CRLF behind data", chunks("3\r\nabc0\r\n\r\n"),
       head + " \"abc\"...\n!HPE_STRICT: Expected LF after chunk data"},
      {"longer than its size", chunks("3\r\nabcd\r\n0\r\n\r\n"),
       head + " \"abc\"...\n!HPE_STRICT: Expected LF after chunk data"},
      {"shorter than its size", chunks("3\r\nab\r\n0\r\n\r\n"),
       head + " \"ab\r\"...\n!HPE_CR_EXPECTED: Missing expected CR after chunk data"},
      {"LF behind data", chunks("3\r\nabc\n0\r\n\r\n"),
       head + " \"abc\"...\n!HPE_CR_EXPECTED: Missing expected CR after chunk data"},
      {"CR X behind data", chunks("3\r\nabc\rX"),
       head + " \"abc\"...\n!HPE_STRICT: Expected LF after chunk data"},
      {"junk behind the last", chunks("0\r\nXX\r\n\r\n"), head + "...\n" + bad_token},
      {"LF behind the last", chunks("0\n\r\n"),
       head + "...\n!HPE_CR_EXPECTED: Missing expected CR after chunk size"},
      {"LF ends the trailers", chunks("0\r\n\n"),
       head + "...\n!HPE_INVALID_HEADER_TOKEN: Invalid header field char"},
      {"CR X ends the trailers", chunks("0\r\n\rX"),
       head + "...\n!HPE_STRICT: Expected LF after headers"},
  });
}

TEST_CASE("parser: validates and limits chunk extensions") {
  std::string const in_name = head + "...\n!HPE_STRICT: Invalid character in chunk extensions name";
  std::string const in_value =
      head + "...\n!HPE_STRICT: Invalid character in chunk extensions value";
  std::string const in_quotes =
      head + "...\n!HPE_STRICT: Invalid character in chunk extensions quoted value";
  std::string const at_start = head + "...\n!HPE_STRICT: Invalid character in chunk extensions";
  std::string const behind = "\r\nabc\r\n0\r\n\r\n";
  for (char const* const fine :
       {"3;a", "3;a=b", "3;a=", "3;=", "3;;a", "3;a=\"b\"", "3;a=\"b\\\"\";c", "3;a=b\"c\"",
        "3;a=\"\x80\x7f\t\"", "3;a;b=c;d=\"e\""}) {
    INFO(fine);
    CHECK(decode_request(chunks(fine + behind)) == head + " \"abc\"\n");
  }
  check_requests({
      {"bare ;", chunks("3;" + behind), at_start},
      {"blank", chunks("3; a" + behind), at_start},
      {"LF in name", chunks("3;a\nb" + behind),
       head + "...\n!HPE_CR_EXPECTED: Missing expected CR after chunk extension name"},
      {"LF in value", chunks("3;a=b\nc" + behind),
       head + "...\n!HPE_CR_EXPECTED: Missing expected CR after chunk extension value"},
      {"LF behind quotes", chunks("3;a=\"b\"\n" + behind),
       head + "...\n!HPE_CR_EXPECTED: Missing expected CR after chunk extension value"},
      {"CR X", chunks("3;a\rX" + behind), head + "...\n!HPE_STRICT: Expected LF after chunk size"},
      {"NUL in name", chunks("3;a"s + '\0' + behind), in_name},
      {"8-bit in name", chunks("3;\x80" + behind), in_name},
      {"NUL in value", chunks("3;a="s + '\0' + behind), in_value},
      {"NUL in quotes", chunks("3;a=\""s + '\0' + behind), in_quotes},
      {"open quotes", chunks("3;a=\"b" + behind), in_quotes},
      {"quoted CR", chunks("3;a=\"b\\\r\n" + behind),
       head + "...\n!HPE_STRICT: Invalid quoted-pair in chunk extensions quoted value"},
      {"text behind quotes", chunks("3;a=\"b\"c" + behind),
       head + "...\n!HPE_STRICT: Invalid character in chunk extensions quote value"},
  });
}

TEST_CASE("parser: limits the bytes of chunk extensions for a chunk and for a body") {
  std::string const overflow = "!HPE_CHUNK_EXTENSIONS_OVERFLOW: Chunk extensions overflow";
  auto const extended = [](std::size_t size) {
    return "1;" + std::string(size, 'a') + "\r\nx\r\n";
  };
  CHECK(decode_request(chunks(extended(16384) + "0\r\n\r\n")) == head + " \"x\"\n");
  CHECK(without_place(decode_request(chunks(extended(16385)))) == head + "...\n" + overflow);
  CHECK(without_place(decode_request(chunks("1;a=" + std::string(16384, 'b')))) ==
        head + "...\n" + overflow);
  CHECK(without_place(decode_request(chunks("1;a=\"" + std::string(20000, 'b')))) ==
        head + "...\n" + overflow);
  CHECK(without_place(decode_request(chunks("1;" + std::string(17000, 'b') + '\0'))) ==
        head + "...\n" + overflow);
  for (std::string const behind : {"=", ";", "\r", "\n", "\x01"}) {
    INFO(behind);
    CHECK(without_place(decode_request(chunks("1;" + std::string(16385, 'b') + behind))) ==
          head + "...\n" + overflow);
    CHECK(without_place(decode_request(chunks("1;a=" + std::string(16385, 'b') + behind))) ==
          head + "...\n" + overflow);
    CHECK(without_place(decode_request(chunks("1;a=\"" + std::string(16384, 'b') + "\"" +
                                              behind))) == head + "...\n" + overflow);
  }
  CHECK(decode_request(chunks(extended(10000) + extended(10000) + extended(10000) + "0\r\n\r\n")) ==
        head + " \"xxx\"\n");

  std::string many;
  for (int i = 0; i < 200; ++i) {
    many += extended(4096);
  }
  CHECK(without_place(anode::test::decode({}, chunks(many))) ==
        head + " \"" + std::string(15, 'x') + "\"...\n" + overflow);
  std::string in_proportion;
  for (int i = 0; i < 40; ++i) {
    in_proportion += "1000;" + std::string(4090, 'a') + "\r\n" + std::string(4096, 'x') + "\r\n";
  }
  CHECK(anode::test::decode({}, chunks(in_proportion + "0\r\n\r\n")) ==
        head + " \"" + std::string(40 * 4096, 'x') + "\"\n");
  CHECK(without_place(anode::test::decode({}, chunks(std::string(100000, '0') + "3\r\n"))) ==
        head + "...\n" + overflow);
}

TEST_CASE("parser: accepts a body of a hundred thousand tiny chunks") {
  std::string tiny;
  for (int i = 0; i < 100000; ++i) {
    tiny += "1\r\nx\r\n";
  }
  CHECK(anode::test::decode({}, chunks(tiny + "0\r\n\r\n")) ==
        head + " \"" + std::string(100000, 'x') + "\"\n");
}

TEST_CASE("parser: reports trailers separately from headers, and trailers frame nothing") {
  check_requests({
      {"Host, Authorization", chunks("0\r\nHost: b\r\nAuthorization: x\r\nContent-Type: y\r\n\r\n"),
       head + " {Host=b, Authorization=x, Content-Type=y}\n"},
      {"length", chunks("0\r\nContent-Length: 5\r\n\r\n"),
       head + "...\n!HPE_INVALID_CONTENT_LENGTH: Content-Length can't be present with "
              "Transfer-Encoding"},
      {"coding", chunks("0\r\nTransfer-Encoding: gzip\r\n\r\n"), head + "...\n" + bad_coding},
      {"LF", chunks("0\r\nX: a\n\r\n"),
       head + "...\n!HPE_CR_EXPECTED: Missing expected CR after header value"},
      {"folded", chunks("0\r\nX: a\r\n b\r\n\r\n"),
       head + "...\n!HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value"},
      {"close", chunks("0\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
       head + " {Connection=close}\n!HPE_CLOSED_CONNECTION: Data after `Connection: close`"},
  });
  std::string const overflow = "!HPE_HEADER_OVERFLOW: Header overflow";
  CHECK(without_place(anode::test::decode({}, chunks("0\r\nX: " + std::string(100000, 'a')))) ==
        head + "...\n" + overflow);
  std::string lines;
  for (int i = 0; i < 10000; ++i) {
    lines += "a:\r\n";
  }
  CHECK(without_place(anode::test::decode({}, chunks("0\r\n" + lines + "\r\n"))) ==
        head + "...\n" + overflow);
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
    return without_place(decode_request(input));
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
  CHECK(without_place(decode_response("HTTP/1.1 200 " + std::string(16384, 'a') + "\r\n")) ==
        overflow);
  decoding const small{.options = {.max_header_size = 10}};
  CHECK(decode_all_ways(small, "GET /23 HTTP/1.1\r\nX: 56789\r\n\r\n") == "GET /23 [X=56789]\n");
  CHECK(without_place(decode_all_ways(small, "GET /23 HTTP/1.1\r\nX: 567890\r\n\r\n")) == overflow);
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
  CHECK(without_place(decode_request(lines(2001))) == overflow);
  decoding const three{.options = {.max_headers_count = 3}};
  CHECK(decode_all_ways(three, lines(3)) == "GET / [a=, a=, a=]\n");
  CHECK(without_place(decode_all_ways(three, lines(4))) == overflow);
  decoding const unlimited{.options = {.max_headers_count = 0}};
  CHECK(anode::test::decode(unlimited, lines(5000)).starts_with("GET / [a=, a="));
}

TEST_CASE("parser: reports informational responses one by one") {
  std::string flood;
  std::string told_flood;
  for (int i = 0; i < 50; ++i) {
    flood += "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n";
    told_flood += "103 Early Hints [Link=a]\n";
  }
  CHECK(decode_response(flood + "HTTP/1.1 204 X\r\n\r\n") == told_flood + "204 X []\n");
}
