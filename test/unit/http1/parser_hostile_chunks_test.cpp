// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Hostile input for the parser: chunks, their extensions and trailers.
#include "support/catch.hpp"
#include "unit/http1/parser_harness.hpp"
#include "unit/http1/parser_rows.hpp"

#include <cstddef>
#include <string>

namespace unit_http1_parser_hostile_chunks {

using namespace anode::test;
using namespace std::string_literals;

namespace {

std::string chunks(std::string const& body) { return post(te + "chunked", body); }
std::string const head = "POST / [Transfer-Encoding=chunked]";

}  // namespace

TEST_CASE("parser: chunk sizes are hexadecimal digits below 2^64") {
  for (char const* const size :
       {"0x5", "+5", "-2", "5G", "", " ", " 5", "5 ", "5\t", "g", "\"5\""}) {
    INFO(size);
    CHECK(without_position(decode_request(chunks(size + "\r\nhello\r\n0\r\n\r\n"s))) ==
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
  CHECK(without_position(decode_request(chunks(extended(16385)))) == head + "...\n" + overflow);
  CHECK(without_position(decode_request(chunks("1;a=" + std::string(16384, 'b')))) ==
        head + "...\n" + overflow);
  CHECK(without_position(decode_request(chunks("1;a=\"" + std::string(20000, 'b')))) ==
        head + "...\n" + overflow);
  CHECK(without_position(decode_request(chunks("1;" + std::string(17000, 'b') + '\0'))) ==
        head + "...\n" + overflow);
  for (std::string const behind : {"=", ";", "\r", "\n", "\x01"}) {
    INFO(behind);
    CHECK(without_position(decode_request(chunks("1;" + std::string(16385, 'b') + behind))) ==
          head + "...\n" + overflow);
    CHECK(without_position(decode_request(chunks("1;a=" + std::string(16385, 'b') + behind))) ==
          head + "...\n" + overflow);
    CHECK(without_position(decode_request(chunks("1;a=\"" + std::string(16384, 'b') + "\"" +
                                                 behind))) == head + "...\n" + overflow);
  }
  CHECK(decode_request(chunks(extended(10000) + extended(10000) + extended(10000) + "0\r\n\r\n")) ==
        head + " \"xxx\"\n");

  std::string many;
  for (int i = 0; i < 200; ++i) {
    many += extended(4096);
  }
  CHECK(without_position(anode::test::decode({}, chunks(many))) ==
        head + " \"" + std::string(15, 'x') + "\"...\n" + overflow);
  std::string in_proportion;
  for (int i = 0; i < 40; ++i) {
    in_proportion += "1000;" + std::string(4090, 'a') + "\r\n" + std::string(4096, 'x') + "\r\n";
  }
  CHECK(anode::test::decode({}, chunks(in_proportion + "0\r\n\r\n")) ==
        head + " \"" + std::string(40 * 4096, 'x') + "\"\n");
  CHECK(without_position(anode::test::decode({}, chunks(std::string(100000, '0') + "3\r\n"))) ==
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
  CHECK(without_position(anode::test::decode({}, chunks("0\r\nX: " + std::string(100000, 'a')))) ==
        head + "...\n" + overflow);
  std::string lines;
  for (int i = 0; i < 10000; ++i) {
    lines += "a:\r\n";
  }
  CHECK(without_position(anode::test::decode({}, chunks("0\r\n" + lines + "\r\n"))) ==
        head + "...\n" + overflow);
}

}  // namespace unit_http1_parser_hostile_chunks
