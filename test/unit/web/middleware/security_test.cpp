// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"

#include <anode/error.hpp>
#include <anode/web/authentication.hpp>
#include <anode/web/security.hpp>

namespace unit_web_middleware_security {

namespace web = anode::web;
using namespace std::chrono_literals;
using test_web::answer;
using test_web::app_fixture;

namespace {

std::string const origin_name = "Access-Control-Allow-Origin";

answer from(app_fixture& f, std::string const& origin, std::string_view method = "GET",
            std::string const& more = "") {
  return f.ask(method, "/a", "Origin: " + origin + "\r\n" + more);
}

answer preflight(app_fixture& f, std::string const& origin) {
  return from(f, origin, "OPTIONS", "Access-Control-Request-Method: PUT\r\n");
}

}  // namespace

TEST_CASE("Security headers are set on each response, and can be replaced", "[web][security]") {
  app_fixture f;
  f.app.use(web::security_headers(web::security_options()
                                      .content_security_policy("default-src 'self'")
                                      .opener_policy("")
                                      .strict_transport_security(60s, true)));
  f.app.get("/a", [](web::context& c) { c.set("X-Frame-Options", "DENY").send("x"); });
  answer const a = f.ask("GET", "/a");
  CHECK(a.header("X-Content-Type-Options") == "nosniff");
  CHECK(a.header("X-Frame-Options") == "DENY");
  CHECK(a.header("Referrer-Policy") == "strict-origin-when-cross-origin");
  CHECK(a.header("Content-Security-Policy") == "default-src 'self'");
  CHECK(a.header("Cross-Origin-Opener-Policy") == "none");
  CHECK(a.header("Strict-Transport-Security") == "none");
  CHECK(f.ask("GET", "/none").header("X-Content-Type-Options") == "nosniff");
  CHECK(web::security_options().strict_transport_security(60s, true).transport() ==
        "max-age=60; includeSubDomains");
}

TEST_CASE("Only listed origins may read responses", "[web][security]") {
  app_fixture f;
  f.app.use(
      web::cors(web::cors_options()
                    .origin("https://good.example")
                    .origin("https://good.example:8443")
                    .origins([](std::string_view o) { return o.ends_with(".trusted.example"); })
                    .credentials()
                    .expose("X-Total")));
  f.app.get("/a", [](web::context& c) { c.send("x"); });
  for (std::string const origin :
       {"https://good.example", "https://good.example:8443", "https://x.trusted.example"}) {
    answer const a = from(f, origin);
    CHECK(a.header(origin_name) == origin);
    CHECK(a.header("Access-Control-Allow-Credentials") == "true");
    CHECK(a.header("Access-Control-Expose-Headers") == "X-Total");
    CHECK(a.header("Vary") == "Origin");
    CHECK(a.text() == "200 x");
  }
  for (std::string const origin :
       {"null", "https://good.evil", "http://good.example", "https://good.example:1",
        "https://GOOD.example", "https://good.example.evil", "https://good.example/",
        "https://evil/.trusted.example", "", "*"}) {
    CAPTURE(origin);
    answer const a = from(f, origin);
    CHECK(a.header(origin_name) == "none");
    CHECK(a.header("Access-Control-Allow-Credentials") == "none");
    CHECK(a.header("Vary") == "Origin");
    CHECK(a.status == 200);
  }
  CHECK(f.ask("GET", "/a").header("Vary") == "Origin");
}

TEST_CASE("A preflight request is answered before credentials are required", "[web][security]") {
  app_fixture f;
  f.app.use(web::cors(
      web::cors_options().origin("https://good.example").header("X-Api-Key").max_age(5s)));
  f.app.use(web::basic_auth("x", [](std::string_view, std::string_view) { return false; }));
  f.app.get("/a", [](web::context& c) { c.send("x"); }).put("/a", [](web::context& c) {
    c.send("x");
  });
  answer const a = preflight(f, "https://good.example");
  CHECK(a.status == 204);
  CHECK(a.header(origin_name) == "https://good.example");
  CHECK(a.header("Access-Control-Allow-Methods") == "GET, HEAD, PUT, OPTIONS");
  CHECK(a.header("Access-Control-Allow-Headers") == "X-Api-Key");
  CHECK(a.header("Access-Control-Max-Age") == "5");
  CHECK(a.header("Vary") ==
        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  answer const evil = preflight(f, "https://evil.example");
  CHECK(evil.status == 204);
  CHECK(evil.header(origin_name) == "none");
  CHECK(evil.header("Access-Control-Allow-Methods") == "none");
  answer const refused = from(f, "https://good.example");
  CHECK(refused.status == 401);
  CHECK(refused.header(origin_name) == "https://good.example");
}

TEST_CASE("Every origin may be allowed, but not with credentials", "[web][security]") {
  app_fixture f;
  f.app.use(web::cors(web::cors_options().any_origin()));
  f.app.get("/a", [](web::context& c) { c.send("x"); });
  CHECK(from(f, "https://x.example").header(origin_name) == "*");
  CHECK_THROWS_AS(web::cors(web::cors_options().any_origin().credentials()),
                  anode::http::exception);
  for (std::string_view const origin :
       {"", "*", "null", "good.example", "https://", "https://a/", "https://A", "https://a b"}) {
    CAPTURE(origin);
    CHECK_THROWS_AS(web::cors_options().origin(origin), anode::http::exception);
  }
  CHECK_THROWS_AS(web::cors_options().header("a b"), anode::http::exception);
}

}  // namespace unit_web_middleware_security
