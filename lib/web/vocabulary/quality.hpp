// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string_view>

namespace anode::web {

/// One element of an Accept header.
struct weighted_element {
  std::string_view range;   ///< without parameters
  unsigned quality = 1000;  ///< in thousandths
  bool parameters = false;  ///< whether it has others than the quality
};

/// Reads the elements of an Accept header.
class quality_reader {
public:
  explicit quality_reader(std::string_view list) noexcept : rest_(list) {}

  /// Finds the next element that is not empty and whose quality is well-formed. Returns false at
  /// the end.
  bool next(weighted_element& out);

private:
  std::string_view rest_;
};

/// Parses "0", "0.5", "1.000". Returns more than 1000 if the text is malformed.
unsigned parse_quality(std::string_view text) noexcept;

}  // namespace anode::web
