// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Names and values: which of them can be sent, and how received ones are presented.
#include "support/catch.hpp"
#include "support/thrown.hpp"

#include <anode/headers.hpp>
#include <anode/merged_headers.hpp>
#include <anode/status.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace unit_message_node_header_names {

namespace {

namespace http = anode::http;
using support::thrown;

bool valid_name(std::string_view name) {
  std::string const failure = thrown([&] { http::validate_header_name(name); });
  if (failure == "nothing") {
    return true;
  }
  CHECK(failure.starts_with("ERR_INVALID_HTTP_TOKEN: Header name must be a valid HTTP token [\""));
  return false;
}

bool valid_value(std::string_view value) {
  std::string const failure = thrown([&] { http::validate_header_value("x-header", value); });
  if (failure == "nothing") {
    return true;
  }
  CHECK(failure == "ERR_INVALID_CHAR: Invalid character in header content [\"x-header\"]");
  return false;
}

constexpr std::string_view hiragana = "t\xe3\x81\xa6t";

// Merges two fields of one name.
std::string merge(std::string const& name, bool join = false) {
  http::field_lines lines;
  lines.append(name, "test");
  lines.append(name, "value");
  http::merged_headers const headers(lines, join);
  REQUIRE(headers.size() == 1);
  return std::string((*headers.begin()).name) + "=" + std::string((*headers.begin()).value);
}

}  // namespace

TEST_CASE("test-http-common: tokens of every length, and values") {
  for (std::string const name : {"t", "tt", "ttt", "tttt", "ttttt"}) {
    CHECK(valid_name(name));
  }
  CHECK_FALSE(valid_name(""));
  CHECK_FALSE(valid_name(" "));
  for (std::size_t const at : {0U, 1U, 2U, 3U, 4U}) {
    CHECK_FALSE(valid_name(std::string("ttttt").insert(at, "\xe3\x81\xa6")));
  }
  for (std::string const value : {"", "1", " ", "false", "t", "tt", "ttt", "tttt", "ttttt"}) {
    CHECK(valid_value(value));
  }
  for (std::size_t const at : {0U, 1U, 2U, 3U, 4U}) {
    CHECK_FALSE(valid_value(std::string("ttttt").insert(at, "\x06")));
  }
}

TEST_CASE("test-http-invalidheaderfield2: the bytes allowed in a name and in a value") {
  for (std::string_view const name :
       {"TCN",      "ETag",       "date",       "alt-svc",    "Content-Type",
        "0",        "Set-Cookie", "Set_Cookie", "foo`bar^",   "foo|bar",
        "~foobar",  "FooBar!",    "#Foo",       "$et-Cookie", "%%Test%%",
        "Test&123", "It's_fun",   "2*3",        "4+2",        "3.14159265359"}) {
    CHECK(valid_name(name));
  }
  for (std::string_view const name :
       {":", "@@", "\xe4\xb8\xad", "((((())))", ":alternate-protocol",
        "alternate-protocol:", "foo\nbar", "foo\rbar", "foo\r\nbar",
        "\x7f"
        "Me!",
        "{Start", "(Start", "[Start", "End}", "End)", "End]", "\"Quote\"", "This,That"}) {
    CHECK_FALSE(valid_name(name));
  }
  CHECK_FALSE(valid_name(std::string_view("foo\0bar", 7)));
  for (std::string_view const value :
       {"foo bar", "foo\tbar", "0123456789ABCdef", "!@#$%^&*()-_=+\\;':\"[]{}<>,./?|~`"}) {
    CHECK(valid_value(value));
  }
  for (std::string_view const value : {"foo\rbar", "foo\nbar", "foo\r\nbar",
                                       "\x7f"
                                       "Me!",
                                       "foo\vbar", "Ding!\x07"}) {
    CHECK_FALSE(valid_value(value));
  }
  CHECK_FALSE(valid_value(std::string_view("Testing 123\0", 12)));
}

TEST_CASE("test-http-header-validators: the validation functions are public") {
  for (std::string_view const name :
       {"user-agent", "USER-AGENT", "User-Agent", "x-forwarded-for"}) {
    CHECK(valid_name(name));
  }
  CHECK_FALSE(valid_name("\xd7\x90\xd7\x91"));
  CHECK(thrown([] { http::validate_header_name("a b", "Name"); }) ==
        "ERR_INVALID_HTTP_TOKEN: Name must be a valid HTTP token [\"a b\"]");
  CHECK(thrown([] { http::validate_header_value("x-header", 1); }) == "nothing");
  CHECK(thrown([] { http::validate_header_value("x-header", "1"); }) == "nothing");
  CHECK(thrown([] { http::validate_header_value("x-header", {"string", "bad\n"}); }) ==
        "ERR_INVALID_CHAR: Invalid character in header content [\"x-header\"]");
  // Text is bytes, therefore UTF-8 bytes can be sent.
  CHECK(valid_value(hiragana));
}

TEST_CASE("test-http-incoming-matchKnownFields: how repeated headers are joined") {
  for (std::string const name :
       {"Content-Type", "User-Agent", "Referer", "Host", "Authorization", "Proxy-Authorization",
        "If-Modified-Since", "If-Unmodified-Since", "From", "Location", "Max-Forwards",
        "Retry-After", "ETag", "Last-Modified", "Server", "Age", "Expires", "Content-Length"}) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    CHECK(merge(name) == lower + "=test");
    CHECK(merge(name, true) == lower + "=test, value");
  }
  CHECK(merge("Cookie") == "cookie=test; value");
  for (std::string const name :
       {"transfer-encoding", "date", "connection", "cache-control", "vary", "content-encoding",
        "origin", "upgrade", "expect", "if-match", "if-none-match", "accept", "accept-encoding",
        "accept-language", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "form",
        "x-foo"}) {
    CHECK(merge(name) == name + "=test, value");
  }
  http::field_lines cookies;
  cookies.append("Set-Cookie", "test");
  cookies.append("set-cookie", "value");
  CHECK(http::merged_headers(cookies).values("set-cookie").to_vector() ==
        std::vector<std::string>{"test", "value"});
}

TEST_CASE("test-http-methods: the methods of requests, sorted") {
  std::vector<std::string_view> const expected{
      "ACL",       "BIND",      "CHECKOUT", "CONNECT",  "COPY",   "DELETE",     "GET",
      "HEAD",      "LINK",      "LOCK",     "M-SEARCH", "MERGE",  "MKACTIVITY", "MKCALENDAR",
      "MKCOL",     "MOVE",      "NOTIFY",   "OPTIONS",  "PATCH",  "POST",       "PROPFIND",
      "PROPPATCH", "PURGE",     "PUT",      "QUERY",    "REBIND", "REPORT",     "SEARCH",
      "SOURCE",    "SUBSCRIBE", "TRACE",    "UNBIND",   "UNLINK", "UNLOCK",     "UNSUBSCRIBE"};
  CHECK(std::ranges::equal(http::methods(), expected));
  CHECK(std::ranges::is_sorted(http::methods()));
}

}  // namespace unit_message_node_header_names
