// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/hex.hpp"

#include <anode/web/query.hpp>

#include <array>

namespace anode::web {
namespace {

/// The characters that each set adds to the sets before it, which it contains. `fragment` stands
/// alone, and `special_query` is contained in none.
struct added_characters {
  percent_set set;
  std::string_view bytes;
  bool inherited;
};
constexpr std::array<added_characters, 7> added{{
    {percent_set::fragment, " \"<>`", false},
    {percent_set::query, " \"#<>", true},
    {percent_set::special_query, "'", false},
    {percent_set::path, "?^`{}", true},
    {percent_set::userinfo, "/:;=@[\\]|", true},
    {percent_set::component, "$%&+,", true},
    {percent_set::form, "!'()~", true},
}};

constexpr bool contains(percent_set set, std::size_t byte) {
  if (byte < 0x20 || byte >= 0x7F) {
    return true;
  }
  for (added_characters const& a : added) {
    bool const part = a.set == set || (a.inherited && a.set < set && set != percent_set::fragment);
    if (part && a.bytes.find(static_cast<char>(byte)) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

/// Bit n of a byte's entry: the byte belongs to the set n.
constexpr std::array<unsigned, 256> encoded = [] {
  std::array<unsigned, 256> table{};
  for (std::size_t set = 0; set < added.size(); ++set) {
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
      if (contains(static_cast<percent_set>(set), byte)) {
        table[byte] |= 1U << set;
      }
    }
  }
  return table;
}();

/// Appends the decoded text; returns false at a bad escape if `strict`.
bool decode(std::string_view text, bool strict, std::string& out) {
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    char const c = text[at];
    if (c != '%') {
      out += c;
      ++at;
      continue;
    }
    int const byte = hex_byte(text.substr(at + 1));
    if (byte >= 0) {
      out += static_cast<char>(byte);
      at += 3;
    } else if (strict) {
      return false;
    } else {
      out += c;
      ++at;
    }
  }
  return true;
}

}  // namespace

std::string percent_encode(std::string_view text, percent_set set) {
  unsigned const bit = 1U << static_cast<unsigned>(set);
  std::string out;
  out.reserve(text.size());
  for (char const c : text) {
    if ((encoded[static_cast<unsigned char>(c)] & bit) == 0) {
      out += c;
    } else if (c == ' ' && set == percent_set::form) {
      out += '+';
    } else {
      append_escape(out, c);
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  decode(text, false, out);
  return out;
}

std::optional<std::string> percent_decode_strict(std::string_view text) {
  std::optional<std::string> out(std::in_place);
  if (!decode(text, true, *out)) {
    out.reset();
  }
  return out;
}

}  // namespace anode::web
