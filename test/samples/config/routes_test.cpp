// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The choice of a route by host and path.
#include "samples/proxy_kit/routes.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace samples_config_routes {

using samples::route_rule;
using samples::route_table;
using result = samples::route_table::result;

namespace {

// 0 to 7.
route_table table() {
  route_table t;
  t.add({{"a.test"}, "/"});
  t.add({{"a.test"}, "/api"});
  t.add({{"a.test", "c.test"}, "/api/v2"});
  t.add({{"*.test"}, "/"});
  t.add({{"*.b.test"}, "/api"});
  t.add({{"d.test", "[::1]"}, "/only"});
  t.add({{}, "/any"});
  t.add({{"*.e.test", "f.test"}, "/"});
  return t;
}

}  // namespace

TEST_CASE("routes: the most specific host and the longest prefix win") {
  struct row {
    std::string_view host;
    std::string_view target;
    int route;  // -404, -421, -400: the answer
  };
  route_table const t = table();
  for (row const& r : std::initializer_list<row>{
           // Prefixes end where a segment ends.
           {"a.test", "/", 0},
           {"a.test", "/ap", 0},
           {"a.test", "/apix", 0},
           {"a.test", "/api", 1},
           {"a.test", "/api/", 1},
           {"a.test", "/api?x=/../", 1},
           {"a.test", "/api/v2", 2},
           {"a.test", "/api/v2/", 2},
           {"a.test", "/api/v2x", 1},
           {"a.test", "/api/v20/a", 1},
           {"a.test", "/api;x/a", 0},
           {"a.test", "*", 0},
           // Paths have case, hosts have none.
           {"a.test", "/API", 0},
           {"A.Test", "/api", 1},
           {"A.TEST.", "/api", 1},
           // Ports do not matter.
           {"a.test:80", "/api", 1},
           {"a.test:", "/api", 1},
           {"a.test.:65535", "/api", 1},
           {"[::1]:8080", "/only/x", 5},
           {"[::1]", "/only", 5},
           // Names below a name: each depth, but not the name itself.
           {"x.test", "/api", 3},
           {"x.y.test", "/api", 3},
           {"x.b.test", "/api/1", 4},
           {"x.y.b.test", "/api/1", 4},
           {"b.test", "/api", 3},
           {"xb.test", "/api", 3},
           {"test", "/", -404},
           {".test", "/", -400},
           // The host decides before the path does; what it has not is that of a less specific one.
           {"x.b.test", "/other", 3},
           {"c.test", "/api/v2", 2},
           {"c.test", "/api", 3},
           {"d.test", "/only", 5},
           {"d.test", "/other", 3},
           {"x.e.test", "/api", 7},
           {"f.test", "/any", 7},
           {"other", "/any", 6},
           {"", "/any/x", 6},
           {"", "/", -404},
           {"other", "/", -404},
           {"127.0.0.1", "/any", 6},
           {"[::1]", "/any", 6},
           {"[::1]", "/", -404},
           // A target in absolute form has the host.
           {"other", "http://a.test/api", 1},
           {"other", "HTTPS://A.TEST:443/api/v2?x", 2},
           {"other", "http://user:a.test@x.b.test/api", 4},
           {"other", "http://a.test", 0},
           {"other", "http://a.test?/api", 0},
           {"other", "http://a.test#/api", 0},
           // Malformed hosts.
           {"a.test:x", "/", -400},
           {"a.test:123456", "/", -400},
           {"a.test:80:80", "/", -400},
           {"a..test", "/", -400},
           {"a.test..", "/", -400},
           {".", "/", -400},
           {"a_b.test", "/api", 3},
           {"a test", "/", -400},
           {"a.test,b.test", "/", -400},
           {"a.test/x", "/", -400},
           {"user@a.test", "/", -400},
           {"%61.test", "/", -400},
           {"\xc3\xa4.test", "/", -400},
           {"::1", "/any", -400},
           {"[::1", "/any", -400},
           {"[::1]x", "/any", -400},
           {"[fe80::1%25eth0]", "/any", -400},
           {"*.test", "/", -400},
       }) {
    CAPTURE(r.host, r.target);
    route_table::match const m = t.find(samples::asked_by(r.target, r.host));
    int const got = m.end == result::found     ? static_cast<int>(m.route)
                    : m.end == result::no_path ? -404
                    : m.end == result::no_host ? -421
                                               : -400;
    CHECK(got == r.route);
  }
}

TEST_CASE("routes: a host without a route") {
  route_table t;
  t.add({{"a.test", "*.b.test"}, "/x"});
  CHECK(t.find({"c.test", "/x"}).end == result::no_host);
  CHECK(t.find({"b.test", "/x"}).end == result::no_host);
  CHECK(t.find({"", "/x"}).end == result::no_host);
  CHECK(t.find({"a.test", "/"}).end == result::no_path);
  CHECK(t.find({"y.b.test", "/"}).end == result::no_path);
  CHECK(t.find({"y.b.test", "/x"}).end == result::found);
  CHECK(route_table().find({"a.test", "/"}).end == result::no_host);
}

TEST_CASE("routes: a path has one meaning, or none") {
  struct row {
    std::string_view path;
    int route;
  };
  route_table t;
  t.add({{}, "/"});
  t.add({{}, "/api"});
  t.add({{}, "/api/admin"});
  for (row const& r : std::initializer_list<row>{
           // Dot segments that stay within their route are passed on.
           {"/a/../b", 0},
           {"/api/a/../b", 1},
           {"/api/./a", 1},
           {"/api/%2e/a", 1},
           {"/api/...", 1},
           {"/api/..a", 1},
           {"/api/a/..", 1},
           {"/..", 0},
           {"/../..", 0},
           {"/api/admin/.", 2},
           // Those that lead into another route are refused.
           {"/api/..", -400},
           {"/api/../admin", -400},
           {"/api/%2e%2e/admin", -400},
           {"/api/%2E./x", -400},
           {"/x/../api", -400},
           {"/./api", -400},
           {"/../api/x", -400},
           {"/api/x/../admin", -400},
           {"/api/admin/..", -400},
           {"/api/admin/../x", -400},
           // Escapes of characters that need none.
           {"/%61pi", -400},
           {"/api/%61dmin", -400},
           {"/api/%41dmin", 1},
           {"/%7euser", 0},
           // An escaped slash is no separator, but must not lead out of a prefix.
           {"/api%2fadmin", 0},
           {"/api%2F..%2Fadmin", 0},
           {"/api/a%2fb", 1},
           {"/api/a%2f..%2fb", 1},
           {"/api/..%2fadmin", -400},
           {"/api/..%2Fapi%2Fx", 1},
           {"/api/x%2f..%2f..%2fy", -400},
           // What other servers read as a separator, an end, or a parameter.
           {"/api/..\\x", -400},
           {"/api/%5c..", -400},
           {"/api/a\\b", -400},
           {"/api/..;/admin", -400},
           {"/api/..;x=1/admin", -400},
           {"/api/%2e%2e;/admin", -400},
           {"/api/.;", -400},
           {"/api/a;x", 1},
           {"/api/%00", -400},
           {"/api/x%0d%0ay", -400},
           {"/x%00", 0},
           {"/x\\y", 0},
           {"/..;/y", 0},
           // Slashes are not merged.
           {"//api", 0},
           {"/api//admin", 1},
           {"/api//", 1},
           // Malformed escapes stay.
           {"/api/%", 1},
           {"/api/%2", 1},
           {"/api/%zz/%2g", 1},
           {"/%", 0},
       }) {
    CAPTURE(r.path);
    route_table::match const m = t.find({"h", r.path});
    int const got = m.end == result::found ? static_cast<int>(m.route) : -400;
    CHECK((m.end == result::found || m.end == result::unclear));
    CHECK(got == r.route);
  }
}

TEST_CASE("routes: normal forms of paths") {
  struct row {
    std::string_view path;
    std::string_view normal;
  };
  for (row const& r : std::initializer_list<row>{
           {"/", "/"},
           {"/a/./b", "/a/b"},
           {"/a/../b", "/b"},
           {"/a/..", "/"},
           {"/a/b/..", "/a/"},
           {"/.", "/"},
           {"/../a", "/a"},
           {"/a//../b", "/a/b"},
           {"/%2e%2E/a%2fb", "/a%2Fb"},
           {"/%41%7e%c3", "/A~%C3"},
           {"/%zz", "/%zz"},
           {"*", "*"},
       }) {
    CAPTURE(r.path);
    CHECK(samples::normal_path(r.path) == r.normal);
    CHECK(samples::normal_path(r.normal) == r.normal);
  }
}

TEST_CASE("routes: the forms of hosts and prefixes") {
  CHECK(samples::host_pattern("A.Test.") == "a.test");
  CHECK(samples::host_pattern("*.A.test") == "*.a.test");
  CHECK(samples::host_pattern("[::1]") == "[::1]");
  CHECK(samples::host_pattern("127.0.0.1") == "127.0.0.1");
  CHECK(samples::host_pattern("localhost") == "localhost");
  for (std::string_view const bad :
       {"", "*", "*.", "a.*", "a:80", "::1", "*.[::1]", "a..b", "a b", "a/b", "**.a", ".a", "[]"}) {
    CAPTURE(bad);
    CHECK_FALSE(samples::host_pattern(bad));
  }
  CHECK(samples::path_pattern("/") == "/");
  CHECK(samples::path_pattern("/api/") == "/api");
  CHECK(samples::path_pattern("/api//v1") == "/api//v1");
  CHECK(samples::path_pattern("/a;x") == "/a;x");
  for (std::string_view const bad : {"", "api", "*", "/a?b", "/a#b", "/a/../b", "/./a", "/..",
                                     "/%61", "/a b", "/a\\b", "/..;/a", "/\xc3\xa4"}) {
    CAPTURE(bad);
    CHECK_FALSE(samples::path_pattern(bad));
  }
  route_table t;
  t.add({{"a", "b"}, "/x"});
  t.add({{}, "/x"});
  CHECK(t.duplicate_of({{"c", "b"}, "/x"}) == 0U);
  CHECK(t.duplicate_of({{}, "/x"}) == 1U);
  CHECK_FALSE(t.duplicate_of({{"a"}, "/y"}));
  CHECK_FALSE(t.duplicate_of({{"c"}, "/x"}));
}

}  // namespace samples_config_routes
