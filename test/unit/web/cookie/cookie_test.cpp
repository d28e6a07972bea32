// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "web/cookie/received_cookie.hpp"
#include "web/vocabulary/http_date.hpp"

#include <anode/error.hpp>
#include <anode/web/cookie.hpp>

namespace unit_web_cookie_cookie {

namespace web = anode::web;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using web::set_cookie;

namespace {

constexpr sys_seconds now = sys_days(std::chrono::year(2026) / 11 / 30);

/// Returns the cookie as one text; empty if it is ignored.
std::string received(std::string_view header) {
  auto const c = web::parse_set_cookie(header, now);
  if (!c) {
    return "";
  }
  std::string out = std::string(c->name) + "=" + std::string(c->value);
  out += c->domain.empty() ? "" : " domain=" + c->domain;
  out += c->path.empty() ? "" : " path=" + std::string(c->path);
  if (c->expires) {
    out += *c->expires < now ? " past" : " +" + std::to_string((*c->expires - now).count());
  }
  out += c->secure ? " secure" : "";
  out += c->http_only ? " http_only" : "";
  out += c->partitioned ? " partitioned" : "";
  out += c->same_site == web::same_site::unset
             ? ""
             : " same_site=" + std::to_string(static_cast<int>(c->same_site));
  return out;
}

}  // namespace

TEST_CASE("The first cookie of a name is found in a Cookie header", "[web][cookie]") {
  std::string_view const header = "a=1; b=2;c=;  d = x y ; =z; e; a=3; f=\"q\"; g=h=i";
  CHECK(web::find_cookie(header, "a") == "1");
  CHECK(web::find_cookie(header, "b") == "2");
  CHECK(web::find_cookie(header, "c") == "");
  CHECK(web::find_cookie(header, "d") == "x y");
  CHECK(web::find_cookie(header, "f") == "\"q\"");
  CHECK(web::find_cookie(header, "g") == "h=i");
  CHECK_FALSE(web::find_cookie(header, "A"));
  CHECK_FALSE(web::find_cookie(header, "e"));
  CHECK_FALSE(web::find_cookie(header, ""));
  CHECK_FALSE(web::find_cookie("", "a"));
  CHECK(web::find_cookie("a=%41", "a") == "%41");
}

TEST_CASE("All cookies of a header are listed in their order", "[web][cookie]") {
  auto const all = web::parse_cookies("a=1; =z; e; ; a=3");
  REQUIRE(all.size() == 2);
  CHECK(all[0] == std::pair<std::string_view, std::string_view>("a", "1"));
  CHECK(all[1] == std::pair<std::string_view, std::string_view>("a", "3"));
}

TEST_CASE("A cookie is written with its attributes", "[web][cookie]") {
  CHECK(set_cookie("a", "b").to_string() == "a=b");
  CHECK(set_cookie("a", "").to_string() == "a=");
  CHECK(set_cookie("a", "\"b\"").to_string() == "a=\"b\"");
  CHECK(set_cookie("id", "x")
            .path("/p")
            .domain(".Example.org")
            .max_age(60s)
            .expires(now)
            .secure()
            .http_only()
            .same_site(web::same_site::none)
            .partitioned()
            .to_string() ==
        "id=x; Path=/p; Domain=Example.org; Max-Age=60; Expires=Mon, 30 Nov 2026 00:00:00 GMT; "
        "Secure; HttpOnly; SameSite=None; Partitioned");
  CHECK(set_cookie("a", "b").same_site(web::same_site::lax).to_string() == "a=b; SameSite=Lax");
  CHECK(set_cookie("a", "b").same_site(web::same_site::strict).to_string() ==
        "a=b; SameSite=Strict");
  CHECK(set_cookie::removal("a").path("/").to_string() ==
        "a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("Names and values that break the header are refused", "[web][cookie]") {
  for (std::string_view const name : {"", "a b", "a=b", "a;b", "a\r\nb", "\xC3\xA9"}) {
    CHECK_THROWS_AS(set_cookie(name, ""), anode::http::exception);
  }
  for (std::string_view const value :
       {"a b", "a,b", "a;b", "a\\b", "a\"b", "\"", "\"a", "a\r\nb", "\x7F", "\xC3\xA9"}) {
    CHECK_THROWS_AS(set_cookie("a", value), anode::http::exception);
  }
  CHECK_THROWS_AS(set_cookie("a", std::string(4096, 'x')), anode::http::exception);
  CHECK_NOTHROW(set_cookie("a", std::string(4095, 'x')));
  set_cookie c("a", "b");
  for (std::string_view const path : {"", "a", "/;x", "/\r\n", "/\xFF"}) {
    CHECK_THROWS_AS(c.path(path), anode::http::exception);
  }
  CHECK_THROWS_AS(c.path("/" + std::string(1024, 'x')), anode::http::exception);
  for (std::string_view const domain : {"", ".", "a;b", "a b", "..a", "a.", "a:80"}) {
    CHECK_THROWS_AS(c.domain(domain), anode::http::exception);
  }
}

TEST_CASE("Combinations that browsers ignore are refused", "[web][cookie]") {
  CHECK_THROWS_AS(set_cookie("__Secure-a", "").to_string(), anode::http::exception);
  CHECK_THROWS_AS(set_cookie("__secure-a", "").to_string(), anode::http::exception);
  CHECK_NOTHROW(set_cookie("__Secure-a", "").secure().to_string());
  CHECK_THROWS_AS(set_cookie("__Host-a", "").secure().to_string(), anode::http::exception);
  CHECK_THROWS_AS(set_cookie("__Host-a", "").path("/").to_string(), anode::http::exception);
  CHECK_THROWS_AS(set_cookie("__HOST-a", "").secure().path("/").domain("a.b").to_string(),
                  anode::http::exception);
  CHECK_NOTHROW(set_cookie("__Host-a", "").secure().path("/").to_string());
  CHECK_THROWS_AS(set_cookie("a", "").same_site(web::same_site::none).to_string(),
                  anode::http::exception);
  CHECK_THROWS_AS(set_cookie("a", "").partitioned().to_string(), anode::http::exception);
}

TEST_CASE("A Set-Cookie header is parsed as RFC 6265bis says", "[web][cookie]") {
  CHECK(received("a=b") == "a=b");
  CHECK(received(" a = b ") == "a=b");
  CHECK(received("a=b=c; x") == "a=b=c");
  CHECK(received("a=") == "a=");
  CHECK(received("a=\"b; c\"") == "a=\"b");
  CHECK(
      received("a=b; Path=/x; Domain=.Example.ORG; Secure; HttpOnly; SameSite=Lax; Partitioned") ==
      "a=b domain=example.org path=/x secure http_only partitioned same_site=2");
  CHECK(received("a=b;path=/x;PATH=/y") == "a=b path=/y");
  CHECK(received("a=b; path=/x; path=y") == "a=b");
  CHECK(received("a=b; path") == "a=b");
  CHECK(received("a=b; secure=no; httponly = 1") == "a=b secure http_only");
  CHECK(received("a=b; samesite=strict; samesite=other") == "a=b");
  CHECK(received("a=b; domain=a; domain=") == "a=b");
}

TEST_CASE("Max-Age wins over Expires, and both end after 400 days", "[web][cookie]") {
  std::string const limit = " +" + std::to_string(400 * 86400);
  CHECK(received("a=b; max-age=60; expires=Thu, 01 Jan 1970 00:00:00 GMT") == "a=b +60");
  CHECK(received("a=b; expires=Tue, 01 Dec 2026 00:00:00 GMT") == "a=b +86400");
  CHECK(received("a=b; expires=Tue, 01 Dec 2099 00:00:00 GMT") == "a=b" + limit);
  CHECK(received("a=b; max-age=99999999999999999999999999") == "a=b" + limit);
  CHECK(received("a=b; expires=Thu, 01 Jan 1970 00:00:00 GMT") == "a=b past");
  for (std::string_view const age : {"0", "-1", "-99999999999999999999999", "00"}) {
    CHECK(received("a=b; max-age=" + std::string(age)) == "a=b past");
  }
  for (std::string_view const age : {"", "x", "1x", "-", "--1", "+1", "1.5"}) {
    CHECK(received("a=b; max-age=" + std::string(age)) == "a=b");
  }
  CHECK(received("a=b; max-age=5; max-age=x") == "a=b +5");
  CHECK(received("a=b; expires=never; max-age=5") == "a=b +5");
}

TEST_CASE("Cookies that RFC 6265bis ignores, or without a name, are ignored", "[web][cookie]") {
  for (std::string_view const header : {"", "a", ";", "=b", "a\nb=c", "a=b\x7F", "a=b; path=/\r"}) {
    CHECK(received(header) == "");
  }
  CHECK(received(std::string_view("a=b\0c", 5)) == "");
  CHECK(received("a=\tb\t; path=/") == "a=b path=/");
  CHECK(received("a=" + std::string(4095, 'x')) != "");
  CHECK(received("a=" + std::string(4096, 'x')) == "");
  CHECK(received("a=b; path=/" + std::string(1023, 'x')) != "a=b");
  CHECK(received("a=b; path=/" + std::string(1024, 'x')) == "a=b");
}

}  // namespace unit_web_cookie_cookie
