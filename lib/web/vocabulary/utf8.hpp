// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <string_view>

namespace anode::web {

/// The first character of a text, or the first bytes that are not one.
struct utf8_step {
  std::size_t size = 0;  ///< the bytes of the character, or those that one U+FFFD replaces
  bool valid = false;    ///< whether the bytes are a character
};

/// Returns the first step of a text that is not empty. Invalid sequences end where the Unicode
/// standard recommends ("maximal subparts").
utf8_step next_utf8(std::string_view text) noexcept;

/// Returns whether `text` is valid UTF-8.
bool is_utf8(std::string_view text) noexcept;

}  // namespace anode::web
