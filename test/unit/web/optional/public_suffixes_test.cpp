// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/web/cookie_jar.hpp>
#include <anode/web/public_suffixes.hpp>

#include <string>

namespace unit_web_optional_public_suffixes {

namespace web = anode::web;

TEST_CASE("web public suffixes: rules, exceptions and unknown names") {
  auto const is_suffix = web::public_suffixes();
  for (char const* const domain : {"com", "co.uk", "uk", "kobe.jp", "c.kobe.jp", "ck", "any.ck",
                                   "github.io", "xn--fiqs8s", "unknown"}) {
    INFO(domain);
    CHECK(is_suffix(domain));
  }
  for (char const* const domain :
       {"example.com", "www.example.com", "example.co.uk", "city.kobe.jp", "a.c.kobe.jp", "www.ck",
        "a.github.io", "example.unknown"}) {
    INFO(domain);
    CHECK_FALSE(is_suffix(domain));
  }
}

TEST_CASE("web public suffixes: a jar shares cookies below a registered domain only") {
  constexpr std::chrono::sys_seconds now(std::chrono::seconds(1'700'000'000));
  web::cookie_jar jar;
  jar.public_suffixes(web::public_suffixes());
  auto const store = [&](std::string const& host, std::string const& domain) {
    jar.clear();
    jar.store("http://" + host + "/", "a=1; Domain=" + domain, now);
    return jar.header("http://other." + domain + "/", now);
  };
  CHECK(store("www.example.co.uk", "example.co.uk") == "a=1");
  CHECK(store("example.co.uk", "example.co.uk") == "a=1");
  CHECK(store("a.user.github.io", "user.github.io") == "a=1");
  CHECK(store("www.example.co.uk", "co.uk").empty());
  CHECK(store("www.example.com", "com").empty());
  CHECK(store("user.github.io", "github.io").empty());
  CHECK(store("www.city.kobe.jp", "city.kobe.jp") == "a=1");
  CHECK(store("www.other.kobe.jp", "other.kobe.jp").empty());
  CHECK(store("host.internal", "internal").empty());
  CHECK(store("a.host.internal", "host.internal") == "a=1");
}

}  // namespace unit_web_optional_public_suffixes
