// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/routing/pattern.hpp"

#include "web/routing/canonical_path.hpp"
#include "web/vocabulary/invalid.hpp"

#include <algorithm>

namespace anode::web {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view reason) {
  throw_invalid("Invalid pattern \"" + std::string(text) + "\": " + std::string(reason));
}

bool is_name(std::string_view text) noexcept {
  auto const is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

pattern_segment parse_segment(std::string_view whole, std::string_view text) {
  pattern_segment out;
  if (!text.starts_with('{')) {
    if (text.find_first_of("{}") != std::string_view::npos) {
      refuse(whole, "a parameter must be a whole segment");
    }
    if (text.find_first_of("?#") != std::string_view::npos) {
      refuse(whole, "a path has no '?' and no '#'; write %3F or %23");
    }
    if (!append_canonical_segment(out.text, text)) {
      refuse(whole, "no request has such a segment");
    }
    return out;
  }
  if (!text.ends_with('}')) {
    refuse(whole, "a parameter must be a whole segment");
  }
  std::string_view name = text.substr(1, text.size() - 2);
  out.what = pattern_segment::kind::parameter;
  if (name.ends_with("...")) {
    out.what = pattern_segment::kind::rest;
    name.remove_suffix(3);
  }
  if (!is_name(name)) {
    refuse(whole, "the name of a parameter has letters, digits and '_'");
  }
  out.text = name;
  return out;
}

}  // namespace

std::vector<std::string> pattern::names() const {
  std::vector<std::string> out;
  for (pattern_segment const& s : segments) {
    if (s.what != pattern_segment::kind::literal) {
      out.push_back(s.text);
    }
  }
  return out;
}

pattern parse_pattern(std::string_view text) {
  if (!text.starts_with('/')) {
    refuse(text, "it must begin with '/'");
  }
  pattern out;
  out.text = text;
  std::string_view rest = text.substr(1);
  bool more = true;
  while (more) {
    if (!out.segments.empty() && out.segments.back().what == pattern_segment::kind::rest) {
      refuse(text, "{name...} must be the last segment");
    }
    std::size_t const end = std::min(rest.find('/'), rest.size());
    out.segments.push_back(parse_segment(text, rest.substr(0, end)));
    more = end != rest.size();
    rest.remove_prefix(more ? end + 1 : end);
  }
  std::vector<std::string> names = out.names();
  if (names.size() > most_parameters || out.segments.size() > most_segments) {
    refuse(text, "it has more than 16 parameters or 64 segments");
  }
  std::ranges::sort(names);
  if (auto const twice = std::ranges::adjacent_find(names); twice != names.end()) {
    refuse(text, "two parameters have the name " + *twice);
  }
  return out;
}

pattern join_patterns(std::string_view prefix, std::string_view text) {
  if (prefix.empty() || prefix == "/") {
    return parse_pattern(text);
  }
  if (!prefix.starts_with('/') || prefix.ends_with('/')) {
    refuse(prefix, "a prefix begins with '/' and does not end with it");
  }
  if (!text.starts_with('/')) {
    refuse(text, "it must begin with '/'");
  }
  return parse_pattern(text == "/" ? std::string(prefix) : std::string(prefix) + std::string(text));
}

}  // namespace anode::web
