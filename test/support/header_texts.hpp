// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/field_lines.hpp>
#include <anode/merged_headers.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace support {

using strings = std::vector<std::string>;

/// Returns the field lines as texts "name: value".
inline strings lines_of(anode::http::field_lines const& fields) {
  strings all;
  for (anode::http::field_line const line : fields) {
    all.push_back(std::string(line.name) + ": " + std::string(line.value));
  }
  return all;
}

/// Returns the merged headers as texts "name: value".
inline strings merged_of(anode::http::merged_headers const& headers) {
  strings all;
  for (auto const& field : headers) {
    all.push_back(std::string(field.name) + ": " + std::string(field.value));
  }
  return all;
}

/// Returns the value of a merged header; "none" if it is missing.
inline std::string value_of(anode::http::merged_headers const& headers, std::string_view name) {
  return std::string(headers.get(name).value_or("none"));
}

}  // namespace support
