// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string_view>

namespace anode::message {

/// The parts of a request target, as views of it.
struct target_parts {
  std::string_view path;   ///< "/" if an absolute URL has none
  std::string_view query;  ///< without the question mark; empty if there is none
};

/// Splits the target of a request that is not a CONNECT request: "/a?b", "*" or an absolute URL.
/// Nothing is decoded. A fragment, which no request should have, belongs to neither part.
target_parts split_target(std::string_view target) noexcept;

}  // namespace anode::message
