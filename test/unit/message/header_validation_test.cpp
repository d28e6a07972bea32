// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/header_validation.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

#include <string>

namespace unit_message_header_validation {

using namespace anode::message;

TEST_CASE("header validation: finds a token only as a whole word", "[header-validation]") {
  auto const [text, found] = GENERATE(table<std::string, bool>({
      {"close", true},
      {"Close", true},
      {"foo, close", true},
      {"close, foo", true},
      {"x-close-y", true},
      {"\"close\"", true},
      {"close;x=1", true},
      {"\xe9"
       "close",
       true},
      {"closed", false},
      {"xclose", false},
      {"_close", false},
      {"close_", false},
      {"close1", false},
      {"clos", false},
      {"", false},
      {"closeclose", false},
      {"9close", false},
      {"xclose close", true},
  }));
  INFO(text);
  CHECK(has_word(text, "close") == found);
}

TEST_CASE("header validation: a decimal number consists of digits only", "[header-validation]") {
  CHECK(parse_decimal("0") == 0);
  CHECK(parse_decimal("0005") == 5);
  CHECK(parse_decimal("18446744073709551615") == UINT64_MAX);
  for (std::string_view const bad : {"", " ", "+5", "-0", "0x5", "5 ", " 5", "5,5", "1_0",
                                     "18446744073709551616", "99999999999999999999999999"}) {
    CHECK_FALSE(parse_decimal(bad));
  }
}

TEST_CASE("header validation: methods that announce no body by default", "[header-validation]") {
  for (std::string_view const method : {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"}) {
    CHECK(is_bodyless_method(method));
  }
  for (std::string_view const method : {"POST", "PUT", "PATCH", "QUERY", "FOO", "get", ""}) {
    CHECK_FALSE(is_bodyless_method(method));
  }
}

TEST_CASE("header validation: statuses that never have a body", "[header-validation]") {
  for (int status = 100; status != 600; ++status) {
    CHECK(is_bodyless_status(status) == (status < 200 || status == 204 || status == 304));
  }
}

// The expected results are those of Node's regular expression.
TEST_CASE("header validation: a Link value has the form that Node requires",
          "[header-validation]") {
  auto const [value, good] = GENERATE(table<std::string, bool>({
      {"<a>", true},
      {"<>", true},
      {"a", false},
      {"", false},
      {"<a", false},
      {"<a>;", false},
      {"<a>; rel=preload", true},
      {"<a>;rel=\"preload\"", true},
      {"<a>; rel=\"a b\"", false},
      {"<a>; rel=\"a", false},
      {"<a>; rel=a\"", false},
      {"<a>; =\"a\"", false},
      {"<a>; x=\"a\"", true},
      {"<a>; x\"a\"", false},
      {"<a> ; x", true},
      {"<a>;x ", false},
      {"<a>  ;  x  ;  y=\"z\"", true},
      {"<a>;x;;y", false},
      {"<a> x", false},
      {"<a>;x=\"\"", true},
      {"<a>;x=\"a\"b", false},
      {"<a>;x=\"a\";y", true},
      {"<a>;x==\"a\"", true},
      {"<a>;\xa0x", true},
      {"<a>;x\tz", false},
      {"<a>,<b>", false},
      {"<a>;x=a=b", true},
      {"<a>>;x", false},
      {"<a>;==\"a\"", true},
      {"<a>;=", true},
      {"<a>;x=\"a\"\"b\"", false},
      {"<a>; x=\"a;b\"", false},
  }));
  INFO(value);
  CHECK(is_link_value(value) == good);
}

TEST_CASE("header validation: the options http_validation and insecure_http_parser",
          "[header-validation]") {
  using anode::http::http_validation;
  CHECK(validation_of(http_validation::strict, false) == http_validation::strict);
  CHECK(validation_of(http_validation::relaxed, false) == http_validation::relaxed);
  CHECK(validation_of(http_validation::insecure, false) == http_validation::insecure);
  CHECK(validation_of(http_validation::strict, true) == http_validation::insecure);
  CHECK(validation_of(http_validation::insecure, true) == http_validation::insecure);
  CHECK_THROWS_AS(validation_of(http_validation::relaxed, true), anode::http::exception);
}

TEST_CASE("header validation: a long Link value takes linear time", "[header-validation]") {
  std::string value = "<a>";
  for (int i = 0; i != 100000; ++i) {
    value += "; a=b";
  }
  CHECK(is_link_value(value));
  CHECK_FALSE(is_link_value(value + ";"));
}

TEST_CASE("header validation: finds unique headers regardless of case", "[header-validation]") {
  unique_headers const unique({"X-Multi", "set-cookie"});
  CHECK(unique.contains("x-multi"));
  CHECK(unique.contains("Set-Cookie"));
  CHECK_FALSE(unique.contains("x"));
  CHECK_FALSE(unique.empty());
  CHECK(unique_headers().empty());
}

}  // namespace unit_message_header_validation
