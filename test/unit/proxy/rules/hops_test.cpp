// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/hops.hpp"

#include "support/catch.hpp"

#include <anode/field_lines.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace unit_proxy_rules_hops {

namespace http = anode::http;
using namespace anode::proxy;
using namespace anode::proxy::rules;

namespace {

http::field_lines one(std::string_view name, std::string_view value) {
  http::field_lines fields;
  fields.append(name, value);
  return fields;
}

}  // namespace

TEST_CASE("hops: a loop has the pseudonym and the tag") {
  for (std::string_view const via :
       {"1.1 me (7f)", "1.0 a, 1.1 me (7f)", "1.1 me (7f), 1.1 b (x)", "HTTP/1.1 ME (7f)",
        "1.1 a (x, y), 1.1\tme\t(7f)", "1.1 a (\\)), 1.1 me (7f)"}) {
    CAPTURE(via);
    CHECK(is_loop(one("Via", via), "me", "7f"));
  }
  for (std::string_view const via :
       {"1.1 me", "1.1 me (8a)", "1.1 other (7f)", "1.1 me (7f", "1.1 a (1.1 me (7f))",
        "1.1 a (x, 1.1 me (7f), y)", "", ",,", "me (7f)", "1.1 me (7f) (x)"}) {
    CAPTURE(via);
    CHECK_FALSE(is_loop(one("Via", via), "me", "7f"));
  }
  CHECK(is_loop(one("via", "1.1 me"), "me", ""));
  CHECK_FALSE(is_loop(one("via", "1.1 me (7f)"), "me", ""));
  CHECK_FALSE(is_loop(one("X-Via", "1.1 me (7f)"), "me", "7f"));
  CHECK(via_value(1, "me", "7f") == "1.1 me (7f)");
  CHECK(via_value(0, "me", "") == "1.0 me");
  CHECK(is_loop(one("Via", via_value(1, "me", "7f")), "me", "7f"));
}

TEST_CASE("hops: Via is read in linear time") {
  std::string const open(100'000, '(');
  CHECK_FALSE(is_loop(one("Via", open), "me", "7f"));
  std::string commas(100'000, ',');
  CHECK_FALSE(is_loop(one("Via", commas), "me", "7f"));
}

TEST_CASE("hops: at most 32 names in Connection") {
  http::field_lines fields;
  std::string names = "a";
  for (int i = 1; i < 16; ++i) {
    names += ",a";
  }
  fields.append("Connection", names);
  fields.append("connection", names);
  CHECK(has_few_connection_names(fields));
  fields.append("Connection", "b");
  CHECK_FALSE(has_few_connection_names(fields));
  CHECK(has_few_connection_names({}));
}

TEST_CASE("hops: Max-Forwards counts for OPTIONS and TRACE only") {
  unsigned left = 9;
  CHECK(read_max_forwards("OPTIONS", one("Max-Forwards", "0"), left) == hop_limit::options);
  CHECK(read_max_forwards("TRACE", one("max-forwards", "0"), left) == hop_limit::trace);
  CHECK(left == 9);
  CHECK(read_max_forwards("TRACE", one("Max-Forwards", "7"), left) == hop_limit::pass);
  CHECK(left == 6);
  for (std::string_view const bad : {"", "x", "-1", "1x", "1, 2", "99999999999999999999"}) {
    CAPTURE(bad);
    CHECK(read_max_forwards("OPTIONS", one("Max-Forwards", bad), left) == hop_limit::none);
  }
  CHECK(read_max_forwards("GET", one("Max-Forwards", "0"), left) == hop_limit::none);
  CHECK(read_max_forwards("OPTIONS", {}, left) == hop_limit::none);
}

}  // namespace unit_proxy_rules_hops
