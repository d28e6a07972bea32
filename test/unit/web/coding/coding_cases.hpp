// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"
#include "unit/web/coding/coded.hpp"

#include <anode/web/coding.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// Checks that hold for every coding that can encode.
namespace coding_cases {

namespace web = anode::web;
using kind = web::coding_error::kind;
using mode = web::encoder::mode;

inline constexpr int cut = static_cast<int>(kind::cut);
inline constexpr int malformed = static_cast<int>(kind::malformed);
inline constexpr int too_large = static_cast<int>(kind::too_large);
inline constexpr int unsupported = static_cast<int>(kind::unsupported);

inline web::decoding_limits unlimited() {
  web::decoding_limits limits;
  limits.output = UINT64_MAX;
  limits.ratio = UINT32_MAX;
  return limits;
}

/// What is encoded is decoded again, in pieces of any size.
inline void round_trip(web::coding const& c) {
  web::codings const known{c};
  for (std::string const& text :
       {std::string(), std::string("a"), sample_text(3000), sample_text(300'000), noise(200'000)}) {
    for (bool const fast : {false, true}) {
      std::string const body = encoded(c, text, fast);
      CHECK(decoded(known, c.name(), body) == text);
      CHECK(decoded(known, c.name(), body, 4096) == text);
      if (body.size() < 5000) {
        CHECK(decoded(known, c.name(), body, 1) == text);
      }
    }
  }
  CHECK(encoded(c, sample_text(100'000)).size() < 30'000);

  std::string const text = sample_text(10'000);
  auto const e = c.make_encoder();
  std::string body;
  for (std::size_t at = 0; at < text.size(); at += 77) {
    e->encode(std::string_view(text).substr(at, 77), mode::buffer, body);
  }
  e->encode("", mode::finish, body);
  CHECK(decoded(known, c.name(), body) == text);
}

/// A flush makes all input so far decodable.
inline void flush(web::coding const& c) {
  web::codings const known{c};
  auto const e = c.make_encoder(true);
  web::content_decoder d(known, c.name());
  for (int i = 0; i != 20; ++i) {
    std::string const event = "data: " + std::to_string(i) + "\n\n";
    std::string bytes;
    e->encode(event, mode::flush, bytes);
    d.feed(bytes);
    std::string got;
    for (auto data = d.next(); !data.empty(); data = d.next()) {
      got += data;
    }
    CHECK(got == event);
  }
  CHECK(coding_failure([&] { d.finish(); }) == cut);
  std::string end;
  e->encode("", mode::finish, end);
  d.feed(end);
  CHECK(d.next().empty());
  d.finish();
}

/// A body that is cut anywhere is an error, never an end.
inline void cuts(web::coding const& c) {
  web::codings const known{c};
  std::string const name(c.name());
  std::string const text = sample_text(1024);
  std::string const body = encoded(c, text);
  for (std::size_t size = 0; size != body.size(); ++size) {
    INFO(size);
    CHECK(coding_failure([&] { decoded(known, name, std::string_view(body).substr(0, size)); }) ==
          cut);
  }
  // Inside of a complete coding.
  std::string const both = name + ", " + name;
  CHECK(decoded(known, both, encoded(c, body)) == text);
  CHECK(coding_failure(
            [&] { decoded(known, both, encoded(c, body.substr(0, body.size() - 1))); }) == cut);
}

/// Changed and added bytes are an error or another text.
inline void changes(web::coding const& c) {
  web::codings const known{c};
  std::string const body = encoded(c, sample_text(300));
  CHECK(coding_failure([&] { decoded(known, c.name(), body + "x"); }) >= 0);
  for (std::size_t at = 0; at != body.size(); ++at) {
    std::string changed = body;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    std::size_t size = 0;
    int const failure = coding_failure([&] { size = decoded(known, c.name(), changed).size(); });
    INFO(at);
    CHECK((failure == cut || failure == malformed || size <= 128 * 1024));
  }
}

/// Bombs stop at the caps.
inline void bombs(web::coding const& c) {
  web::codings const known{c};
  std::string const name(c.name());
  std::string const zeros(48U << 20U, '\0');
  std::string const bomb = encoded(c, zeros);
  CHECK(bomb.size() < 64 * 1024);
  std::size_t passed = 0;
  CHECK(coding_failure([&] {
          web::content_decoder d(known, name);
          d.feed(bomb);
          for (auto data = d.next(); !data.empty(); data = d.next()) {
            passed += data.size();
          }
        }) == too_large);
  CHECK(passed <= (32U << 20U));
  // By the cap on the output alone.
  web::decoding_limits limits = unlimited();
  limits.output = 1U << 20U;
  CHECK(coding_failure([&] { decoded(known, name, bomb, SIZE_MAX, limits); }) == too_large);
  // Without caps it is an ordinary body.
  CHECK(decoded(known, name, bomb, SIZE_MAX, unlimited()).size() == zeros.size());
  // Nested.
  std::string const nested = encoded(c, bomb);
  CHECK(coding_failure([&] { decoded(known, name + ", " + name, nested); }) == too_large);
  CHECK(coding_failure([&] { decoded(known, name + ", " + name, nested, 1); }) == too_large);
  // Small bodies may compress well.
  std::string const blanks(60'000, ' ');
  CHECK(decoded(known, name, encoded(c, blanks)) == blanks);
}

}  // namespace coding_cases
