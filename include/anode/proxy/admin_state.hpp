// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// What the operator wants of an upstream. Needs the library `anode-proxy`.

#include <cstdint>

namespace anode::proxy {

/// What the operator wants of an upstream.
enum class admin_state : std::uint8_t {
  in,     ///< it gets requests
  drain,  ///< it gets no new request; it is still checked
  out,    ///< it gets no new request and no check
};

}  // namespace anode::proxy
