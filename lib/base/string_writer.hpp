// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace anode::base {

/// Copies a text of `size` to `2 * size` bytes with two block copies, which may overlap.
template <std::size_t size>
void put_two_words(char* to, std::string_view text) noexcept {
  std::array<char, size> first;
  std::array<char, size> last;
  std::memcpy(&first, text.data(), size);
  std::memcpy(&last, text.data() + text.size() - size, size);
  std::memcpy(to, &first, size);
  std::memcpy(to + text.size() - size, &last, size);
}

/// Copies a text to `to` and returns the position after the copy. Optimized for short texts.
[[gnu::always_inline]] inline char* put_text(char* to, std::string_view text) noexcept {
  std::size_t const n = text.size();
  // Two overlapping block copies cost less than a call of memcpy.
  if (n >= 8 && n <= 16) {
    put_two_words<8>(to, text);
  } else if (n > 16 && n <= 32) {
    put_two_words<16>(to, text);
  } else if (n >= 4 && n < 8) {
    put_two_words<4>(to, text);
  } else if (n != 0) {
    std::memcpy(to, text.data(), n);
  }
  return to + n;
}

/// Appends texts to a string without capacity checks.
///
/// The constructor enlarges the string once, by an upper bound that the caller computes. `finish`
/// removes the unused bytes. Writing more than the bound is undefined behaviour.
class string_writer {
public:
  /// The most digits that `put_number` writes.
  static constexpr std::size_t longest_number = 20;

  /// @param at_most the upper bound, in bytes, of all texts put before `finish`
  string_writer(std::string& out, std::size_t at_most) : out_(out) {
    std::size_t const start = out.size();
    out.resize(start + at_most);
    at_ = out.data() + start;
  }

  /// Appends a string literal, whose size is known at compile time.
  template <std::size_t Size>
  void put(char const (&text)[Size]) noexcept {
    std::memcpy(at_, text, Size - 1);
    at_ += Size - 1;
  }

  void put(std::string_view text) noexcept { at_ = put_text(at_, text); }

  void put_number(std::uint64_t number) noexcept {
    if (number >= 10000) {
      at_ = std::to_chars(at_, at_ + longest_number, number).ptr;
      return;
    }
    auto const small = static_cast<unsigned>(number);  // to_chars costs more than these digits
    if (small >= 1000) {
      put_digit(small / 1000);
    }
    if (small >= 100) {
      put_digit(small / 100 % 10);
    }
    if (small >= 10) {
      put_digit(small / 10 % 10);
    }
    put_digit(small % 10);
  }

  /// Appends a status code of three digits.
  void put_status(int status) noexcept {
    at_[0] = static_cast<char>('0' + status / 100);
    at_[1] = static_cast<char>('0' + status / 10 % 10);
    at_[2] = static_cast<char>('0' + status % 10);
    at_ += 3;
  }

  /// Shortens the string to the bytes written. No member function may be called afterwards.
  void finish() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }

private:
  void put_digit(unsigned digit) noexcept { *at_++ = static_cast<char>('0' + digit); }

  std::string& out_;
  char* at_;
};

}  // namespace anode::base
