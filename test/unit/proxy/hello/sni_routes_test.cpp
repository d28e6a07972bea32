// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/error.hpp>
#include <anode/proxy/sni_routes.hpp>

#include <string>
#include <string_view>

namespace unit_proxy_hello_sni_routes {

using anode::proxy::sni_routes;

TEST_CASE("SNI routes: the most specific one decides") {
  sni_routes routes;
  CHECK(routes.empty());
  CHECK(routes.find("a.test").empty());
  routes.add("*.Test", "10.0.0.1:1").add("*.b.test", "10.0.0.2:2").add("x.b.test", "10.0.0.3:3");
  routes.add("x.b.test", "[::1]:4");
  CHECK_FALSE(routes.empty());
  CHECK(routes.find("a.test") == sni_routes::upstreams{"10.0.0.1:1"});
  CHECK(routes.find("a.b.test") == sni_routes::upstreams{"10.0.0.2:2"});
  CHECK(routes.find("a.a.b.test") == sni_routes::upstreams{"10.0.0.2:2"});
  CHECK(routes.find("x.b.test") == sni_routes::upstreams{"10.0.0.3:3", "[::1]:4"});
  CHECK(routes.find("test").empty());
  CHECK(routes.find("atest").empty());
  CHECK(routes.find("").empty());
  routes.add("*", "name.internal:5");
  CHECK(routes.find("").front() == "name.internal:5");
  CHECK(routes.find("other").front() == "name.internal:5");
  CHECK(routes.find("b.test").front() == "10.0.0.1:1");
}

TEST_CASE("SNI routes: what is not a route") {
  sni_routes routes;
  for (std::string_view const name : {"", "a.*", "**", "*a", "*.", ".a", "a..b", "::1", "127.1"}) {
    CAPTURE(name);
    CHECK_FALSE(routes.try_add(name, "a:1"));
  }
  for (std::string const to :
       {"", "a", "a:", "a:0", ":1", "a:65536", "::1:1", "127.1:1", "a b:1"}) {
    CAPTURE(to);
    CHECK_FALSE(routes.try_add("a.test", to));
    CHECK_THROWS_AS(routes.add("a.test", to), anode::http::exception);
  }
  CHECK(routes.empty());
}

}  // namespace unit_proxy_hello_sni_routes
