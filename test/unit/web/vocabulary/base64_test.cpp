// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/base64.hpp"

#include "support/catch.hpp"

namespace unit_web_vocabulary_base64 {

namespace web = anode::web;
using web::base64_alphabet;

TEST_CASE("Base64 has the test vectors of RFC 4648", "[web][base64]") {
  std::vector<std::pair<std::string, std::string>> const rows{
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (auto const& [bytes, text] : rows) {
    CHECK(web::base64_encode(bytes) == text);
    CHECK(web::base64_decode(text) == bytes);
    std::string const bare = text.substr(0, text.find('='));
    CHECK(web::base64_encode(bytes, base64_alphabet::url) == bare);
    CHECK(web::base64_decode(bare, base64_alphabet::url) == bytes);
  }
}

TEST_CASE("The alphabets of Base64 differ in two characters", "[web][base64]") {
  CHECK(web::base64_encode("\xFB\xFF\xFE") == "+//+");
  CHECK(web::base64_encode("\xFB\xFF\xFE", base64_alphabet::url) == "-__-");
  CHECK_FALSE(web::base64_decode("-__-"));
  CHECK_FALSE(web::base64_decode("+//+", base64_alphabet::url));
}

TEST_CASE("Every length of bytes survives Base64", "[web][base64]") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    bytes += static_cast<char>(i * 37);
    CHECK(web::base64_decode(web::base64_encode(bytes)) == bytes);
  }
}

TEST_CASE("Malformed Base64 is refused, also bits that no byte uses", "[web][base64]") {
  for (std::string_view const text :
       {"Z", "Zg=", "Zg===", "Z===", "=", "==", "Zm9v=", "Zm9v==", "Zm 9", "Zm9v\n",
        "Zg==Zg==", "Zh==", "Zm9", "Zm9vYmF", "\xFF\xFF\xFF\xFF"}) {
    CAPTURE(text);
    CHECK_FALSE(web::base64_decode(text));
  }
}

}  // namespace unit_web_vocabulary_base64
