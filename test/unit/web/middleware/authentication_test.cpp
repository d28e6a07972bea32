// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/app_fixture.hpp"

#include <anode/error.hpp>
#include <anode/web/authentication.hpp>

namespace unit_web_middleware_authentication {

namespace web = anode::web;
using test_web::app_fixture;

namespace {

auto greets() {
  return [](web::context& c) { c.send("hello " + c.get<web::user>()->name); };
}

}  // namespace

TEST_CASE("Basic authentication lets known users pass", "[web][authentication]") {
  app_fixture f;
  int asked = 0;
  f.app.use(web::basic_auth("the \"realm\"", [&](std::string_view name, std::string_view password) {
    ++asked;
    bool const right = web::equal_constant_time(password, "secret");
    return right && name == "alice";
  }));
  f.app.get("/", greets());
  auto const with = [&](std::string const& value) {
    return f.ask("GET", "/", "Authorization: " + value + "\r\n");
  };
  test_web::answer const none = f.ask("GET", "/");
  CHECK(none.status == 401);
  CHECK(none.header("WWW-Authenticate") == "Basic realm=\"the \\\"realm\\\"\", charset=\"UTF-8\"");
  CHECK(asked == 0);
  CHECK(with(web::basic_authorization("alice", "secret")).text() == "200 hello alice");
  CHECK(with(web::basic_authorization("alice", "wrong")).status == 401);
  CHECK(with(web::basic_authorization("bob", "secret")).status == 401);
  CHECK(with("Basic !").status == 401);
  CHECK(with("Bearer x").status == 401);
  CHECK(asked == 3);
  CHECK(f.ask("GET", "/missing").status == 401);
  CHECK(f.errors.empty());
}

TEST_CASE("A Bearer token names its user", "[web][authentication]") {
  app_fixture f;
  f.app.use(web::bearer_auth("api", [](std::string_view token) -> std::optional<web::user> {
    return token == "t0k3n" ? std::optional(web::user{"carol"}) : std::nullopt;
  }));
  f.app.get("/", greets());
  CHECK(f.ask("GET", "/").header("WWW-Authenticate") == "Bearer realm=\"api\"");
  CHECK(f.ask("GET", "/", "Authorization: Bearer t0k3n\r\n").text() == "200 hello carol");
  test_web::answer const wrong = f.ask("GET", "/", "Authorization: Bearer other\r\n");
  CHECK(wrong.status == 401);
  CHECK(wrong.header("WWW-Authenticate") == "Bearer realm=\"api\", error=\"invalid_token\"");
}

TEST_CASE("A realm must not have control bytes", "[web][authentication]") {
  CHECK_THROWS_AS(web::basic_auth("a\r\nb", {}), anode::http::exception);
  CHECK_THROWS_AS(web::bearer_auth("a\x7F", {}), anode::http::exception);
}

}  // namespace unit_web_middleware_authentication
