// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "unit/web/coding/coding_cases.hpp"

#include <anode/web/brotli.hpp>

namespace unit_web_coding_brotli {

namespace web = anode::web;

TEST_CASE("web brotli: what is encoded is decoded again, in pieces of any size", "[web]") {
  coding_cases::round_trip(web::brotli());
}

TEST_CASE("web brotli: a flush makes all input so far decodable", "[web]") {
  coding_cases::flush(web::brotli());
}

TEST_CASE("web brotli: a body that is cut anywhere is an error", "[web]") {
  coding_cases::cuts(web::brotli());
}

TEST_CASE("web brotli: changed and added bytes are an error or another text", "[web]") {
  coding_cases::changes(web::brotli());
}

TEST_CASE("web brotli: bombs stop at the caps", "[web]") { coding_cases::bombs(web::brotli()); }

TEST_CASE("web brotli: bytes behind the end are malformed", "[web]") {
  web::codings const known{web::brotli()};
  std::string const body = encoded(web::brotli(), "a");
  CHECK(coding_failure([&] { decoded(known, "br", body + body); }) == coding_cases::malformed);
  CHECK(coding_failure([&] { decoded(known, "br", body + "x", 1); }) == coding_cases::malformed);
}

TEST_CASE("web brotli: levels are limited", "[web]") {
  web::codings const known{web::brotli()};
  for (int const level : {-5, 0, 11, 99}) {
    CHECK(decoded(known, "br", encoded(web::brotli(level), "abcabcabc")) == "abcabcabc");
  }
}

}  // namespace unit_web_coding_brotli
