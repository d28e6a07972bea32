// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"

#include <anode/error.hpp>
#include <anode/web/authorization.hpp>

namespace unit_web_vocabulary_authorization {

namespace web = anode::web;

namespace {

std::string basic(std::string_view value) {
  auto const c = web::parse_basic_authorization(value);
  return c ? c->name + "|" + c->password : "none";
}

}  // namespace

TEST_CASE("Basic credentials are parsed", "[web][authorization]") {
  CHECK(basic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == "Aladdin|open sesame");
  CHECK(basic("basic dGVzdDoxMjPCow==") == "test|123\xC2\xA3");
  CHECK(basic("BASIC   YTpi") == "a|b");
  CHECK(basic("Basic Og==") == "|");
  CHECK(basic("Basic YTpiOmM=") == "a|b:c");
  for (std::string_view const value :
       {"", "Basic", "Basic ", "Bearer YTpi", "BasicYTpi", "Basic YWI=", "Basic a:b",
        "Basic YTpi YTpi", "Basic YQo6Yg==" /* a newline */, "Basic YTpiAA=="}) {
    CAPTURE(value);
    CHECK(basic(value) == "none");
  }
}

TEST_CASE("Basic credentials survive the header", "[web][authorization]") {
  CHECK(web::basic_authorization("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(basic(web::basic_authorization("", "a:b")) == "|a:b");
  CHECK_THROWS_AS(web::basic_authorization("a:b", "c"), anode::http::exception);
  CHECK_THROWS_AS(web::basic_authorization("a", "c\n"), anode::http::exception);
  CHECK_THROWS_AS(web::basic_authorization("a\x7F", "c"), anode::http::exception);
}

TEST_CASE("A Bearer token has the characters of RFC 6750", "[web][authorization]") {
  CHECK(web::parse_bearer_authorization("Bearer mF_9.B5f-4.1JqM") == "mF_9.B5f-4.1JqM");
  CHECK(web::parse_bearer_authorization("bearer  a+/~==") == "a+/~==");
  for (std::string_view const value : {"", "Bearer", "Bearer ", "Bearer =", "Bearer a b",
                                       "Bearer a=b", "Bearer a,b", "Basic a", "Bearera"}) {
    CAPTURE(value);
    CHECK_FALSE(web::parse_bearer_authorization(value));
  }
}

TEST_CASE("Secrets are compared whole", "[web][authorization]") {
  CHECK(web::equal_constant_time("secret", "secret"));
  CHECK(web::equal_constant_time("", ""));
  for (std::string_view const given :
       {"", "s", "secre", "secrets", "Secret", "secreT", "secretsecret", "tercess"}) {
    CAPTURE(given);
    CHECK_FALSE(web::equal_constant_time(given, "secret"));
    CHECK_FALSE(web::equal_constant_time("secret", given));
  }
  CHECK_FALSE(web::equal_constant_time(std::string_view("\0", 1), ""));
}

}  // namespace unit_web_vocabulary_authorization
