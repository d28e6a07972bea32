// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "web/vocabulary/utf8.hpp"

#include <anode/web/query.hpp>

namespace unit_web_vocabulary_percent {

namespace web = anode::web;
using web::percent_set;

namespace {

std::string const every_printable = [] {
  std::string text;
  for (char c = 0x20; c < 0x7F; ++c) {
    text += c;
  }
  return text;
}();

/// Returns the printable characters that the set encodes.
std::string encoded_by(percent_set set) {
  std::string out;
  for (char const c : every_printable) {
    if (web::percent_encode(std::string_view(&c, 1), set) != std::string_view(&c, 1)) {
      out += c;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("Each percent-encode set has the characters of the URL standard", "[web][percent]") {
  CHECK(encoded_by(percent_set::fragment) == " \"<>`");
  CHECK(encoded_by(percent_set::query) == " \"#<>");
  CHECK(encoded_by(percent_set::special_query) == " \"#'<>");
  CHECK(encoded_by(percent_set::path) == " \"#<>?^`{}");
  CHECK(encoded_by(percent_set::userinfo) == " \"#/:;<=>?@[\\]^`{|}");
  CHECK(encoded_by(percent_set::component) == " \"#$%&+,/:;<=>?@[\\]^`{|}");
  CHECK(encoded_by(percent_set::form) == " !\"#$%&'()+,/:;<=>?@[\\]^`{|}~");
}

TEST_CASE("Control bytes and bytes above ASCII are encoded by every set", "[web][percent]") {
  for (unsigned set = 0; set <= static_cast<unsigned>(percent_set::form); ++set) {
    CHECK(web::percent_encode(std::string_view("\0\n\x1F\x7F\xC3\xA9", 6),
                              static_cast<percent_set>(set)) == "%00%0A%1F%7F%C3%A9");
  }
}

TEST_CASE("The form set encodes a space as a plus sign", "[web][percent]") {
  CHECK(web::percent_encode("a b+c", percent_set::form) == "a+b%2Bc");
  CHECK(web::percent_encode("a b+c") == "a%20b%2Bc");
}

TEST_CASE("Decoding replaces each escape once", "[web][percent]") {
  CHECK(web::percent_decode("a%20b%2fc%2F") == "a b/c/");
  CHECK(web::percent_decode("%252e") == "%2e");
  CHECK(web::percent_decode("%00") == std::string(1, '\0'));
  CHECK(web::percent_decode("") == "");
  CHECK(web::percent_decode("a+b") == "a+b");
}

TEST_CASE("Incomplete escapes stay, or are refused by the strict form", "[web][percent]") {
  for (std::string_view const text : {"%", "%a", "%zz", "%1", "%%", "%2", "a%g0", "%-1", "% 1"}) {
    CHECK(web::percent_decode(text) == text);
    CHECK_FALSE(web::percent_decode_strict(text));
  }
  CHECK(web::percent_decode("%%41") == "%A");
  CHECK(web::percent_decode_strict("%41%62") == "Ab");
  CHECK(web::percent_decode_strict("") == "");
}

TEST_CASE("Every byte survives encoding and decoding", "[web][percent]") {
  std::string all;
  for (int c = 0; c < 256; ++c) {
    all += static_cast<char>(c);
  }
  CHECK(web::percent_decode(web::percent_encode(all)) == all);
  CHECK(web::percent_decode_strict(web::percent_encode(all)) == all);
}

TEST_CASE("Invalid UTF-8 becomes U+FFFD, one for each maximal part", "[web][percent]") {
  std::string const bad = "\xEF\xBF\xBD";
  CHECK(web::utf8_lossy("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") ==
        "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(web::utf8_lossy("\x80") == bad);
  CHECK(web::utf8_lossy("\xC3(") == bad + "(");
  CHECK(web::utf8_lossy("\xE2\x82") == bad);
  CHECK(web::utf8_lossy("\xE2\x82z") == bad + "z");
  CHECK(web::utf8_lossy("\xC0\xAF") == bad + bad);
  CHECK(web::utf8_lossy("\xED\xA0\x80") == bad + bad + bad);
  CHECK(web::utf8_lossy("\xF4\x90\x80\x80") == bad + bad + bad + bad);
  CHECK(web::utf8_lossy("\xF0\x9F\x98") == bad);
  CHECK(web::utf8_lossy("\xFE\xFF") == bad + bad);
  CHECK(web::is_utf8("\xC3\xA9"));
  CHECK_FALSE(web::is_utf8("\xE0\x9F\xBF"));
}

}  // namespace unit_web_vocabulary_percent
