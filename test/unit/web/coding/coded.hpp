// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/coding.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Encodes a whole body.
inline std::string encoded(anode::web::coding const& how, std::string_view text,
                           bool fast = false) {
  std::string out;
  how.make_encoder(fast)->encode(text, anode::web::encoder::mode::finish, out);
  return out;
}

/// Decodes a body that comes in pieces of `step` bytes.
inline std::string decoded(anode::web::codings const& known, std::string_view content_encoding,
                           std::string_view body, std::size_t step = SIZE_MAX,
                           anode::web::decoding_limits const& limits = {}) {
  anode::web::content_decoder decoder(known, content_encoding, limits);
  std::string out;
  while (!body.empty()) {
    std::string_view const piece = body.substr(0, step);
    body.remove_prefix(piece.size());
    decoder.feed(piece);
    for (auto data = decoder.next(); !data.empty(); data = decoder.next()) {
      out += data;
    }
  }
  decoder.finish();
  return out;
}

/// Returns the kind of the error of `f`, as a number; -1 if there is none.
template <class F>
int coding_failure(F f) {
  try {
    f();
  } catch (anode::web::coding_error const& e) {
    return static_cast<int>(e.reason());
  }
  return -1;
}

/// Returns a text that compresses moderately, and is the same in each run.
inline std::string sample_text(std::size_t size) {
  std::string text;
  std::uint32_t random = 1;
  while (text.size() < size) {
    random = random * 1664525 + 1013904223;
    text += "{\"id\":" + std::to_string(random >> 16U) + ",\"name\":\"item\"},\n";
  }
  text.resize(size);
  return text;
}

/// Returns bytes that do not compress.
inline std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t random = 88172645463325252ULL;
  std::ranges::generate(bytes, [&random] {
    random ^= random << 13U;
    random ^= random >> 7U;
    random ^= random << 17U;
    return static_cast<char>(random >> 24U);
  });
  return bytes;
}
