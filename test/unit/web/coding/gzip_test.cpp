// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "unit/web/coding/coding_cases.hpp"

#include <anode/web/gzip.hpp>

namespace unit_web_coding_gzip {

namespace web = anode::web;
using coding_cases::cut;
using coding_cases::malformed;
using coding_cases::too_large;
using coding_cases::unsupported;
using kind = web::coding_error::kind;
using mode = web::encoder::mode;

namespace {

web::codings const known{web::gzip(), web::deflate()};

}  // namespace

TEST_CASE("web gzip: what is encoded is decoded again, in pieces of any size", "[web]") {
  coding_cases::round_trip(web::gzip());
}

TEST_CASE("web gzip: a flush makes all input so far decodable", "[web]") {
  coding_cases::flush(web::gzip());
}

TEST_CASE("web gzip: a body that is cut anywhere is an error", "[web]") {
  coding_cases::cuts(web::gzip());
}

TEST_CASE("web gzip: changed and added bytes are an error or another text", "[web]") {
  coding_cases::changes(web::gzip());
}

TEST_CASE("web gzip: bombs stop at the caps", "[web]") { coding_cases::bombs(web::gzip()); }

TEST_CASE("web gzip: encoders are reused without traces of the last body", "[web]") {
  std::string const text = sample_text(5000);
  std::string const first = encoded(web::gzip(9), text);
  {
    // Abandoned in the middle.
    auto const e = web::gzip(1).make_encoder();
    std::string out;
    e->encode(noise(10'000), mode::buffer, out);
  }
  CHECK(encoded(web::gzip(9), text) == first);
  CHECK(decoded(known, "gzip", encoded(web::gzip(1), text)) == text);
}

TEST_CASE("web gzip: gzip may have several members", "[web]") {
  std::string const members =
      encoded(web::gzip(), "one ") + encoded(web::gzip(), "") + encoded(web::gzip(), "two");
  for (std::size_t const step : {SIZE_MAX, std::size_t{1}, std::size_t{7}}) {
    CHECK(decoded(known, "gzip", members, step) == "one two");
  }
  CHECK(coding_failure([&] {
          decoded(known, "gzip", std::string_view(members).substr(0, members.size() - 1));
        }) == cut);
}

TEST_CASE("web gzip: deflate has a head of zlib, or none", "[web]") {
  // "hello hello hello hello" by zlib, level 9.
  std::string const with_head("\x78\xda\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\x01\x68\x03\x08\xb1",
                              16);
  std::string const without = with_head.substr(2, with_head.size() - 6);
  for (std::size_t const step : {SIZE_MAX, std::size_t{1}}) {
    CHECK(decoded(known, "deflate", with_head, step) == "hello hello hello hello");
    CHECK(decoded(known, "deflate", without, step) == "hello hello hello hello");
  }
  CHECK(coding_failure([&] { decoded(known, "deflate", with_head.substr(0, 15)); }) == cut);
  CHECK(coding_failure([&] { decoded(known, "deflate", with_head + "x"); }) == malformed);
  CHECK_FALSE(web::deflate().can_encode());
  CHECK(web::deflate().make_encoder() == nullptr);
}

TEST_CASE("web gzip: empty blocks cost no output", "[web]") {
  auto const e = web::gzip().make_encoder();
  std::string body;
  e->encode("a", mode::flush, body);
  for (int i = 0; i != 100'000; ++i) {
    body += std::string_view("\0\0\0\xff\xff", 5);
  }
  e->encode("b", mode::finish, body);
  CHECK(decoded(known, "gzip", body) == "ab");
}

TEST_CASE("web gzip: lists of codings", "[web]") {
  CHECK(known.accept_encoding() == "gzip, deflate");
  CHECK(web::codings().accept_encoding().empty());
  CHECK(web::codings().empty());
  REQUIRE(known.find("X-GZIP") != nullptr);
  CHECK(known.find("X-GZIP")->name() == "gzip");
  CHECK(known.find("zstd") == nullptr);
  auto const chosen = [](std::string_view field) {
    web::coding const* const c = known.choose(field);
    return c == nullptr ? std::string_view("-") : c->name();
  };
  CHECK(chosen("gzip, deflate, br") == "gzip");
  CHECK(chosen("identity, gzip;q=0.9") == "-");
  CHECK(chosen("deflate") == "-");
  CHECK(chosen("") == "-");
}

TEST_CASE("web gzip: statuses of errors", "[web]") {
  CHECK(web::coding_error(kind::malformed, "").status() == 400);
  CHECK(web::coding_error(kind::cut, "").status() == 400);
  CHECK(web::coding_error(kind::too_large, "").status() == 413);
  CHECK(web::coding_error(kind::unsupported, "").status() == 415);
}

TEST_CASE("web gzip: several codings are decoded in reverse order", "[web]") {
  std::string const text = sample_text(2000);
  std::string const both = encoded(web::gzip(), encoded(web::gzip(), text));
  CHECK(decoded(known, "gzip, gzip", both) == text);
  CHECK(decoded(known, "GZIP ,, identity, x-Gzip", both, 1) == text);
  CHECK(coding_failure([&] { decoded(known, "gzip, deflate", both); }) == malformed);
  CHECK(coding_failure([&] { decoded(known, "gzip, gzip, gzip", both); }) == unsupported);
  CHECK(coding_failure([&] { decoded(known, "compress", both); }) == unsupported);
  CHECK(decoded(known, "", text) == text);
  CHECK(decoded(known, "identity", text, 100) == text);
  CHECK(web::content_decoder(known, "identity").is_identity());
  CHECK_FALSE(web::content_decoder(known, "x-gzip").is_identity());
}

TEST_CASE("web gzip: the checksum is compared", "[web]") {
  std::string body = encoded(web::gzip(), sample_text(300));
  body[body.size() - 6] = static_cast<char>(body[body.size() - 6] ^ 1);
  CHECK(coding_failure([&] { decoded(known, "gzip", body); }) == malformed);
}

TEST_CASE("web gzip: the ratio counts from 64 KiB on", "[web]") {
  std::string const blanks(1'000'000, ' ');
  CHECK(coding_failure([&] { decoded(known, "gzip", encoded(web::gzip(), blanks)); }) == too_large);
}

}  // namespace unit_web_coding_gzip
