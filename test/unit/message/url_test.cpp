// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/url.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

namespace unit_message_url {

using anode::message::parse_authority;
using anode::message::parse_url;
using anode::message::url_parts;

TEST_CASE("url: the parts of a request") {
  struct row {
    std::string_view url;
    std::string_view protocol, host;
    int port;
    std::string_view path, auth;
  };
  row const rows[] = {
      {"http://example.org", "http:", "example.org", 0, "/", ""},
      {"http://example.org:8080/a/b?c=d#e", "http:", "example.org", 8080, "/a/b?c=d", ""},
      {"HTTP://Example.org/", "http:", "example.org", 0, "/", ""},
      {"http://[::1]:81/x", "http:", "::1", 81, "/x", ""},
      {"http://u:p@h/", "http:", "h", 0, "/", "u:p"},
      {"http://us%40er:p%3Aw@h/", "http:", "h", 0, "/", "us@er:p:w"},
      {"http://u@h/", "http:", "h", 0, "/", "u:"},
      {"http://h/with space?q=\"x\"", "http:", "h", 0, "/with%20space?q=%22x%22", ""},
      {"  http://h/\n", "http:", "h", 0, "/", ""},
      {"https://h/", "https:", "h", 0, "/", ""},
      {"http://h?x", "http:", "h", 0, "/?x", ""},
  };
  for (row const& r : rows) {
    CAPTURE(r.url);
    url_parts p;
    REQUIRE(parse_url(r.url, p));
    CHECK(p.protocol == r.protocol);
    CHECK(p.host == r.host);
    CHECK(p.port == r.port);
    CHECK(p.path == r.path);
    CHECK(p.auth == r.auth);
  }
}

// A leading blank prevents the fast path.
TEST_CASE("url: the fast path finds the same parts as the complete parser") {
  std::string_view const hosts[] = {
      "h",   "a-b.example.org", "127.0.0.1", "1.2.3", "256.1.1.1", "H",       "h.", "-",   "..", "",
      "u@h", "u:1@h",           "[::1]",     "a_b",   "a%20b",     "%41.org", "h^", "h\\x"};
  std::string_view const ports[] = {"", ":", ":0", ":080", ":8080", ":65535", ":65536", ":8x"};
  std::string_view const paths[] = {"",        "/",        "/a/b",  "/a/./b",   "/a/../b", "/.",
                                    "/%2e/b",  "/%2E%2e/", "/.a",   "/a.",      "/a/%20",  "/a%2e",
                                    "//",      "//a//",    "/a\\b", "/a'b",     "/a|b",    "/a b",
                                    "/a{b}`c", "/~$&*+,;", "/a#b",  "/\xc3\xa9"};
  std::string_view const queries[] = {"",    "?",    "?a=b&c", "?a?b/..", "?'x",
                                      "?\\", "?a b", "?%41",   "?|^[]",   "?x#y"};
  for (auto const host : hosts) {
    for (auto const port : ports) {
      for (auto const path : paths) {
        for (auto const query : queries) {
          std::string url = "http://";
          url.append(host).append(port).append(path).append(query);
          url_parts plain;
          url_parts full;
          bool const is = parse_url(url, plain);
          bool const same = is == parse_url(" " + url, full) &&
                            (!is || (plain.protocol == full.protocol && plain.host == full.host &&
                                     plain.port == full.port && plain.path == full.path &&
                                     plain.auth == full.auth));
          if (!same) {
            FAIL(url);
          }
        }
      }
    }
  }
  SUCCEED();
}

TEST_CASE("url: line breaks and control bytes never pass") {
  url_parts p;
  REQUIRE(parse_url("http://h/a\r\nX: y", p));
  CHECK(p.path == "/aX:%20y");
}

TEST_CASE("url: other schemes are reported as the protocol") {
  url_parts p;
  REQUIRE(parse_url("mailto:a", p));
  CHECK(p.protocol == "mailto:");
}

TEST_CASE("url: rejects text that is not a URL") {
  for (std::string_view const text : {"", "nonsense", "/path", "http://", "//h/x",
                                      "http://h:99999/", "http://h:x/", "http://[::1/"}) {
    CAPTURE(text);
    url_parts p;
    CHECK_FALSE(parse_url(text, p));
  }
}

// Observed with Node 23.5 and 26.12. The latter also shortens addresses.
TEST_CASE("url: brackets enclose an IPv6 address without a zone") {
  for (std::string_view const address :
       {"::1", "::", "fe80::1", "1:2:3:4:5:6:7:8", "1::8", "::ffff:1.2.3.4", "::1.2.3.4",
        "0:0:0:0:0:0:0:1", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"}) {
    for (std::string_view const port : {"", ":", ":81"}) {
      CAPTURE(address, port);
      url_parts p;
      std::string url = "http://[";
      url.append(address).append("]").append(port).append("/x");
      REQUIRE(parse_url(url, p));
      CHECK(p.host == address);
      CHECK(p.port == (port == ":81" ? 81 : 0));
      CHECK(p.path == "/x");
    }
  }
  url_parts p;
  REQUIRE(parse_url("http://u:p@[FE80::A]:8080/", p));
  CHECK(p.host == "fe80::a");
  CHECK(p.auth == "u:p");
  for (std::string_view const text : {"[fe80::1%25eth0]",
                                      "[fe80::1%eth0]",
                                      "[::1%5D]",
                                      "[v1.x]",
                                      "[]",
                                      "[::1",
                                      "::1",
                                      "[::1]x",
                                      "[::1]81",
                                      "x[::1]",
                                      "[1::2::3]",
                                      "[:1]",
                                      "[1:]",
                                      "[:::]",
                                      "[1:2:3:4:5:6:7]",
                                      "[1:2:3:4:5:6:7:8:9]",
                                      "[1:2:3:4:5:6:7:1.2.3.4]",
                                      "[::12345]",
                                      "[::g]",
                                      "[1.2.3.4]",
                                      "[::1.2.3]",
                                      "[::256.1.1.1]",
                                      "[::01.2.3.4]",
                                      "[::1.2.3.4:5]",
                                      "[::1]:65536",
                                      "[[::1]]",
                                      "[::1]]",
                                      "[ ::1]"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url("http://" + std::string(text) + "/", p));
  }
}

TEST_CASE("url: a host name is decoded and contains no byte that ends a host") {
  url_parts p;
  REQUIRE(parse_url("http://a%41-b_c.%64~!$&'()*+,;=/", p));
  CHECK(p.host == "aa-b_c.d~!$&'()*+,;=");
  for (std::string_view const text :
       {"a%2fb",    "a%00b",   "a%7fb", "a%20b", "a%25b", "a%3ab",    "a%40b", "a%5b",
        "a%c3%a4b", "a%",      "a%4",   "a%zz",  "a%+1",  "a%-1",     "a%0x",  "a\"b",
        "a`b",      "a{b}",    "a<b>",  "a|b",   "a^b",   "\xc3\xa4", ":80",   "u@",
        "@",        "a:80:80", "a:+80", "a:-1",  "a: 80", "a:0x50"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url("http://" + std::string(text) + "/", p));
  }
}

TEST_CASE("url: user and password are decoded and must be UTF-8") {
  struct row {
    std::string_view userinfo, auth;
  };
  for (row const& r : {row{"u:p", "u:p"}, row{"u", "u:"}, row{":p", ":p"}, row{":", ""},
                       row{"", ""}, row{"u:p:q", "u:p:q"}, row{"u%3Ap:%40", "u:p:@"},
                       row{"u@v", "u@v:"}, row{"u\"<`>:[|]^", "u\"<`>:[|]^"},
                       row{"\xc3\xa4:%C3%A4", "\xc3\xa4:\xc3\xa4"}, row{"%00:x", {"\0:x", 3}}}) {
    CAPTURE(r.userinfo);
    url_parts p;
    REQUIRE(parse_url("http://" + std::string(r.userinfo) + "@h/", p));
    CHECK(p.host == "h");
    CHECK(p.auth == r.auth);
  }
  url_parts p;
  for (std::string_view const text : {"%", "u:%", "%4", "%zz", "%c3", "u:%ff"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url("http://" + std::string(text) + "@h/", p));
  }
}

TEST_CASE("url: an authority consists of host and port") {
  std::string host;
  std::uint16_t port = 0;
  REQUIRE(parse_authority("example.org:443", host, port));
  CHECK(host == "example.org");
  CHECK(port == 443);
  REQUIRE(parse_authority("[::1]:80", host, port));
  CHECK(host == "::1");
  for (std::string_view const text : {"", "h", "h:", ":80", "h:0", "h:65536", "h:8x", "::1:80",
                                      "[]:80", "[::1:80", "u@h:80", "h/x:80", "h h:80"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_authority(text, host, port));
  }
}

namespace {

// Returns "path|query".
std::string split(std::string_view target) {
  auto const parts = anode::message::split_target(target);
  return std::string(parts.path) + "|" + std::string(parts.query);
}

}  // namespace

TEST_CASE("target parts: the authority of an absolute URL") {
  using anode::message::split_target;
  CHECK(split_target("http://u@a:1/b?c").authority == "u@a:1");
  CHECK(split_target("http://a?b").authority == "a");
  CHECK(split_target("http:///b").authority == "");
  CHECK_FALSE(split_target("/b?c=http://a/").authority);
  CHECK_FALSE(split_target("*").authority);
}

TEST_CASE("target parts: path and query are separated at the first question mark, undecoded") {
  CHECK(split("/") == "/|");
  CHECK(split("/a/b") == "/a/b|");
  CHECK(split("/a%2fb?c=%20&d=?&e=/") == "/a%2fb|c=%20&d=?&e=/");
  CHECK(split("/?") == "/|");
  CHECK(split("/?a") == "/|a");
  CHECK(split("//evil.test/a?b") == "//evil.test/a|b");
  CHECK(split("/http://evil.test/a") == "/http://evil.test/a|");
  CHECK(split("*") == "*|");
  CHECK(split("") == "|");
}

TEST_CASE("target parts: an absolute URL has a path, which is never empty") {
  CHECK(split("http://a.test/b/c?d=e") == "/b/c|d=e");
  CHECK(split("http://a.test:8080") == "/|");
  CHECK(split("http://a.test?x=/y") == "/|x=/y");
  CHECK(split("http://u:p@[::1]:8/") == "/|");
  CHECK(split("ftp://a/b") == "/b|");
}

TEST_CASE("target parts: a fragment belongs to neither part") {
  CHECK(split("/a#b?c") == "/a|");
  CHECK(split("/a?b#c") == "/a|b");
  CHECK(split("http://a#b/c") == "/|");
}

TEST_CASE("target parts: what is no absolute URL is a path") {
  CHECK(split("a.test:80") == "a.test:80|");
  CHECK(split("http:/a?b") == "http:/a|b");
  CHECK(split("a/b://c?d") == "a/b://c|d");
}

}  // namespace unit_message_url
