// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/web/fetch_fixture.hpp"

namespace behaviour_web_fetch_cookie {

namespace {

using namespace test_fetch;
using web::fetch_options;

}  // namespace

TEST_CASE("web fetch: a jar keeps the cookies of all responses", "[web]") {
  web::cookie_jar jar;
  fetch_fixture f(web::client_options().cookies(jar));
  f.on("/login", redirect_to("/home").with("Set-Cookie", "a=1").with("Set-Cookie", "b=2; Path=/x"));
  f.on("/home", reply(200, "ok").with("Set-Cookie", "c=3"));
  f.on("/x/y", reply(404, "none"));
  CHECK(f.get("http://test/login") == "200 ok");
  CHECK(f.seen[0].header("cookie") == "-");
  CHECK(f.seen[1].header("cookie") == "a=1");
  CHECK(jar.size() == 3);
  CHECK(f.get("http://test/x/y") == "404 none");
  CHECK(f.seen.back().header("cookie") == "b=2; a=1; c=3");
  // Cookies do not depend on the port.
  CHECK(f.get("http://test:81/home") == "200 ok");
  CHECK(f.seen.back().header("cookie") == "a=1; c=3");
  CHECK(f.get("http://other/home") == "200 ok");
  CHECK(f.seen.back().header("cookie") == "-");
}

TEST_CASE("web fetch: a redirect to another host gets its own cookies", "[web]") {
  web::cookie_jar jar;
  fetch_fixture f(web::client_options().cookies(jar));
  constexpr std::chrono::sys_seconds now{784111777s};
  CHECK(jar.store("http://test/", "mine=1", now));
  CHECK(jar.store("http://other/", "theirs=1", now));
  f.on("/a", redirect_to("http://other/b")).on("/b", reply(200, "ok"));
  CHECK(f.get("http://test/a") == "200 ok");
  CHECK(f.seen[0].header("cookie") == "mine=1");
  CHECK(f.seen[1].header("cookie") == "theirs=1");
  // A header of the program replaces the jar at its origin.
  CHECK(f.get("http://test/a", fetch_options().header("Cookie", "own=1")) == "200 ok");
  CHECK(f.seen[2].header("cookie") == "own=1");
  CHECK(f.seen[3].header("cookie") == "theirs=1");
}

TEST_CASE("web fetch: two clients share a jar, and one without ignores cookies", "[web]") {
  web::cookie_jar jar;
  fetch_fixture f(web::client_options().cookies(jar));
  fetch_fixture g(web::client_options().cookies(jar));
  fetch_fixture h;
  for (fetch_fixture* const each : {&f, &g, &h}) {
    each->on("/", reply(200, "ok").with("Set-Cookie", "a=1"));
    CHECK(each->get("http://test/") == "200 ok");
    CHECK(each->get("http://test/") == "200 ok");
  }
  CHECK(f.seen[0].header("cookie") == "-");
  CHECK(f.seen[1].header("cookie") == "a=1");
  CHECK(g.seen[0].header("cookie") == "a=1");
  CHECK(h.seen[1].header("cookie") == "-");
}

TEST_CASE("web fetch: the cookies of one response are bounded", "[web]") {
  web::cookie_jar jar;
  fetch_fixture f(web::client_options().cookies(jar));
  reply many(200, "ok");
  for (int i = 0; i != 60; ++i) {
    many.with("Set-Cookie", "n" + std::to_string(i) + "=1");
  }
  f.on("/", many);
  CHECK(f.get("http://test/") == "200 ok");
  CHECK(jar.size() == 50);
}

}  // namespace behaviour_web_fetch_cookie
