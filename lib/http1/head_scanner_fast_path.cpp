// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
//
// The fast path of head_scanner for complete field lines of the most common form. The slower
// head_scanner_fields.cpp scans all other input byte by byte, with the same result.
#include "base/char_class.hpp"
#include "base/ci_literal.hpp"
#include "http1/head_scanner.hpp"

#include <cstring>

namespace anode::http1 {
namespace {

constexpr base::ci_literal close("close");
constexpr base::ci_literal keep_alive("keep-alive");
constexpr base::ci_literal upgrade("upgrade");
constexpr base::ci_literal chunked("chunked");

}  // namespace

/// Parses the complete value of a field that decides the framing. Returns false if the value is
/// unusual or contradicts an earlier field; the slow path then handles the line.
bool head_scanner::parse_framing_value(message::field_id name, std::string_view value) noexcept {
  switch (meaning_of(name)) {
    case meaning::connection:
      if (keep_alive.equals(value)) {
        fields_.connection_keep_alive = true;
      } else if (close.equals(value)) {
        fields_.connection_close = true;
      } else if (upgrade.equals(value)) {
        fields_.connection_upgrade = true;
      } else {
        return false;
      }
      return true;
    case meaning::content_length: {
      constexpr std::size_t most_digits = 19;  // 19 digits never overflow
      if (value.size() > most_digits || fields_.content_length_seen || fields_.transfer_encoding) {
        return false;
      }
      std::uint64_t length = 0;
      for (char c : value) {
        if (!base::is(c, base::digit_char)) {
          return false;
        }
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
      }
      fields_.content_length_seen = true;
      fields_.content_length = length;
      return true;
    }
    case meaning::transfer_encoding:
      if (!chunked.equals(value) || fields_.transfer_encoding || fields_.content_length_seen ||
          version_minor_ == 0) {
        return false;
      }
      fields_.transfer_encoding = true;
      fields_.chunked = true;
      return true;
    default:  // meaning::upgrade
      fields_.upgrade = true;
      return true;
  }
}

// Repeated requests usually send identical fields. If the section equals the previous one byte for
// byte, reuses its parse result. Only the offsets change, by the difference in start line length.
[[gnu::always_inline]] inline bool head_scanner::reuse_same_lines(char const*& p, char const* end) {
  std::size_t const size = section_.size();
  std::size_t const counted = counted_ + section_counted_;
  if (size == 0 || static_cast<std::size_t>(end - p) < size || version_minor_ != section_minor_ ||
      counted >= limits_.max_header_size || std::memcmp(p, section_.data(), size) != 0) {
    return false;
  }
  if (std::size_t const moved = fields_at_ - section_at_; moved != 0) {
    for (http::field_place& field : places_) {
      field.name += static_cast<std::uint32_t>(moved);
      field.value += static_cast<std::uint32_t>(moved);
    }
    for (masked_byte& d : masked_bytes_) {
      d.at += moved;
    }
    section_at_ = fields_at_;
  }
  counted_ = counted;
  p += size;
  complete_ = true;
  same_fields_ = true;
  return true;
}

void head_scanner::remember(char const* begin, char const* end) {
  constexpr std::size_t longest = 2048;
  auto const size = static_cast<std::size_t>(end - begin);
  if (size <= longest) {
    section_.assign(begin, size);
    section_at_ = fields_at_;
    section_counted_ = counted_ - text_size_;
    section_minor_ = version_minor_;
  }
}

void head_scanner::parse_field_lines(char const*& p, char const* end) {
  if (end - feed_ < 16) {
    return;
  }
  char const* line = p;
  std::uint32_t line_at = offset32(line);
  std::size_t lines = lines_;
  std::size_t counted = counted_;
  while (line != end && *line != '\r') {
    // At least the colon, one byte of value and CRLF follow the name.
    char const* colon = base::skip_word_wide(line, end);
    if (end - colon < 4 || colon == line) {
      break;
    }
    if (*colon != ':') {
      colon = base::skip(colon, end - 4, base::token_char);
      if (*colon != ':') {
        break;
      }
    }
    char const* const value = colon[1] == ' ' ? colon + 2 : colon + 1;
    if (static_cast<unsigned char>(*value) <= ' ') {
      break;
    }
    char const* behind = base::skip_value_wide(value, end);
    if (end - behind < 2 || std::memcmp(behind, "\r\n", 2) != 0) {
      break;
    }
    auto const name_size = static_cast<std::size_t>(colon - line);
    auto const value_size = static_cast<std::size_t>(behind - value);
    std::size_t const more = counted + name_size + value_size;
    if (more >= limits_.max_header_size || lines == limits_.max_headers_count) {
      break;
    }
    if (message::may_be_field_id(name_size, *line)) {
      message::field_id const name = message::find_field_id({line, name_size});
      if (message::decides_framing(name)) {
        if (!parse_framing_value(name, {value, value_size})) {
          break;
        }
        masked_bytes_.push_back({line_at, *line});
      }
      known_.note(name, lines);
    }
    char const* const next = behind + 2;
    while (base::is_ows(behind[-1])) {
      --behind;
    }
    places_.push_back({line_at, static_cast<std::uint32_t>(name_size),
                       line_at + static_cast<std::uint32_t>(value - line),
                       static_cast<std::uint32_t>(behind - value)});
    line_at += static_cast<std::uint32_t>(next - line);
    line = next;
    counted = more;
    ++lines;
  }
  if (end - line >= 2 && std::memcmp(line, "\r\n", 2) == 0) {
    line += 2;
    complete_ = true;
  } else if (line != p) {
    // The next byte decides whether the last line is folded.
    state_ = at::after_value;
    meaning_ = meaning::other;
  }
  counted_ = counted;
  lines_ = lines;
  p = line;
}

void head_scanner::begin_fields(char const*& p, char const* end) {
  state_ = at::fields_start;
  fields_at_ = offset(p);
  if (reuse_same_lines(p, end)) {
    return;
  }
  start_fields();
  if (p != end && *p != ' ') {
    state_ = at::name_start;
    char const* const begin = p;
    parse_field_lines(p, end);
    if (complete_) {
      remember(begin, p);
    }
  }
}

}  // namespace anode::http1
