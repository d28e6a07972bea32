// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/target_parts.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

namespace {

// Returns "path|query".
std::string split(std::string_view target) {
  auto const parts = anode::message::split_target(target);
  return std::string(parts.path) + "|" + std::string(parts.query);
}

}  // namespace

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
