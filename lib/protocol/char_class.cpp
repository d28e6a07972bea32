// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "protocol/char_class.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace anode::http::protocol {

char const* skip_value(char const* p, char const* end) noexcept {
#if defined(__SSE2__)
  __m128i const last_control = _mm_set1_epi8(0x1f);
  __m128i const tab = _mm_set1_epi8('\t');
  __m128i const del = _mm_set1_epi8(0x7f);
  for (; end - p >= 16; p += 16) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(p));
    __m128i const control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    __m128i const bad = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, tab), control),
                                     _mm_cmpeq_epi8(bytes, del));
    int const mask = _mm_movemask_epi8(bad);
    if (mask != 0) {
      return p + std::countr_zero(static_cast<unsigned>(mask));
    }
  }
#endif
  return skip(p, end, value_char);
}

}  // namespace anode::http::protocol
