// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace samples {

/// The field `traceparent` of the W3C Trace Context recommendation, version 00.
struct trace_parent {
  std::string trace_id;  ///< 32 hexadecimal digits, not all zero
  std::string span_id;   ///< 16 hexadecimal digits, not all zero
  std::uint8_t flags = 0;

  /// Returns the value of the field.
  std::string text() const;
};

/// Parses a value of the field; nothing if it is malformed. A later version is read as version 00,
/// as the recommendation asks.
std::optional<trace_parent> parse_trace_parent(std::string_view value);

/// Returns the field for a request that a proxy sends: the trace of the client's field with a new
/// span, or a new trace if the client sent no valid one.
trace_parent next_span(std::optional<trace_parent> const& from);

}  // namespace samples
