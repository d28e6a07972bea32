// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/target_rewrite.hpp"

#include "support/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace unit_proxy_rules_target_rewrite {

using namespace anode::proxy;
using namespace anode::proxy::rules;

TEST_CASE("target rewrite: a target is split without a change of its bytes") {
  struct row {
    std::string_view method;
    std::string_view target;
    std::string_view authority;
    std::string_view path;
  };
  for (row const& r : std::initializer_list<row>{
           {"GET", "http://h/a/../b/./c", "h", "/a/../b/./c"},
           {"GET", "http://h/{x}'|%7e%2F?q='\"#f", "h", "/{x}'|%7e%2F?q='\""},
           {"GET", "http://u:p@h:81/", "h:81", "/"},
           {"GET", "http://h", "h", "/"},
           {"GET", "http://h?q", "h", "/?q"},
           {"OPTIONS", "http://h", "h", "*"},
           {"OPTIONS", "http://h/", "h", "/"},
           {"OPTIONS", "*", "", "*"},
           {"GET", "/a//b", "", "/a//b"},
           {"GET", "/a%2Fb", "", "/a%2Fb"},
           {"GET", "//a///b", "", "//a///b"},
           {"GET", "/%23x", "", "/%23x"},
           {"GET", "/?u=http://x/", "", "/?u=http://x/"},
           {"GET", "http://[::1]:80/x", "[::1]:80", "/x"},
       }) {
    CAPTURE(r.target);
    std::string changed;
    target_parts const parts = split_request_target(r.method, r.target, changed);
    CHECK(parts.authority == r.authority);
    CHECK(parts.path == r.path);
    CHECK(parts.scheme == (r.target.starts_with("http") ? "http" : ""));
  }
}

TEST_CASE("target rewrite: no path leaves a prefix") {
  std::string out;
  for (std::string_view const path :
       {"/../admin", "/a/../../admin", "/%2e%2e/admin", "/.%2E/admin", "/..;/admin",
        "/..;x=1/admin", "/a/..", "/./a", "/a/%2e", "/..%2fadmin", "/..%5cadmin", "/..\\admin",
        "/a%00", "/a%0d%0a", "/a/..?x"}) {
    CAPTURE(path);
    CHECK(may_leave_prefix(path));
    CHECK_FALSE(rewrite_path(path, "/base", "", out));
    CHECK(rewrite_path(path, "", "", out));
    CHECK(out == path);
  }
  for (std::string_view const path :
       {"/a/...", "/..a/b", "/a..", "/a//b", "/%2f", "/a?x=/../", "/;a", "/%zz", "/%2"}) {
    CAPTURE(path);
    CHECK_FALSE(may_leave_prefix(path));
    CHECK(rewrite_path(path, "/base", "", out));
    CHECK(out == "/base" + std::string(path));
  }
}

TEST_CASE("target rewrite: a prefix is removed where a segment ends") {
  struct row {
    std::string_view path;
    std::string_view prefix;
    std::string_view result;
  };
  for (row const& r : std::initializer_list<row>{
           {"/api/x?q", "", "/x?q"},
           {"/api", "", "/"},
           {"/api?q", "/base", "/base/?q"},
           {"/api/", "/base", "/base/"},
           {"*", "", "*"},
       }) {
    CAPTURE(r.path);
    std::string out;
    CHECK(rewrite_path(r.path, r.prefix, "/api", out));
    CHECK(out == r.result);
  }
  std::string out;
  CHECK_FALSE(rewrite_path("/apix", "", "/api", out));
  CHECK_FALSE(rewrite_path("/ap", "", "/api", out));
  CHECK_FALSE(rewrite_path("/x/api", "", "/api", out));
  CHECK_FALSE(rewrite_path("/api/../x", "", "/api", out));
}

}  // namespace unit_proxy_rules_target_rewrite
