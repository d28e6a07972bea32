// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "web/vocabulary/quality.hpp"

#include <anode/web/media_type.hpp>

namespace unit_web_vocabulary_media_type {

namespace web = anode::web;

namespace {

using offers = std::vector<std::string_view>;

std::string type(std::string_view accept, offers const& from) {
  return std::string(web::accept_type(accept, from).value_or("none"));
}

std::string coding(std::string_view accept, offers const& from = {"zstd", "br", "gzip"}) {
  return std::string(web::accept_encoding(accept, from).value_or("none"));
}

std::string language(std::string_view accept, offers const& from) {
  return std::string(web::accept_language(accept, from).value_or("none"));
}

}  // namespace

TEST_CASE("A media type has an essence and parameters", "[web][media_type]") {
  auto const t = web::media_type::parse(" Text/HTML ; Charset=\"utf-8\"; charset=x; a=B ");
  REQUIRE(t);
  CHECK(t->essence() == "text/html");
  CHECK(t->type() == "text");
  CHECK(t->subtype() == "html");
  CHECK(t->parameter("CHARSET") == "utf-8");
  CHECK(t->parameter("a") == "B");
  CHECK_FALSE(t->parameter("b"));
  for (std::string_view const text :
       {"", "text", "/html", "text/", "te xt/html", "text/html/x", "text/html,a/b"}) {
    CAPTURE(text);
    CHECK_FALSE(web::media_type::parse(text));
  }
}

TEST_CASE("JSON has a media type of its own or a suffix", "[web][media_type]") {
  CHECK(web::media_type::parse("application/json; charset=utf-8")->is_json());
  CHECK(web::media_type::parse("application/Problem+JSON")->is_json());
  CHECK_FALSE(web::media_type::parse("text/json-seq")->is_json());
  CHECK_FALSE(web::media_type::parse("application/jsonx")->is_json());
}

TEST_CASE("A Content-Type is compared without case and parameters", "[web][media_type]") {
  CHECK(web::is_media_type("Application/JSON; charset=x", "application/json"));
  CHECK(web::is_media_type(" text/plain ", "text/plain"));
  CHECK_FALSE(web::is_media_type("application/jsonp", "application/json"));
  CHECK_FALSE(web::is_media_type("", "text/plain"));
}

TEST_CASE("A quality has at most three digits and is at most 1", "[web][media_type]") {
  CHECK(web::parse_quality("1") == 1000);
  CHECK(web::parse_quality("1.000") == 1000);
  CHECK(web::parse_quality("0") == 0);
  CHECK(web::parse_quality("0.") == 0);
  CHECK(web::parse_quality("0.5") == 500);
  CHECK(web::parse_quality("0.001") == 1);
  for (std::string_view const text :
       {"", "2", "1.001", "0.0001", "-1", "x", ".5", "0,5", "1e0", "0.x"}) {
    CAPTURE(text);
    CHECK(web::parse_quality(text) > 1000);
  }
}

TEST_CASE("The most specific range decides the quality of a media type", "[web][media_type]") {
  offers const both{"text/html", "application/json"};
  CHECK(type("", both) == "text/html");
  CHECK(type("*/*", both) == "text/html");
  CHECK(type("*", both) == "text/html");
  CHECK(type("application/json", both) == "application/json");
  CHECK(type("application/json, text/html", both) == "text/html");
  CHECK(type("application/json, text/html;q=0.9", both) == "application/json");
  CHECK(type("text/*;q=0.5, */*;q=0.1", both) == "text/html");
  CHECK(type("text/*;q=0.1, */*;q=0.5", both) == "application/json");
  CHECK(type("*/*, text/html;q=0", both) == "application/json");
  CHECK(type("text/html;q=0, application/json;q=0", both) == "none");
  CHECK(type("image/png", both) == "none");
  CHECK(type("TEXT/HTML", both) == "text/html");
  CHECK(type("text/html;level=1;q=0.1, text/html", both) == "text/html");
  CHECK(type("text/html;level=1, text/html;q=0.1, application/json;q=0.5", both) ==
        "application/json");
  CHECK(type("text/html;q=x, application/json;q=0.1", both) == "application/json");
  CHECK(type("text/html;a=\"b,c\";q=0.1, application/json;q=0.2", both) == "application/json");
  CHECK(type(",,", both) == "none");
  CHECK(type("*/*", {}) == "none");
  CHECK(type("te/*", both) == "none");
}

TEST_CASE("A coding is chosen by quality, and identity if none is wanted", "[web][media_type]") {
  CHECK(coding("") == "identity");
  CHECK(coding("gzip, deflate, br, zstd") == "zstd");
  CHECK(coding("gzip, deflate") == "gzip");
  CHECK(coding("GZIP") == "gzip");
  CHECK(coding("gzip;q=0.5, br;q=0.4") == "gzip");
  CHECK(coding("deflate") == "identity");
  CHECK(coding("*") == "zstd");
  CHECK(coding("*, zstd;q=0, br;q=0") == "gzip");
  CHECK(coding("gzip;q=0.5, identity") == "identity");
  CHECK(coding("gzip;q=0.5, identity;q=0.5") == "gzip");
  CHECK(coding("gzip;q=0") == "identity");
  CHECK(coding("identity;q=0") == "none");
  CHECK(coding("*;q=0") == "none");
  CHECK(coding("*;q=0, gzip") == "gzip");
  CHECK(coding("identity;q=0, gzip;q=0.001") == "gzip");
  CHECK(coding("gzip", {}) == "identity");
}

TEST_CASE("A language matches its own ranges and more special ones", "[web][media_type]") {
  offers const both{"en", "de"};
  CHECK(language("", both) == "en");
  CHECK(language("de", both) == "de");
  CHECK(language("de-CH, en;q=0.5", both) == "de");
  CHECK(language("DE-ch", both) == "de");
  CHECK(language("deu", both) == "none");
  CHECK(language("fr, *;q=0.1", both) == "en");
  CHECK(language("en;q=0, *", both) == "de");
  CHECK(language("de-CH;q=0.2, de;q=0.9, en;q=0.5", both) == "de");
  CHECK(language("de", {"de-CH"}) == "none");
}

}  // namespace unit_web_vocabulary_media_type
