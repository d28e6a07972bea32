// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/canonical_path.hpp"

#include "web/vocabulary/hex.hpp"
#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace anode::web {
namespace {

enum class byte_kind : unsigned char {
  plain,
  special,  // has to be looked at: an escape, a backslash or a control byte
  slash,
  end,  // of the path in a target
};

constexpr std::array<byte_kind, 256> byte_kinds = [] {
  std::array<byte_kind, 256> out{};
  for (int c = 0; c < 0x20; ++c) {
    out[static_cast<std::size_t>(c)] = byte_kind::special;
  }
  out['%'] = out['\\'] = out[0x7F] = byte_kind::special;
  out['/'] = byte_kind::slash;
  out['?'] = out['#'] = byte_kind::end;
  return out;
}();

byte_kind kind_of(char c) noexcept { return byte_kinds[static_cast<unsigned char>(c)]; }

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

bool canonical_path(std::string_view raw, std::string& out) {
  if (!raw.starts_with('/')) {
    return false;
  }
  out.clear();
  std::string_view rest = raw;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    std::size_t const end = std::min(rest.find('/'), rest.size());
    out += '/';
    if (!append_canonical_segment(out, rest.substr(0, end))) {
      return false;
    }
    rest.remove_prefix(end);
  }
  return true;
}

std::size_t plain_segment_end(std::string_view target, std::size_t at) noexcept {
  // Only a segment that begins with a dot can be one of dots.
  if (at < target.size() && target[at] == '.') {
    return not_plain;
  }
  for (; at < target.size(); ++at) {
    byte_kind const kind = kind_of(target[at]);
    if (kind != byte_kind::plain) {
      return kind == byte_kind::special ? not_plain : at;
    }
  }
  return at;
}

std::size_t plain_path_end(std::string_view target, std::size_t at) noexcept {
  std::size_t end = plain_segment_end(target, at);
  while (end < target.size() && target[end] == '/') {
    end = plain_segment_end(target, end + 1);
  }
  return end;
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
