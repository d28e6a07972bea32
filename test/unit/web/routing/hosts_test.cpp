// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/hosts.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

namespace unit_web_routing_hosts {

namespace web = anode::web;

TEST_CASE("A host is compared without port, case and final dot", "[web][routing]") {
  CHECK(web::host_of("Example.ORG:8080") == "example.org");
  CHECK(web::host_of("example.org.") == "example.org");
  CHECK(web::host_of("example.org.:80") == "example.org");
  CHECK(web::host_of("[::1]:80") == "[::1]");
  CHECK(web::host_of("[::1]") == "[::1]");
  CHECK(web::host_of("[::1") == "[::1");
  CHECK(web::host_of("").empty());
}

TEST_CASE("The authority of a target in absolute-form is found", "[web][routing]") {
  CHECK(web::authority_of("http://a.example/b") == "a.example");
  CHECK(web::authority_of("http://a.example:80") == "a.example:80");
  CHECK(web::authority_of("http://u:p@a.example?x") == "a.example");
  CHECK_FALSE(web::authority_of("/x?y=http://a"));
  CHECK_FALSE(web::authority_of("*"));
  CHECK_FALSE(web::authority_of("a:80"));
  CHECK_FALSE(web::authority_of("x?y://a"));
}

TEST_CASE("An exact name is preferred to the longest wildcard", "[web][routing]") {
  web::host_table hosts;
  CHECK(hosts.empty());
  CHECK(hosts.add("Example.org", 1));
  CHECK(hosts.add("*.example.org", 2));
  CHECK(hosts.add("*.b.example.org", 3));
  CHECK(hosts.add("a.b.example.org", 4));
  CHECK(hosts.add("[::1]", 5));
  CHECK_FALSE(hosts.add("example.ORG", 6));
  CHECK_FALSE(hosts.add("*.example.org", 7));
  CHECK(hosts.find("example.org") == 1U);
  CHECK(hosts.find("x.example.org") == 2U);
  CHECK(hosts.find("x.y.example.org") == 2U);
  CHECK(hosts.find("x.b.example.org") == 3U);
  CHECK(hosts.find("a.b.example.org") == 4U);
  CHECK(hosts.find("b.example.org") == 2U);
  CHECK(hosts.find("[::1]") == 5U);
  for (std::string_view const host :
       {"", "org", "evilexample.org", ".example.org", "example.org.evil"}) {
    CAPTURE(host);
    CHECK_FALSE(hosts.find(host));
  }
  for (std::string_view const name : {"", "*", "*.", "a b", "a/b", "*.*.x", ".a", "a."}) {
    CAPTURE(name);
    CHECK_THROWS_AS(hosts.add(name, 8), anode::http::exception);
  }
}

}  // namespace unit_web_routing_hosts
