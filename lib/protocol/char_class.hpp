// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace anode::http::protocol {

/// Sets of bytes that the grammar of HTTP/1 names; a byte may be in several.
enum char_class : std::uint8_t {
  token_char = 1,     ///< tchar (RFC 9110 section 5.6.2)
  target_char = 2,    ///< visible ASCII but `#` and `?`: path, query and fragment of a target
  userinfo_char = 4,  ///< authority of a target, without `@` and brackets
  value_char = 8,     ///< field value: HTAB, SP, VCHAR, obs-text
  quoted_char = 16,   ///< inside quotes of a chunk extension; DEL is in, as in Node
  alpha_char = 32,
  digit_char = 64,
  host_char = 128,  ///< registered name or IPv4 address, without `%` (RFC 3986 section 3.2.2)
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
/// Marks the bytes that are at most `limit`, as unsigned numbers.
inline __m128i at_most(__m128i bytes, char limit) noexcept {
  return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(limit)), bytes);
}
#endif

}  // namespace detail

/// Returns whether `c` is in the set `which` (or in one of several or-ed sets).
constexpr bool is(char c, std::uint8_t which) noexcept {
  return (detail::char_classes[static_cast<unsigned char>(c)] & which) != 0;
}

/// Returns `c` in lower case if it is an ASCII letter, else `c`.
constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// Returns whether `a` equals `lower` (given in lower case) but for the case of ASCII letters.
constexpr bool equals_lower(std::string_view a, std::string_view lower) noexcept {
  if (a.size() != lower.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != lower[i]) {
      return false;
    }
  }
  return true;
}

/// Returns the value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  char const lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Returns the first byte in [p, end) that is not in the set `which`, or `end`.
inline char const* skip(char const* p, char const* end, std::uint8_t which) noexcept {
  while (p != end && is(*p, which)) {
    ++p;
  }
  return p;
}

/// The same as `skip(p, end, value_char)`, sixteen bytes at a time.
inline char const* skip_value(char const* p, char const* end) noexcept {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(p));
    __m128i const control = detail::at_most(bytes, 0x1f);
    __m128i const tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    __m128i const del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    int const bad = _mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, control), del));
    if (bad != 0) {
      return p + std::countr_zero(static_cast<unsigned>(bad));
    }
  }
#endif
  return skip(p, end, value_char);
}

/// Returns the first byte in [p, end) that is not visible ASCII, or `end`; sixteen bytes at a time.
inline char const* skip_visible(char const* p, char const* end) noexcept {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(p));
    __m128i const shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(0x21));
    int const good = _mm_movemask_epi8(detail::at_most(shifted, 0x7e - 0x21));
    if (good != 0xffff) {
      return p + std::countr_one(static_cast<unsigned>(good));
    }
  }
#endif
  while (p != end && *p > 0x20 && *p < 0x7f) {
    ++p;
  }
  return p;
}

/// The same as `skip(p, end, token_char)`, letters, digits and `-` sixteen at a time.
inline char const* skip_token(char const* p, char const* end) noexcept {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(p));
    __m128i const lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    __m128i const letter = detail::at_most(_mm_sub_epi8(lower, _mm_set1_epi8('a')), 'z' - 'a');
    __m128i const digit = detail::at_most(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), 9);
    __m128i const dash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
    int const good = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), dash));
    if (good != 0xffff) {
      p += std::countr_one(static_cast<unsigned>(good));
      break;
    }
  }
#endif
  return skip(p, end, token_char);
}

}  // namespace anode::http::protocol
