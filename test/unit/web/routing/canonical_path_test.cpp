// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/canonical_path.hpp"

#include "support/catch.hpp"

#include <set>
#include <vector>

namespace unit_web_routing_canonical_path {

namespace web = anode::web;

namespace {

std::string canonical(std::string_view raw) {
  std::string out;
  return web::canonical_path(raw, out) ? out : "refused";
}

/// Each way to write one path with `..`: its letters, separators, depth and what stands around it.
std::set<std::string> traversals() {
  std::set<std::string> out;
  for (std::string_view const dot : {".", "%2e", "%2E"}) {
    for (std::string_view const other : {".", "%2e", "%2E"}) {
      for (std::string_view const mark : {"/", "%2f", "%2F", "\\", "%5c", "%5C"}) {
        for (std::string_view const before : {"/", "/a/", "/a.b/c", "//", "/%2f", "/files/"}) {
          for (std::string_view const behind : {"", "etc/passwd", "x"}) {
            std::string const up = std::string(dot) + std::string(other) + std::string(mark);
            std::string const start(before);
            // A name directly before the dots would be part of the segment.
            std::string const separator =
                start.ends_with('/') || start.ends_with("2f") ? "" : std::string(mark);
            out.insert(start + separator + up + std::string(behind));
            out.insert(start + separator + up + up + std::string(behind));
          }
        }
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("A path without escapes is its own canonical form", "[web][routing]") {
  for (std::string_view const path : {"/", "/a", "/a/b/", "//", "/a.b/.c/d..", "/a+b/~x/:y/@z",
                                      "/...", "/\xC3\xA9", "/a;b=c/d,e", "/....", "/a/..b/c"}) {
    CAPTURE(path);
    CHECK(canonical(path) == path);
  }
}

TEST_CASE("A plain part of a path is its own canonical form, and so is a canonical path",
          "[web][routing]") {
  constexpr std::string_view bytes("a./%25F?\\\x1F\x7F\xC3", 12);
  std::size_t plain = 0;
  for (std::size_t n = 0; n < 12 * 12 * 12 * 12 * 12; ++n) {
    std::string target = "/";
    for (std::size_t left = n; left != 0; left /= bytes.size()) {
      target += bytes[left % bytes.size()];
    }
    std::string const path = target.substr(0, target.find('?'));
    std::string const form = canonical(path);
    std::size_t const end = web::plain_path_end(target, 1);
    bool const is_plain = end != web::not_plain;
    if (is_plain) {
      REQUIRE(end == path.size());
      REQUIRE(web::plain_segment_end(target, 1) == std::min(path.find('/', 1), path.size()));
    }
    plain += is_plain ? 1 : 0;
    bool const wrong = (is_plain && form != path) || (form != "refused" && canonical(form) != form);
    if (wrong) {
      CAPTURE(path);
      CHECK(form == path);
    }
  }
  CHECK(plain > 1000);
}

TEST_CASE("Segments are decoded once, and keep their slashes apart", "[web][routing]") {
  CHECK(canonical("/%61%2Fb/c") == "/a%2Fb/c");
  CHECK(canonical("/%61%2fb") == "/a%2Fb");
  CHECK(canonical("/%252e%252e/x") == "/%252e%252e/x");
  CHECK(canonical("/%25") == "/%25");
  CHECK(canonical("/a%5Cb") == "/a\\b");
  CHECK(canonical("/%e4%ff") == "/\xE4\xFF");
  CHECK(canonical("/%7e.%2e%2E") == "/~...");
  std::string out;
  web::append_decoded(out, "/a%2Fb/%25%25c");
  CHECK(out == "/a/b/%%c");
}

TEST_CASE("Malformed paths are refused", "[web][routing]") {
  for (std::string_view const path : {"",
                                      "a",
                                      "*",
                                      "../x",
                                      "%2f",
                                      "/%",
                                      "/%1",
                                      "/%zz",
                                      "/a%2",
                                      "/%00",
                                      "/a.txt%00.html",
                                      "/%0a",
                                      "/%7f",
                                      "/a\nb",
                                      "/a\x7F",
                                      "/.",
                                      "/..",
                                      "/./",
                                      "/../",
                                      "/a/.",
                                      "/a/..",
                                      "/a/./b"}) {
    CAPTURE(path);
    CHECK(canonical(path) == "refused");
  }
  CHECK(canonical(std::string_view("/a\0b", 4)) == "refused");
  for (std::size_t at = 0; at < 20; ++at) {
    std::string path = "/" + std::string(20, 'x');
    path[at + 1] = '\x1F';
    CHECK(canonical(path) == "refused");
    path.replace(at + 1, 1, "/../");
    CHECK(canonical(path) == "refused");
  }
}

TEST_CASE("Every spelling of a parent folder is refused", "[web][routing]") {
  std::set<std::string> const all = traversals();
  CHECK(all.size() >= 1000);
  for (std::string const& path : all) {
    if (canonical(path) != "refused") {
      CAPTURE(path);
      CHECK(canonical(path) == "refused");
    }
  }
  for (std::string_view const path : {"/..\\..\\x", "/a%5c..%5cx", "/%2e", "/%2E%2e", "/a/%2e%2e",
                                      "/x%2f..", "/x%2f.%2fy", "/.\\", "/\\..", "/..%5c"}) {
    CAPTURE(path);
    CHECK(canonical(path) == "refused");
  }
}

}  // namespace unit_web_routing_canonical_path
