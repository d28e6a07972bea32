// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/utf8.hpp"

#include <anode/web/query.hpp>

namespace anode::web {

utf8_step next_utf8(std::string_view text) noexcept {
  auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  unsigned char const first = byte(0);
  if (first < 0x80) {
    return {1, true};
  }
  std::size_t more = 0;
  unsigned least = 0x80;
  unsigned most = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    more = 1;
  } else if (first >= 0xE0 && first <= 0xEF) {
    more = 2;
    if (first == 0xE0) {
      least = 0xA0;  // shorter forms exist
    }
    if (first == 0xED) {
      most = 0x9F;  // surrogates
    }
  } else if (first >= 0xF0 && first <= 0xF4) {
    more = 3;
    if (first == 0xF0) {
      least = 0x90;
    }
    if (first == 0xF4) {
      most = 0x8F;  // above U+10FFFF
    }
  } else {
    return {1, false};
  }
  for (std::size_t i = 1; i <= more; ++i) {
    if (i >= text.size() || byte(i) < least || byte(i) > most) {
      return {i, false};
    }
    least = 0x80;
    most = 0xBF;
  }
  return {more + 1, true};
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    utf8_step const step = next_utf8(text);
    if (!step.valid) {
      return false;
    }
    text.remove_prefix(step.size);
  }
  return true;
}

std::string utf8_lossy(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    utf8_step const step = next_utf8(bytes);
    out += step.valid ? bytes.substr(0, step.size) : std::string_view("\xEF\xBF\xBD");
    bytes.remove_prefix(step.size);
  }
  return out;
}

}  // namespace anode::web
