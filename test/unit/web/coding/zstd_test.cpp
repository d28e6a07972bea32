// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "unit/web/coding/coding_cases.hpp"

#include <anode/web/zstd.hpp>

#include <zstd.h>

namespace unit_web_coding_zstd {

namespace web = anode::web;
using coding_cases::cut;
using coding_cases::malformed;
using coding_cases::too_large;
using mode = web::encoder::mode;

namespace {

web::codings const known{web::zstd()};

/// Encodes with a window of 2^bits bytes.
std::string with_window(std::string const& text, int bits) {
  ::ZSTD_CCtx* const context = ::ZSTD_createCCtx();
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, bits);
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string out(::ZSTD_compressBound(text.size()), '\0');
  ::ZSTD_inBuffer from{text.data(), text.size(), 0};
  ::ZSTD_outBuffer to{out.data(), out.size(), 0};
  while (::ZSTD_compressStream2(context, &to, &from, ZSTD_e_continue) != 0 &&
         from.pos != from.size) {
  }
  while (::ZSTD_compressStream2(context, &to, &from, ZSTD_e_end) != 0) {
  }
  ::ZSTD_freeCCtx(context);
  out.resize(to.pos);
  return out;
}

}  // namespace

TEST_CASE("web zstd: what is encoded is decoded again, in pieces of any size", "[web]") {
  coding_cases::round_trip(web::zstd());
}

TEST_CASE("web zstd: a flush makes all input so far decodable", "[web]") {
  coding_cases::flush(web::zstd());
}

TEST_CASE("web zstd: a body that is cut anywhere is an error", "[web]") {
  coding_cases::cuts(web::zstd());
}

TEST_CASE("web zstd: changed and added bytes are an error or another text", "[web]") {
  coding_cases::changes(web::zstd());
}

TEST_CASE("web zstd: bombs stop at the caps", "[web]") { coding_cases::bombs(web::zstd()); }

TEST_CASE("web zstd: levels are limited", "[web]") {
  for (int const level : {-5, 0, 1, 19, 99}) {
    CHECK(decoded(known, "zstd", encoded(web::zstd(level), "abcabcabc")) == "abcabcabc");
  }
}

TEST_CASE("web zstd: encoders are reused without traces of the last body", "[web]") {
  std::string const text = sample_text(5000);
  std::string const first = encoded(web::zstd(9), text);
  {
    // Abandoned in the middle.
    auto const e = web::zstd(1).make_encoder();
    std::string out;
    e->encode(noise(10'000), mode::buffer, out);
  }
  CHECK(encoded(web::zstd(9), text) == first);
  CHECK(decoded(known, "zstd", encoded(web::zstd(1), text)) == text);
}

TEST_CASE("web zstd: a body may have several frames, and frames without content", "[web]") {
  std::string const skipped("\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
  std::string const frames = encoded(web::zstd(), "one ") + skipped + encoded(web::zstd(), "") +
                             encoded(web::zstd(), "two") + skipped;
  for (std::size_t const step : {SIZE_MAX, std::size_t{1}, std::size_t{7}}) {
    CHECK(decoded(known, "zstd", frames, step) == "one two");
  }
  for (std::size_t const less : {1U, 3U, 8U, 10U}) {
    CHECK(coding_failure([&] {
            decoded(known, "zstd", std::string_view(frames).substr(0, frames.size() - less));
          }) == cut);
  }
}

TEST_CASE("web zstd: formats that precede RFC 8878 are malformed", "[web]") {
  for (char const version : {'\x1e', '\x22', '\x23', '\x24', '\x25', '\x26', '\x27'}) {
    std::string body(1, version);
    body += "\xb5\x2f\xfd";
    body += std::string(3, '\0');
    CHECK(coding_failure([&] { decoded(known, "zstd", body); }) == malformed);
    CHECK(coding_failure([&] { decoded(known, "zstd", body, 1); }) == malformed);
  }
  std::string const good = encoded(web::zstd(), "a");
  CHECK(coding_failure([&] { decoded(known, "zstd", good + "x", 1); }) == malformed);
  CHECK(coding_failure([&] { decoded(known, "zstd", std::string("\x50\x2a\x4d\x19", 4)); }) ==
        malformed);
}

TEST_CASE("web zstd: a window over 8 MiB is refused", "[web]") {
  std::string const text = noise(1000);
  CHECK(decoded(known, "zstd", with_window(text, 23)) == text);
  CHECK(coding_failure([&] { decoded(known, "zstd", with_window(text, 24)); }) == too_large);
  // An encoder keeps to its own window, whatever its level is.
  std::string const large = noise(1'200'000);
  CHECK(decoded(known, "zstd", encoded(web::zstd(19), large)) == large);
}

}  // namespace unit_web_coding_zstd
