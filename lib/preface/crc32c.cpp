// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "preface/crc32c.hpp"

#include <array>

namespace anode::preface {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() noexcept {
  constexpr std::uint32_t reversed_polynomial = 0x82f63b78;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = value >> 1U ^ ((value & 1U) != 0 ? reversed_polynomial : 0);
    }
    table[i] = value;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> table = make_table();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) noexcept {
  std::uint32_t value = 0xffffffff;
  for (char const c : bytes) {
    value = value >> 8U ^ table[(value ^ static_cast<unsigned char>(c)) & 0xffU];
  }
  return value ^ 0xffffffff;
}

}  // namespace anode::preface
