// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/web/fetch_fixture.hpp"

namespace behaviour_web_fetch_redirect {

namespace {

using namespace test_fetch;
using web::fetch_options;

}  // namespace

TEST_CASE("web fetch: redirects follow the method rules of the Fetch standard", "[web]") {
  struct row {
    int status;
    std::string_view method;
    std::string_view after;
  };
  for (row const& r : std::initializer_list<row>{
           {301, "GET", "GET"},
           {301, "HEAD", "HEAD"},
           {301, "POST", "GET"},
           {301, "PUT", "PUT"},
           {302, "GET", "GET"},
           {302, "HEAD", "HEAD"},
           {302, "POST", "GET"},
           {302, "PATCH", "PATCH"},
           {303, "GET", "GET"},
           {303, "HEAD", "HEAD"},
           {303, "POST", "GET"},
           {303, "PUT", "GET"},
           {303, "PATCH", "GET"},
           {307, "POST", "POST"},
           {307, "PUT", "PUT"},
           {308, "POST", "POST"},
           {308, "GET", "GET"},
       }) {
    INFO(r.status << " " << r.method);
    fetch_fixture f;
    f.on("/a", redirect_to("/b", r.status)).on("/b", reply(200, "ok"));
    fetch_options options;
    bool const has_body = r.method != "GET" && r.method != "HEAD";
    if (has_body) {
      options.body("text", "a/b").header("Content-Language", "en").header("X-A", "1");
    }
    options.method(r.method);
    CHECK(f.get("http://test/a", options) == (r.method == "HEAD" ? "200 " : "200 ok"));
    REQUIRE(f.seen.size() == 2);
    CHECK(f.seen[1].line == std::string(r.after) + " test/b");
    bool const kept = has_body && r.after == r.method;
    CHECK(f.seen[1].body == (kept ? "text" : ""));
    CHECK(f.seen[1].header("content-type") == (kept ? "a/b" : "-"));
    CHECK(f.seen[1].header("content-language") == (kept ? "en" : "-"));
    CHECK(f.seen[1].header("x-a") == (has_body ? "1" : "-"));
    CHECK(f.seen[1].header("referer") == "-");
    CHECK(f.redirects == 1);
    CHECK(f.attempts == 2);
    CHECK(f.url == "http://test/b");
  }
}

TEST_CASE("web fetch: at most 20 redirects are followed", "[web]") {
  fetch_fixture f;
  for (int i = 0; i != 20; ++i) {
    f.on("/" + std::to_string(i), redirect_to(std::to_string(i + 1)));
  }
  f.on("/20", reply(200, "ok")).on("/loop", redirect_to("/loop", 308));
  CHECK(f.get("http://test/0") == "200 ok");
  CHECK(f.redirects == 20);
  f.seen.clear();
  CHECK(f.get("http://test/loop") == "too_many_redirects");
  CHECK(f.seen.size() == 21);
  CHECK(f.redirects == 20);
  CHECK(f.attempts == 21);
  CHECK(f.status == 308);
  CHECK(f.get("http://test/18", fetch_options().redirects(2)) == "200 ok");
  CHECK(f.get("http://test/18", fetch_options().redirects(1)) == "too_many_redirects");
  CHECK(f.get("http://test/18", fetch_options().redirects(0)) == "302 ");
  CHECK(f.redirects == 0);
}

TEST_CASE("web fetch: other statuses with a Location are no redirects", "[web]") {
  fetch_fixture f;
  for (int const status : {200, 201, 300, 305, 306, 400, 503}) {
    f.on("/" + std::to_string(status), reply(status, "x").with("Location", "/other"));
    CHECK(f.get("http://test/" + std::to_string(status)) == std::to_string(status) + " x");
  }
  f.on("/a", reply(302, "no location"));
  CHECK(f.get("http://test/a") == "302 no location");
}

TEST_CASE("web fetch: credentials stay within their origin", "[web]") {
  for (int const status : {301, 302, 303, 307, 308}) {
    for (std::string const origin : {"test", "test:81", "other", "sub.test"}) {
      INFO(status << " " << origin);
      fetch_fixture f;
      f.on("test/a", redirect_to("http://" + origin + "/b", status));
      f.on("/b", redirect_to("http://test/c")).on("/c", reply(200, "ok"));
      fetch_options options;
      options.header("Authorization", "x").header("Cookie", "c=1").header("X-Open", "1");
      options.header("Proxy-Authorization", "y").header("x-api-key", "k").secret("X-API-Key");
      options.header("Host", "test");
      CHECK(f.get("http://test/a", options) == "200 ok");
      REQUIRE(f.seen.size() == 3);
      CHECK(f.seen[0].header("authorization") == "x");
      bool const same = origin == "test";
      // An origin that is left does not get them back.
      for (std::size_t const i : {1U, 2U}) {
        seen_request const& r = f.seen[i];
        CHECK(r.header("authorization") == (same ? "x" : "-"));
        CHECK(r.header("cookie") == (same ? "c=1" : "-"));
        CHECK(r.header("proxy-authorization") == (same ? "y" : "-"));
        CHECK(r.header("x-api-key") == (same ? "k" : "-"));
        CHECK(r.header("x-open") == "1");
      }
      CHECK(f.seen[1].header("host") == origin);
    }
  }
}

TEST_CASE("web fetch: the user name and password of a URL stay within its origin", "[web]") {
  fetch_fixture f;
  f.on("/a", redirect_to("/b")).on("/b", redirect_to("http://evil:evil@other/c"));
  f.on("/c", reply(200, "ok"));
  CHECK(f.get("http://user:secret@test/a") == "200 ok");
  CHECK(f.seen[1].header("authorization") == "Basic dXNlcjpzZWNyZXQ=");
  CHECK(f.seen[2].header("authorization") == "-");
  CHECK(f.url == "http://other/c");
}

TEST_CASE("web fetch: redirects lead to http and https only", "[web]") {
  for (std::string const location :
       {"javascript:alert(1)", "file:///etc/passwd", "data:text/plain,x", "ftp://test/",
        "http:", "http://", "//", "http://test:99999/", "http:other"}) {
    INFO(location);
    fetch_fixture f;
    f.on("/a", redirect_to(location));
    CHECK(f.get("http://test/a") == "bad_redirect");
    CHECK(f.seen.size() == 1);
    CHECK(f.status == 302);
    CHECK(f.url == "http://test/a");
  }
}

TEST_CASE("web fetch: https never becomes http unasked", "[web]") {
  fetch_fixture f(web::client_options(), "https:");
  f.on("/a", redirect_to("http://test/b")).on("/b", reply(200, "ok"));
  CHECK(f.get("https://test/a") == "bad_redirect");
  CHECK(f.what == "A redirect leads from https to http");
  CHECK(f.seen.size() == 1);
  // If it may, the agent decides: this one has no http.
  CHECK_THROWS_AS(f.get("https://test/a", fetch_options().insecure_redirects()), http::exception);
  f.on("/c", redirect_to("/b"));
  CHECK(f.get("https://test/c") == "200 ok");
  CHECK(f.url == "https://test/b");
}

TEST_CASE("web fetch: the fragment of a URL survives redirects without one", "[web]") {
  fetch_fixture f;
  f.on("/a", redirect_to("/b")).on("/b", redirect_to("c#two")).on("/c", reply(200, "ok"));
  CHECK(f.get("http://test/a#one") == "200 ok");
  CHECK(f.url == "http://test/c#two");
  f.on("/d", redirect_to("/c"));
  CHECK(f.get("http://test/d#one") == "200 ok");
  CHECK(f.url == "http://test/c#one");
}

TEST_CASE("web fetch: a body is sent again only if it can be", "[web]") {
  fetch_fixture f;
  f.on("/307", redirect_to("/b", 307)).on("/303", redirect_to("/b", 303));
  f.on("/b", reply(200, "ok"));
  auto const write = [](http::client_request& req) -> net::awaitable<void> {
    co_await req.write("one");
  };
  CHECK(f.get("http://test/307", fetch_options().stream(write, "")) == "body_not_replayable");
  CHECK(f.status == 307);
  CHECK(f.lines() == "POST test/307");
  CHECK(f.get("http://test/303", fetch_options().stream(write, "")) == "200 ok");
  CHECK(f.lines() == "POST test/303, GET test/b");
  CHECK(f.get("http://test/307", fetch_options().stream(write, "", std::nullopt,
                                                        web::body_replay::allowed)) == "200 ok");
  CHECK(f.seen.back().body == "one");
  CHECK(f.lines() == "POST test/307, POST test/b");
}

TEST_CASE("web fetch: a redirect does not wait for its body", "[web]") {
  fetch_fixture f;
  f.on("/a", redirect_to("/b"));
  reply large = redirect_to("/b");
  large.body = std::string(5'000'000, 'x');
  f.on("/large", large).on("/b", reply(200, "ok"));
  CHECK(f.get("http://test/large") == "200 ok");
  CHECK(f.get("http://test/a") == "200 ok");
}

}  // namespace behaviour_web_fetch_redirect
