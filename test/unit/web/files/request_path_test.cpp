// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/request_path.hpp"

#include "support/catch.hpp"

namespace unit_web_files_request_path {

namespace web = anode::web;
using verdict = web::request_path::verdict;

TEST_CASE("web request path: segments are decoded once, after the split", "[web]") {
  struct row {
    std::string_view encoded;
    std::string_view path;
    bool is_directory = false;
  };
  for (row const& r : {
           row{"", "", true},
           row{"a", "a"},
           row{"a/b.txt", "a/b.txt"},
           row{"a/b/", "a/b", true},
           row{"a%20b", "a b"},
           row{"%61", "a"},
           row{"%c3%a4", "\xc3\xa4"},
           row{"%252e%252e", "%2e%2e"},
           row{"%252f", "%2f"},
           row{"a..b/..c/d..", "a..b/..c/d.."},
           row{"...", "..."},
           row{"a+b", "a+b"},
           row{"~a", "~a"},
       }) {
    INFO(r.encoded);
    auto const decoded = web::decode_request_path(r.encoded, web::dotfiles::serve);
    CHECK(decoded.result == verdict::good);
    CHECK(decoded.path == r.path);
    CHECK(decoded.is_directory_url == r.is_directory);
    CHECK(web::is_safe_path(decoded.path));
  }
}

TEST_CASE("web request path: malformed paths", "[web]") {
  for (std::string_view const encoded :
       {"/",       "/a",        "a//b",   "a//",    ".",      "..",
        "../a",    "a/..",      "a/../b", "./a",    "a/.",    "a/./b",
        "%2e",     "%2E%2e",    ".%2e",   "%2e./a", "a%2fb",  "a%2Fb",
        "%2f",     "a\\b",      "a%5cb",  "..\\a",  "..%5ca", "%",
        "%2",      "%zz",       "a%",     "a%00",   "%00",    "a.txt%00.html",
        "a%0ab",   "%0d",       "%7f",    "a\x01",  "..%2f",  "%2e%2e%2f",
        "%2e%2e/", "..;/%2e%2e"}) {
    INFO(encoded);
    CHECK(web::decode_request_path(encoded, web::dotfiles::serve).result == verdict::malformed);
  }
  CHECK(web::decode_request_path(std::string_view("a\0b", 3), web::dotfiles::serve).result ==
        verdict::malformed);
}

TEST_CASE("web request path: names that begin with a dot", "[web]") {
  auto const result = [](std::string_view encoded, web::dotfiles dots) {
    return web::decode_request_path(encoded, dots).result;
  };
  for (std::string_view const encoded :
       {".git/config", "a/.env", "%2egit", ".htaccess", "a/b/.c/d", "...", ".well-known.old/a"}) {
    INFO(encoded);
    CHECK(result(encoded, web::dotfiles::refuse) == verdict::hidden);
    CHECK(result(encoded, web::dotfiles::well_known) == verdict::hidden);
    CHECK(result(encoded, web::dotfiles::serve) == verdict::good);
  }
  CHECK(result(".well-known/a", web::dotfiles::refuse) == verdict::hidden);
  CHECK(result(".well-known/a", web::dotfiles::well_known) == verdict::good);
  CHECK(result(".well-known/.a", web::dotfiles::well_known) == verdict::hidden);
  CHECK(result("a/.well-known/a", web::dotfiles::well_known) == verdict::hidden);
  // Malformed counts more than hidden.
  CHECK(result(".git/../a", web::dotfiles::refuse) == verdict::malformed);
}

TEST_CASE("web request path: safe paths", "[web]") {
  for (std::string_view const path : {"", "a", "a/b", ".a", "a b", "%2e%2e", "..."}) {
    CHECK(web::is_safe_path(path));
  }
  for (std::string_view const path :
       {"/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a\\b", "a\n", "a/./b"}) {
    INFO(path);
    CHECK_FALSE(web::is_safe_path(path));
  }
}

}  // namespace unit_web_files_request_path
