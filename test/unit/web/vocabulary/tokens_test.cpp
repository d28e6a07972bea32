// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/tokens.hpp"

#include "support/catch.hpp"

namespace unit_web_vocabulary_tokens {

namespace web = anode::web;

namespace {

/// Returns the parameters as `name=value|`, and `!` if something was skipped.
std::string parameters(std::string_view text) {
  std::string out;
  web::parameter_reader reader(text);
  while (reader.next()) {
    out += std::string(reader.name()) + "=" + reader.value() + "|";
  }
  return out + (reader.skipped() ? "!" : "");
}

std::vector<std::string> elements(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    out.emplace_back(web::next_element(list));
  }
  return out;
}

}  // namespace

TEST_CASE("Tokens have the characters of RFC 9110", "[web][tokens]") {
  CHECK(web::is_token("!#$%&'*+-.^_`|~09azAZ"));
  CHECK_FALSE(web::is_token(""));
  for (char const c : std::string("\"(),/:;<=>?@[\\]{} \t\x7F\x80")) {
    CHECK_FALSE(web::is_token_char(c));
  }
}

TEST_CASE("Texts are trimmed and compared without case", "[web][tokens]") {
  CHECK(web::trim(" \t a b\t ") == "a b");
  CHECK(web::trim(" \t ").empty());
  CHECK(web::trim("").empty());
  CHECK(web::equal_nocase("aB[", "Ab["));
  CHECK_FALSE(web::equal_nocase("[", "{"));
  CHECK_FALSE(web::equal_nocase("a", "ab"));
  CHECK(web::lower("AZ[@") == "az[@");
}

TEST_CASE("A comma in a quoted string does not separate elements", "[web][tokens]") {
  CHECK(elements("a, b ,,\"c,\\\",d\" ;e,") ==
        std::vector<std::string>{"a", "b", "", "\"c,\\\",d\" ;e"});
  CHECK(elements("\"a,b") == std::vector<std::string>{"\"a,b"});
  CHECK(elements("\"a\\") == std::vector<std::string>{"\"a\\"});
}

TEST_CASE("Parameters are read as the MIME sniffing standard says", "[web][tokens]") {
  CHECK(parameters("") == "");
  CHECK(parameters(";a=b;c=d") == "a=b|c=d|");
  CHECK(parameters("; a=\"b;\\\"c\" ;d=e") == "a=b;\"c|d=e|");
  CHECK(parameters(";A=b ") == "A=b|");
  CHECK(parameters(";;; a=b;") == "a=b|");
  CHECK(parameters(";a;b=c") == "b=c|!");
  CHECK(parameters(";a=;b=c") == "b=c|!");
  CHECK(parameters(";a b=c;d=e") == "d=e|!");
  CHECK(parameters(";a=\"open") == "!");
  CHECK(parameters(";a=\"\"") == "a=|");
  CHECK(parameters(";a=\"b\"junk;c=d") == "a=b|c=d|");
  CHECK(parameters(std::string_view(";a=\"b\0\";c=d", 11)) == "c=d|!");
}

TEST_CASE("A name is added to Vary once", "[web][tokens]") {
  auto const with = [](std::string value, std::string_view name) {
    web::add_vary(value, name);
    return value;
  };
  CHECK(with("", "Origin") == "Origin");
  CHECK(with("Origin", "Accept-Encoding") == "Origin, Accept-Encoding");
  CHECK(with("a ,origin", "Origin") == "a ,origin");
  CHECK(with("*", "Origin") == "*");
  CHECK(with("Origins", "Origin") == "Origins, Origin");
}

TEST_CASE("A quoted string contains no control bytes", "[web][tokens]") {
  std::string out;
  web::append_quoted(out, "a\"b\\c\r\nd\x7F");
  CHECK(out == "\"a\\\"b\\\\c__d_\"");
}

}  // namespace unit_web_vocabulary_tokens
