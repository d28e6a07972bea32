// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Hostile input for the parser: transfer codings, lengths and messages without a body.
#include "support/catch.hpp"
#include "unit/http1/parser_harness.hpp"
#include "unit/http1/parser_rows.hpp"

#include <string>

namespace unit_http1_parser_hostile_framing {

using namespace anode::test;
using namespace std::string_literals;
using anode::message::message_kind;

namespace {

std::string const not_chunked =
    "!HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding`";
std::string const bad_length = "!HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length";

/// Returns the outcome of a request whose head is reported before its last coding is known not to
/// be chunked.
std::string outcome_with(std::string const& fields, std::string const& error) {
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
    CHECK(without_position(decode_request(post(te + value, "3\r\nabc\r\n0\r\n\r\n"))) ==
          outcome_with("Transfer-Encoding=" + value, not_chunked));
  }
  check_requests({
      {"tab behind", post(te + "chunked\t", "3\r\nabc\r\n0\r\n\r\n"),
       "POST / [Transfer-Encoding=chunked] \"abc\"\n"},
      {"tab and comma behind", post(te + "chunked\t,"), bad_coding},
      {"tab and word behind", post(te + "chunked\tx"),
       outcome_with("Transfer-Encoding=chunked\tx", not_chunked)},
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
    CHECK(without_position(decode_request(post("Content-Length: "s + value, "hello"))) ==
          bad_length);
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
    CHECK(without_position(
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

}  // namespace unit_http1_parser_hostile_framing
