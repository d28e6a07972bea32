// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>

namespace anode::http {

/// The order in which requests reuse idle connections.
///
/// **Node**: the option `scheduling` of an Agent.
enum class scheduling : std::uint8_t {
  lifo,  ///< the most recently used one: few connections stay open, the others time out
  fifo,  ///< the least recently used one: all connections are used in turn
};

}  // namespace anode::http
