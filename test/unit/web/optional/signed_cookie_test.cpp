// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/thrown.hpp"

#include <anode/web/router.hpp>
#include <anode/web/signed_cookie.hpp>
#include <anode/web/testing.hpp>

#include <string>
#include <string_view>

namespace unit_web_optional_signed_cookie {

namespace web = anode::web;
using namespace std::chrono_literals;

namespace {

std::string const key_a(32, 'a');
std::string const key_b(32, 'b');
constexpr std::chrono::sys_seconds now(std::chrono::seconds(1'700'000'000));

std::string shown(std::optional<std::string> const& value) { return value ? "=" + *value : "-"; }

}  // namespace

TEST_CASE("web signed cookies: values come back") {
  web::cookie_signer const signer({key_a});
  std::string every;
  for (int c = 0; c < 256; ++c) {
    every += static_cast<char>(c);
  }
  for (std::string const& value : {std::string(), std::string("x"), std::string("a.b.c"),
                                   std::string("a=b; c"), std::string("%41"), every}) {
    std::string const text = signer.sign("id", value);
    CHECK((signer.verify("id", text, now) == value));
    CHECK_NOTHROW(web::set_cookie("id", text));
  }
  // HMAC-SHA256 of "id=x.0" with 32 letters a, as `openssl dgst -sha256 -hmac` prints it.
  CHECK(signer.sign("id", "x") ==
        "x.0.1ebd62725020da570d60b96fe0eb26cfaa1e27a76d2bafcda158c4d2d5316812");
}

TEST_CASE("web signed cookies: a change of any byte is refused") {
  web::cookie_signer const signer({key_a});
  std::string const text = signer.sign("id", "user 1", now + 1h);
  CHECK(shown(signer.verify("id", text, now)) == "=user 1");
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (unsigned const bit : {1U, 2U, 16U, 32U}) {
      std::string other = text;
      other[i] = static_cast<char>(static_cast<unsigned char>(other[i]) ^ bit);
      REQUIRE(shown(signer.verify("id", other, now)) == "-");
    }
    REQUIRE(shown(signer.verify("id", text.substr(0, i), now)) == "-");
    REQUIRE(shown(signer.verify("id", text.substr(i + 1), now)) == "-");
  }
  CHECK(shown(signer.verify("id", text + "0", now)) == "-");
  CHECK(shown(signer.verify("id", "", now)) == "-");
  CHECK(shown(signer.verify("id", std::string(100, '.'), now)) == "-");
}

TEST_CASE("web signed cookies: the name is a part of what is signed") {
  web::cookie_signer const signer({key_a});
  std::string const text = signer.sign("id", "1");
  CHECK(shown(signer.verify("id", text, now)) == "=1");
  CHECK(shown(signer.verify("admin", text, now)) == "-");
  CHECK(shown(signer.verify("ID", text, now)) == "-");
  CHECK(shown(signer.verify("i", text, now)) == "-");
  // Name and value cannot be divided differently.
  std::string const tail = text.substr(text.rfind('.'));
  CHECK(shown(signer.verify("id=", "1.0" + tail, now)) == "-");
  CHECK(support::thrown([&] {
          static_cast<void>(signer.sign("a=b", ""));
        }).starts_with("ERR_INVALID_ARG_VALUE"));
}

TEST_CASE("web signed cookies: a value ends") {
  web::cookie_signer const signer({key_a});
  std::string const text = signer.sign("id", "1", now);
  CHECK(shown(signer.verify("id", text, now - 1s)) == "=1");
  CHECK(shown(signer.verify("id", text, now)) == "-");
  CHECK(shown(signer.verify("id", text, now + 1h)) == "-");
  CHECK(shown(signer.verify("id", signer.sign("id", "1"), now + std::chrono::years(100))) == "=1");
  CHECK(support::thrown([&] {
          static_cast<void>(signer.sign("a", "", std::chrono::sys_seconds(-1s)));
        }).starts_with("ERR_INVALID_ARG_VALUE"));
}

TEST_CASE("web signed cookies: keys are replaced one after the other") {
  web::cookie_signer const before({key_a});
  web::cookie_signer const both({key_b, key_a});
  web::cookie_signer const after({key_b});
  std::string const old_text = before.sign("id", "1");
  std::string const new_text = both.sign("id", "1");
  CHECK(new_text == after.sign("id", "1"));
  CHECK(shown(both.verify("id", old_text, now)) == "=1");
  CHECK(shown(both.verify("id", new_text, now)) == "=1");
  CHECK(shown(after.verify("id", old_text, now)) == "-");
  CHECK(shown(before.verify("id", new_text, now)) == "-");
}

TEST_CASE("web signed cookies: keys must be long") {
  CHECK(support::thrown([] { web::cookie_signer({}); }).starts_with("ERR_INVALID_ARG_VALUE"));
  CHECK(support::thrown([] {
          web::cookie_signer({std::string(31, 'x')});
        }).starts_with("ERR_INVALID_ARG_VALUE"));
  CHECK(support::thrown([] {
          web::cookie_signer({key_a, ""});
        }).starts_with("ERR_INVALID_ARG_VALUE"));
}

TEST_CASE("web signed cookies: a handler sets and finds them") {
  web::cookie_signer const signer({key_a});
  web::router app;
  app.get("/set", [&](web::context& c) {
    c.set_cookie(signer.make("id", "me & you", 1h).path("/").http_only()).send("");
  });
  app.get("/get", [&](web::context& c) { c.send(shown(signer.find(c, "id"))); });
  web::testing::app_server server{app};
  std::string const line(server.get("/set").header("Set-Cookie"));
  CHECK(line.find("; Max-Age=3600") != std::string::npos);
  std::string const cookie = line.substr(0, line.find(';'));
  auto const got = [&](std::string_view header) {
    return server.get("/get", web::fetch_options().header("Cookie", header)).body();
  };
  CHECK(got(cookie) == "=me & you");
  // One that another host has set comes first.
  CHECK(got("id=evil; " + cookie) == "=me & you");
  CHECK(got("other=1; id=evil") == "-");
  CHECK(got("ID" + cookie.substr(2)) == "-");
  CHECK(server.get("/get").body() == "-");
  CHECK(support::thrown([&] {
          static_cast<void>(signer.make("id", "", 0s));
        }).starts_with("ERR_INVALID_ARG_VALUE"));
  CHECK(support::thrown([&] {
          static_cast<void>(signer.make("id", std::string(4096, 'x'), 1s));
        }).starts_with("ERR_INVALID_ARG_VALUE"));
}

}  // namespace unit_web_optional_signed_cookie
