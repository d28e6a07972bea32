// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/web/detail/path_value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace anode::web {

/// One segment of a pattern: what stands between two slashes.
struct pattern_segment {
  enum class kind : unsigned char {
    literal,    ///< this text, in canonical form, see `canonical_path`
    parameter,  ///< any segment that is not empty
    rest,       ///< all segments that follow; may be empty
  };

  kind what = kind::literal;
  std::string text{};  ///< of a literal the canonical text, else the name

  bool operator==(pattern_segment const&) const = default;
};

/// A parsed pattern, for example `/items/{id}/files/{path...}`.
struct pattern {
  std::string text{};  ///< as the program spelled it
  std::vector<pattern_segment> segments{};

  /// Returns the names of the parameters in their order.
  std::vector<std::string> names() const;
};

/// The largest number of parameters, and of segments, of a pattern.
inline constexpr std::size_t most_parameters = detail::most_parameters;
inline constexpr std::size_t most_segments = 64;

/// Parses a pattern.
/// @throws exception with `error::invalid_arg_value`, which names the pattern.
pattern parse_pattern(std::string_view text);

/// Returns the pattern of a route in a router that is mounted below `prefix`, which is empty, "/"
/// or a pattern without `{name...}`. A route "/" becomes `prefix` itself.
/// @throws exception as `parse_pattern`.
pattern join_patterns(std::string_view prefix, std::string_view text);

}  // namespace anode::web
