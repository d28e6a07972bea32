// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/canonical_path.hpp"

#include "web/vocabulary/hex.hpp"
#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace anode::web {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101;
constexpr std::uint64_t high = 0x8080808080808080;

/// Returns whether one of eight bytes equals `c`.
constexpr std::uint64_t has(std::uint64_t word, char c) noexcept {
  std::uint64_t const x = word ^ (ones * static_cast<unsigned char>(c));
  return (x - ones) & ~x & high;
}

/// Returns whether one of eight bytes needs a closer look: an escape, a backslash, a dot or a
/// control byte.
constexpr bool is_unusual(std::uint64_t word) noexcept {
  std::uint64_t const control = (word - ones * 0x20) & ~word & high;
  return (has(word, '%') | has(word, '\\') | has(word, '.') | has(word, 0x7F) | control) != 0;
}

/// Returns whether the path is its own canonical form for certain.
bool is_plain(std::string_view raw) noexcept {
  char const* at = raw.data();
  std::size_t left = raw.size();
  std::uint64_t word = 0;
  for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
    std::memcpy(&word, at, sizeof word);
    if (is_unusual(word)) {
      return false;
    }
  }
  word = ones * '/';
  std::memcpy(&word, at, left);
  return !is_unusual(word);
}

bool is_dots(std::string_view part) noexcept { return part == "." || part == ".."; }

}  // namespace

bool append_canonical_segment(std::string& out, std::string_view raw) {
  // Systems and later layers may take an encoded slash or a backslash for a separator, therefore
  // the parts between them must not be dots either.
  char part[3];
  std::size_t length = 0;
  auto const is_dot_part = [&] { return length <= 2 && is_dots(std::string_view(part, length)); };
  for (std::size_t at = 0; at < raw.size(); ++at) {
    char c = raw[at];
    if (c == '%') {
      int const byte = hex_byte(raw.substr(at + 1));
      if (byte < 0) {
        return false;
      }
      c = static_cast<char>(byte);
      at += 2;
    }
    if (is_control(c)) {
      return false;
    }
    if (c == '/' || c == '\\') {
      if (is_dot_part()) {
        return false;
      }
      length = 0;
    } else {
      part[std::min<std::size_t>(length, 2)] = c;
      ++length;
    }
    if (c == '/' || c == '%') {
      append_escape(out, c);
    } else {
      out += c;
    }
  }
  return !is_dot_part();
}

bool canonical_path(std::string_view raw, std::string& buffer, std::string_view& out) {
  if (!raw.starts_with('/')) {
    return false;
  }
  if (is_plain(raw)) {
    out = raw;
    return true;
  }
  buffer.clear();
  std::string_view rest = raw;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    std::size_t const end = std::min(rest.find('/'), rest.size());
    buffer += '/';
    if (!append_canonical_segment(buffer, rest.substr(0, end))) {
      return false;
    }
    rest.remove_prefix(end);
  }
  out = buffer;
  return true;
}

void append_decoded(std::string& out, std::string_view canonical) {
  while (!canonical.empty()) {
    std::size_t const at = std::min(canonical.find('%'), canonical.size());
    out += canonical.substr(0, at);
    canonical.remove_prefix(at);
    if (!canonical.empty()) {
      out += canonical[2] == '5' ? '%' : '/';
      canonical.remove_prefix(3);
    }
  }
}

}  // namespace anode::web
