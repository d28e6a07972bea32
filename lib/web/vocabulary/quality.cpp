// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/quality.hpp"

#include "web/vocabulary/tokens.hpp"

#include <algorithm>

namespace anode::web {

unsigned parse_quality(std::string_view text) noexcept {
  constexpr unsigned malformed = 1001;
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) {
    return malformed;
  }
  if (text.size() > 1 && text[1] != '.') {
    return malformed;
  }
  unsigned value = static_cast<unsigned>(text[0] - '0') * 1000;
  unsigned unit = 100;
  for (char const c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') {
      return malformed;
    }
    value += static_cast<unsigned>(c - '0') * unit;
    unit /= 10;
  }
  return value;
}

bool quality_reader::next(weighted_element& out) {
  while (!rest_.empty()) {
    std::string_view const element = next_element(rest_);
    std::size_t const end = std::min(element.find(';'), element.size());
    out.range = trim(element.substr(0, end));
    out.quality = 1000;
    out.parameters = false;
    parameter_reader parameters(element.substr(end));
    while (parameters.next()) {
      if (equal_nocase(parameters.name(), "q")) {
        out.quality = parse_quality(parameters.value());
      } else {
        out.parameters = true;
      }
    }
    if (!out.range.empty() && out.quality <= 1000) {
      return true;
    }
  }
  return false;
}

}  // namespace anode::web
