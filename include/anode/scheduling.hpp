// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>

namespace anode::http {

/// Which of several free connections a request takes.
///
/// **Node**: the option `scheduling` of an Agent.
enum class scheduling : std::uint8_t {
  lifo,  ///< the one used last: few connections stay warm, the rest time out
  fifo,  ///< the one unused for longest: all connections are used in turn
};

}  // namespace anode::http
