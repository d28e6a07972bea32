// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace anode::base {

/// A literal for comparisons that ignore the case of ASCII letters. The literal is given in lower
/// case. Compares up to eight bytes at a time.
///
///     constexpr ci_literal close("close");
///     if (close.equals(value)) ...
template <std::size_t size>
class ci_literal {
public:
  consteval explicit ci_literal(char const (&text)[size + 1]) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      std::array<char, sizeof(part)> bytes{};
      std::array<char, sizeof(part)> cases{};
      for (std::size_t k = 0; k < sizeof(part); ++k) {
        bytes[k] = text[part_offset(i) + k];
        cases[k] = bytes[k] >= 'a' && bytes[k] <= 'z' ? 0x20 : 0;
      }
      text_[i] = std::bit_cast<part>(bytes);
      case_[i] = std::bit_cast<part>(cases);
    }
  }

  /// Returns whether the `size` bytes at `bytes` equal the literal.
  bool matches(char const* bytes) const noexcept {
    part different = 0;
    for (std::size_t i = 0; i < count; ++i) {
      part p;
      std::memcpy(&p, bytes + part_offset(i), sizeof p);
      different = static_cast<part>(different | ((p | case_[i]) ^ text_[i]));
    }
    return different == 0;
  }

  /// Returns whether `text` equals the literal.
  bool equals(std::string_view text) const noexcept {
    return text.size() == size && matches(text.data());
  }

private:
  static_assert(size >= 2);
  using part = std::conditional_t<size >= 8, std::uint64_t,
                                  std::conditional_t<size >= 4, std::uint32_t, std::uint16_t>>;

  static constexpr std::size_t count = (size + sizeof(part) - 1) / sizeof(part);

  /// Returns the offset of part `i` of the literal. The last part may overlap the part before it.
  static constexpr std::size_t part_offset(std::size_t i) noexcept {
    return std::min(i * sizeof(part), size - sizeof(part));
  }

  std::array<part, count> text_{};
  std::array<part, count> case_{};  // 0x20 where the literal has a letter, else 0
};

template <std::size_t n>
ci_literal(char const (&)[n]) -> ci_literal<n - 1>;

}  // namespace anode::base
