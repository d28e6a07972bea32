// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/ascii.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace anode::base {

/// Character classes of the HTTP/1 grammar, as bits. A byte can belong to several classes.
enum char_class : std::uint8_t {
  token_char = 1,     ///< tchar (RFC 9110 section 5.6.2)
  target_char = 2,    ///< visible ASCII except `#` and `?`: path, query and fragment
  userinfo_char = 4,  ///< authority of a target, except `@` and brackets
  value_char = 8,     ///< field value: HTAB, SP, VCHAR, obs-text
  quoted_char = 16,   ///< quoted value of a chunk extension; includes DEL, as in Node
  alpha_char = 32,
  digit_char = 64,
  host_char = 128,  ///< registered name or IPv4 address, except `%` (RFC 3986 section 3.2.2)
};

namespace detail {

constexpr std::array<std::uint8_t, 256> make_char_classes() noexcept {
  std::array<std::uint8_t, 256> table{};
  auto add = [&table](std::string_view chars, std::uint8_t which) {
    for (char c : chars) {
      table[static_cast<unsigned char>(c)] |= which;
    }
  };
  for (unsigned c = 0; c < 256; ++c) {
    bool const upper = c >= 'A' && c <= 'Z';
    bool const lower = c >= 'a' && c <= 'z';
    bool const digit = c >= '0' && c <= '9';
    if (upper || lower) {
      table[c] |= alpha_char;
    }
    if (digit) {
      table[c] |= digit_char;
    }
    if (upper || lower || digit) {
      table[c] |= token_char | userinfo_char | host_char;
    }
    if (c > 0x20 && c < 0x7f && c != '#' && c != '?') {
      table[c] |= target_char;
    }
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
      table[c] |= value_char;
    }
    if (c == '\t' || (c >= 0x20 && c != '"' && c != '\\')) {
      table[c] |= quoted_char;
    }
  }
  add("!#$%&'*+-.^_`|~", token_char);
  add("-_.!~*'()%;:&=+$,", userinfo_char);
  add("-_.!~*'();&=+$,", host_char);
  return table;
}

inline constexpr std::array<std::uint8_t, 256> char_classes = make_char_classes();

#if defined(__SSE2__)
/// Marks the bytes that are at most `limit`, compared as unsigned numbers.
inline __m128i at_most(__m128i bytes, char limit) noexcept {
  return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(limit)), bytes);
}
#endif

}  // namespace detail

/// Returns whether `c` belongs to the class `which`, or to any of several or-ed classes.
constexpr bool is(char c, std::uint8_t which) noexcept {
  return (detail::char_classes[static_cast<unsigned char>(c)] & which) != 0;
}

/// Returns whether `c` is optional whitespace, a space or a tab (OWS, RFC 9110 section 5.6.3).
constexpr bool is_ows(char c) noexcept { return c == ' ' || c == '\t'; }

/// Returns `text` without leading and trailing spaces and tabs (OWS, RFC 9110 section 5.6.3).
constexpr std::string_view trim_ows(std::string_view text) noexcept {
  while (!text.empty() && is_ows(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_ows(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// Returns the value of a hexadecimal digit, or -1 if `c` is not a hexadecimal digit.
constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  char const lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Returns the first byte in [p, end) that does not belong to the class `which`, or `end`.
inline char const* skip(char const* p, char const* end, std::uint8_t which) noexcept {
  while (p != end && is(*p, which)) {
    ++p;
  }
  return p;
}

// The functions below read sixteen bytes at a time. The sixteen bytes before `end` must be
// readable, even those before `p`.
#if defined(__SSE2__)
namespace detail {

/// Returns the first byte in [p, end) that `bad` marks, or `end`. `bad` maps sixteen bytes to a
/// mask.
template <class Bad>
[[gnu::always_inline]] inline char const* find_marked(char const* p, char const* end,
                                                      Bad bad) noexcept {
  auto const marks = [bad](char const* at) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    return static_cast<unsigned>(_mm_movemask_epi8(bad(bytes)));
  };
  char const* const last = end - 16;
  for (; p <= last; p += 16) {
    if (unsigned const found = marks(p); found != 0) {
      return p + std::countr_zero(found);
    }
  }
  unsigned const found = marks(last) >> (p - last);
  return found != 0 ? p + std::countr_zero(found) : end;
}

}  // namespace detail
#endif

/// Returns the same as `skip(p, end, value_char)`.
inline char const* skip_value_wide(char const* p, char const* end) noexcept {
#if defined(__SSE2__)
  return detail::find_marked(p, end, [](__m128i bytes) {
    __m128i const control = detail::at_most(bytes, 0x1f);
    __m128i const tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    __m128i const del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    return _mm_or_si128(_mm_andnot_si128(tab, control), del);
  });
#else
  return skip(p, end, value_char);
#endif
}

/// Returns the first byte in [p, end) that is not visible ASCII, or `end`.
inline char const* skip_visible_wide(char const* p, char const* end) noexcept {
#if defined(__SSE2__)
  return detail::find_marked(p, end, [](__m128i bytes) {
    // The comparison is signed: bytes from 0x80 are negative, therefore below 0x21.
    __m128i const low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x21));
    __m128i const del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    return _mm_or_si128(low, del);
  });
#else
  while (p != end && *p > 0x20 && *p < 0x7f) {
    ++p;
  }
  return p;
#endif
}

#if defined(__SSE2__)
namespace detail {

/// Marks letters, digits, and the bytes from `low` up to the digits.
inline __m128i words(__m128i bytes, char low) noexcept {
  __m128i const lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
  __m128i const letter = at_most(_mm_sub_epi8(lower, _mm_set1_epi8('a')), 'z' - 'a');
  __m128i const digit =
      at_most(_mm_sub_epi8(bytes, _mm_set1_epi8(low)), static_cast<char>('9' - low));
  return _mm_or_si128(letter, digit);
}

}  // namespace detail
#endif

/// Returns the first byte in [p, end) that is not a letter, a digit or `-`; `end` if there is none.
inline char const* skip_word_wide(char const* p, char const* end) noexcept {
#if defined(__SSE2__)
  return detail::find_marked(p, end, [](__m128i bytes) {
    __m128i const dash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
    return _mm_cmpeq_epi8(_mm_or_si128(detail::words(bytes, '0'), dash), _mm_setzero_si128());
  });
#else
  while (p != end && (is(*p, alpha_char | digit_char) || *p == '-')) {
    ++p;
  }
  return p;
#endif
}

/// Returns the first byte in [p, end) that is not a letter, a digit, `-` or `.`; `end` if there is
/// none.
inline char const* skip_name_wide(char const* p, char const* end) noexcept {
#if defined(__SSE2__)
  return detail::find_marked(p, end, [](__m128i bytes) {
    // The only byte between `.` and the digits is the slash.
    __m128i const slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'));
    __m128i const good = _mm_andnot_si128(slash, detail::words(bytes, '-'));
    return _mm_cmpeq_epi8(good, _mm_setzero_si128());
  });
#else
  while (p != end && (is(*p, alpha_char | digit_char) || *p == '-' || *p == '.')) {
    ++p;
  }
  return p;
#endif
}

}  // namespace anode::base
