// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/base64.hpp"

#include <array>
#include <cstdint>

namespace anode::web {
namespace {

constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

constexpr std::array<char, 64> alphabet_of(base64_alphabet alphabet) {
  std::array<char, 64> out{};
  for (std::size_t i = 0; i < base64_letters.size(); ++i) {
    out[i] = base64_letters[i];
  }
  out[62] = alphabet == base64_alphabet::standard ? '+' : '-';
  out[63] = alphabet == base64_alphabet::standard ? '/' : '_';
  return out;
}

constexpr std::uint8_t none = 64;

constexpr std::array<std::uint8_t, 256> values_of(base64_alphabet alphabet) {
  std::array<std::uint8_t, 256> out{};
  out.fill(none);
  std::uint8_t value = 0;
  for (char const c : alphabet_of(alphabet)) {
    out[static_cast<unsigned char>(c)] = value++;
  }
  return out;
}

constexpr std::array encoding_tables{alphabet_of(base64_alphabet::standard),
                                     alphabet_of(base64_alphabet::url)};
constexpr std::array decoding_tables{values_of(base64_alphabet::standard),
                                     values_of(base64_alphabet::url)};

}  // namespace

std::string base64_encode(std::string_view bytes, base64_alphabet alphabet) {
  auto const& chars = encoding_tables[static_cast<std::size_t>(alphabet)];
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::size_t const count = bytes.size() - at < 3 ? bytes.size() - at : 3;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      if (i <= count) {
        out += chars[bits >> (18 - 6 * i) & 63];
      } else if (alphabet == base64_alphabet::standard) {
        out += '=';
      }
    }
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text, base64_alphabet alphabet) {
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  std::size_t const last = text.size() % 4;
  if (last == 1 || (padding != 0 && (last + padding) != 4)) {
    return std::nullopt;
  }
  auto const& table = decoding_tables[static_cast<std::size_t>(alphabet)];
  std::optional<std::string> out(std::in_place);
  out->reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (char const c : text) {
    std::uint8_t const value = table[static_cast<unsigned char>(c)];
    if (value == none) {
      return std::nullopt;
    }
    bits = (bits << 6 | value) & 0xFFFFFF;
    have += 6;
    if (have >= 8) {
      have -= 8;
      *out += static_cast<char>(bits >> have & 0xFF);
    }
  }
  if ((bits & ((1U << have) - 1)) != 0) {
    return std::nullopt;
  }
  return out;
}

}  // namespace anode::web
