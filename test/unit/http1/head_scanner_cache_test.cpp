// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The scanner reuses the result of the previous head for equal field lines. The outcome equals that
// of a fresh parser.
#include "http1/head_scanner.hpp"
#include "support/catch.hpp"
#include "unit/http1/parser_harness.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace unit_http1_head_scanner_cache {

namespace {

using anode::http1::head_scanner;
using anode::http1::head_scanner_limits;
using anode::http1::parser_options;
using anode::message::message_kind;

std::string without_count(std::string text) {
  if (std::size_t const at = text.find(" @"); at != std::string::npos) {
    std::size_t const end = text.find_first_not_of("0123456789", at + 2);
    text.erase(at, end == std::string::npos ? end : end - at);
  }
  return text;
}

// Checks that the second message has the same outcome behind the first as on its own.
void check_behind(anode::test::decoding const& how, std::string const& first,
                  std::string const& second) {
  INFO(first << second);
  std::string const alone = anode::test::decode(how, first);
  REQUIRE(alone.find('!') == std::string::npos);
  CHECK(without_count(anode::test::decode(how, first + second)) ==
        without_count(alone + anode::test::decode(how, second)));
}

void check_pairs(anode::test::decoding const& how, std::vector<std::string> const& starts,
                 std::vector<std::string> const& sections) {
  for (std::string const& section : sections) {
    for (std::string const& a : starts) {
      for (std::string const& b : starts) {
        check_behind(how, a + section, b + section);
        check_behind(how, a + section + a + section, b + section);
        for (std::string const& other : sections) {
          check_behind(how, a + section, b + other);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("head scanner cache: a request with the previous request's fields parses as on its own") {
  check_pairs(
      {}, {"GET / HTTP/1.1\r\n", "GET /longer?than=that HTTP/1.1\r\n", "PUT /a HTTP/1.1\r\n"},
      {"\r\n", "Host: a.example\r\n\r\n", "Host: a.example \r\nAccept:\t*/*\r\n\r\n",
       "Host: a\r\nContent-Length: 0\r\n\r\n", "Host: a\r\nConnection: keep-alive\r\n\r\n",
       "Host: a\r\nX: 1\r\nX: 2\r\nExpect: 100-continue\r\n\r\n", "Host: a\r\n#$: \x80\r\n\r\n"});
}

TEST_CASE("head scanner cache: a request with a body and trailers between equal fields") {
  std::string const chunked = "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string const body = "3\r\nabc\r\n0\r\nConnection: x\r\nT: 1\r\n\r\n";
  std::string const sized = "Host: a\r\nContent-Length: 3\r\n\r\n";
  check_behind({}, "POST / HTTP/1.1\r\n" + chunked + body,
               "POST /longer HTTP/1.1\r\n" + chunked + body);
  check_behind({}, "POST / HTTP/1.1\r\n" + sized + "abc",
               "PUT /longer HTTP/1.1\r\n" + sized + "def");
  // HTTP/1.0 has no transfer codings, therefore the same lines are parsed again.
  check_behind({}, "POST / HTTP/1.1\r\n" + chunked + body, "POST / HTTP/1.0\r\n" + chunked + body);
}

TEST_CASE(
    "head scanner cache: a response with the previous response's fields parses as on its own") {
  anode::test::decoding how;
  how.kind = message_kind::response;
  check_pairs(how, {"HTTP/1.1 204 No Content\r\n", "HTTP/1.1 304 \r\n"},
              {"\r\n", "Date: x\r\n\r\n", "Date: x\r\nContent-Length: 5\r\n\r\n",
               "Date: x\r\nTransfer-Encoding: chunked\r\n\r\n"});
}

TEST_CASE("head scanner cache: reused fields count towards the limits") {
  anode::test::decoding how;
  how.options.max_header_size = 64;
  std::string const section = "Host: a\r\nX: " + std::string(40, 'x') + "\r\n\r\n";
  for (std::size_t size = 1; size != 24; ++size) {
    std::string const target = "/" + std::string(size - 1, 't');
    check_behind(how, "GET / HTTP/1.1\r\n" + section, "GET " + target + " HTTP/1.1\r\n" + section);
  }
}

TEST_CASE("head scanner cache: field lines are reused only if the whole section is buffered") {
  head_scanner scanner(message_kind::request, head_scanner_limits{16384, 2000, false});
  auto const feed = [&](std::string_view head) {
    scanner.start_head();
    char const* p = head.data();
    return scanner.feed(p, p + head.size());
  };
  std::string_view const head = "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n";
  CHECK(feed(head) == head_scanner::scan_result::complete);
  CHECK_FALSE(scanner.same_fields());
  CHECK(feed(head) == head_scanner::scan_result::complete);
  CHECK(scanner.same_fields());
  CHECK(feed("GET /moved HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n") ==
        head_scanner::scan_result::complete);
  CHECK(scanner.same_fields());
  CHECK(scanner.places().at(1).name == 30);
  CHECK(feed(head.substr(0, head.size() - 2)) == head_scanner::scan_result::need_more);
  CHECK_FALSE(scanner.same_fields());
  CHECK(feed(head) == head_scanner::scan_result::complete);
  CHECK_FALSE(scanner.same_fields());
  CHECK(feed(head) == head_scanner::scan_result::complete);
  scanner.release_memory();
  CHECK(feed(head) == head_scanner::scan_result::complete);
  CHECK(scanner.places().size() == 2);
}

}  // namespace unit_http1_head_scanner_cache
