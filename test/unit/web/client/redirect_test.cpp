// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/redirect.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

#include <string>
#include <string_view>

namespace unit_web_client_redirect {

namespace http = anode::http;
namespace web = anode::web;

namespace {

// The normalised URL that a Location means, "none" if it is refused.
std::string resolved(std::string_view base, std::string_view location) {
  auto const url = web::resolve_location(base, location);
  if (!url) {
    return "none";
  }
  http::request_options o;
  try {
    o.set_url(*url);
  } catch (http::exception const&) {
    return "none";
  }
  return web::url_text(o);
}

http::request_options origin_of(std::string_view url) {
  http::request_options o;
  o.set_url(url);
  return o;
}

}  // namespace

TEST_CASE("web redirect: a Location is resolved against the URL of its request", "[web]") {
  struct row {
    std::string_view location;
    std::string_view url;
  };
  for (row const& r : std::initializer_list<row>{
           {"http://b/x", "http://b/x"},
           {"HTTPS://B:8443/x?y", "https://b:8443/x?y"},
           {"http://b", "http://b/"},
           {"http://b:80/", "http://b/"},
           {"/x", "http://a:81/x"},
           {"/x?y=1", "http://a:81/x?y=1"},
           {"x", "http://a:81/d/x"},
           {"./x", "http://a:81/d/x"},
           {"../x", "http://a:81/x"},
           {"../../../x", "http://a:81/x"},
           {"x/%2e%2e/y", "http://a:81/d/y"},
           {"?z", "http://a:81/d/e?z"},
           {"", "http://a:81/d/e?q=/f"},
           {"#f", "http://a:81/d/e?q=/f"},
           {"x#f", "http://a:81/d/x"},
           {"//b/x", "http://b/x"},
           {"/\\b/x", "http://b/x"},
           {"\\\\b/x", "http://b/x"},
           {"\\x", "http://a:81/x"},
           {" /x ", "http://a:81/x"},
           {"/x y", "http://a:81/x%20y"},
           {"/\xC3\xA4", "http://a:81/%C3%A4"},
           {"/\t/b/x", "http://b/x"},
           {"http://u:p@b/x", "http://b/x"},
           {"http://[::1]:81/x", "http://[::1]:81/x"},
           {"1:2", "http://a:81/d/1:2"},
       }) {
    INFO(r.location);
    CHECK(resolved("http://a:81/d/e?q=/f", r.location) == r.url);
  }
  CHECK(resolved("http://a/", "x") == "http://a/x");
  CHECK(resolved("https://a/", "//b") == "https://b/");
}

TEST_CASE("web redirect: a Location that is no URL of http is refused", "[web]") {
  for (std::string_view const location : {"javascript:alert(1)",
                                          "JavaScript:alert(1)",
                                          "data:text/html,x",
                                          "file:///etc/passwd",
                                          "ftp://b/",
                                          "mailto:a@b",
                                          "ws://b/",
                                          "http:",
                                          "http:/",
                                          "http://",
                                          "http:b",
                                          "https:b",
                                          "http:///",
                                          "//",
                                          "/\\",
                                          "http://b:99999/",
                                          "http://b:x/",
                                          "http://a b/",
                                          "http://[::1/",
                                          "http://%00/",
                                          "about:blank",
                                          "x:y"}) {
    INFO(location);
    CHECK(resolved("http://a/d/", location) == "none");
  }
}

TEST_CASE("web redirect: the method rules of the Fetch standard", "[web]") {
  for (int const status : {301, 302}) {
    CHECK(web::becomes_get(status, "POST"));
    for (std::string_view const method : {"GET", "HEAD", "PUT", "DELETE", "PATCH", "post"}) {
      CHECK_FALSE(web::becomes_get(status, method));
    }
  }
  for (std::string_view const method : {"POST", "PUT", "DELETE", "TEST"}) {
    CHECK(web::becomes_get(303, method));
  }
  CHECK_FALSE(web::becomes_get(303, "GET"));
  CHECK_FALSE(web::becomes_get(303, "HEAD"));
  for (int const status : {307, 308}) {
    CHECK_FALSE(web::becomes_get(status, "POST"));
  }
  for (int const status : {300, 304, 305, 306, 200, 201, 309}) {
    CHECK_FALSE(web::is_redirect(status));
  }
}

TEST_CASE("web redirect: an origin is scheme, host and port", "[web]") {
  auto const same = [](std::string_view a, std::string_view b) {
    return web::same_origin(origin_of(a), origin_of(b));
  };
  CHECK(same("http://a/x", "http://A:80/y"));
  CHECK(same("https://a/x", "https://a:443/"));
  CHECK_FALSE(same("http://a/", "https://a/"));
  CHECK_FALSE(same("http://a:443/", "https://a/"));
  CHECK_FALSE(same("http://a/", "http://a:81/"));
  CHECK_FALSE(same("http://a/", "http://b.a/"));
}

}  // namespace unit_web_client_redirect
