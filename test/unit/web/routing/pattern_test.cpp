// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/pattern.hpp"

#include "support/catch.hpp"

#include <anode/error.hpp>

namespace unit_web_routing_pattern {

namespace web = anode::web;

namespace {

/// Returns the segments: a literal as it is, `<name>` and `<name...>`.
std::string shape(web::pattern const& p) {
  std::string out;
  for (web::pattern_segment const& s : p.segments) {
    out += s.what == web::pattern_segment::kind::literal     ? "|" + s.text
           : s.what == web::pattern_segment::kind::parameter ? "|<" + s.text + ">"
                                                             : "|<" + s.text + "...>";
  }
  return out;
}

std::string failure(std::string_view text) {
  try {
    return shape(web::parse_pattern(text));
  } catch (anode::http::exception const& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("A pattern has literals, parameters and a rest", "[web][routing]") {
  CHECK(shape(web::parse_pattern("/")) == "|");
  CHECK(shape(web::parse_pattern("/a")) == "|a");
  CHECK(shape(web::parse_pattern("/a/")) == "|a|");
  CHECK(shape(web::parse_pattern("//")) == "||");
  CHECK(shape(web::parse_pattern("/{w1}/lit/{w_2}/{rest...}")) == "|<w1>|lit|<w_2>|<rest...>");
  CHECK(shape(web::parse_pattern("/a%20b/%2F/%25/%7B")) == "|a b|%2F|%25|{");
  CHECK(web::parse_pattern("/{a}/b/{c...}").names() == std::vector<std::string>{"a", "c"});
}

TEST_CASE("Patterns that no request or no reader understands are refused", "[web][routing]") {
  for (std::string_view const text : {"",      "a",        "{a}/b",     " /",
                                      "/{w}x", "/x{w}",    "/{wx",      "/wx}",
                                      "/{a$}", "/{}",      "/{...}",    "/{$}",
                                      "/{1}",  "/{a...}/", "/{a...}/x", "/a/{x}/b/{x...}",
                                      "/a?b",  "/a#b",     "/.",        "/a/../b",
                                      "/%2e",  "/a%",      "/%zz",      "/%00",
                                      "/a\nb", "/a\\..",   "/{a}{b}",   "/{a.}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(web::parse_pattern(text), anode::http::exception);
  }
  CHECK(failure("/a/{x}y") == "Invalid pattern \"/a/{x}y\": a parameter must be a whole segment");
  std::string many;
  for (int i = 0; i < 17; ++i) {
    many += "/{p" + std::to_string(i) + "}";
  }
  CHECK_THROWS_AS(web::parse_pattern(many), anode::http::exception);
  CHECK_NOTHROW(web::parse_pattern(many.substr(0, many.rfind('/'))));
  CHECK_THROWS_AS(web::parse_pattern(std::string(65, '/')), anode::http::exception);
  CHECK_NOTHROW(web::parse_pattern(std::string(64, '/')));
}

TEST_CASE("The route / of a mounted router is the prefix itself", "[web][routing]") {
  CHECK(shape(web::join_patterns("", "/a")) == "|a");
  CHECK(shape(web::join_patterns("/", "/a")) == "|a");
  CHECK(shape(web::join_patterns("/p", "/a")) == "|p|a");
  CHECK(shape(web::join_patterns("/p/{x}", "/{y}")) == "|p|<x>|<y>");
  CHECK(shape(web::join_patterns("/p", "/")) == "|p");
  CHECK(shape(web::join_patterns("/", "/")) == "|");
  for (std::string_view const prefix : {"p", "/p/", "/{x...}"}) {
    CHECK_THROWS_AS(web::join_patterns(prefix, "/a"), anode::http::exception);
  }
  CHECK_THROWS_AS(web::join_patterns("/p", "a"), anode::http::exception);
  CHECK_THROWS_AS(web::join_patterns("/{x}", "/{x}"), anode::http::exception);
}

}  // namespace unit_web_routing_pattern
