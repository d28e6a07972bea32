// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/access.hpp"

#include <anode/socket.hpp>

namespace anode::stream {

/// Makes a handle to a connection.
inline anode::socket handle_to(buffered_socket& core) {
  return detail::access::make<anode::socket>(core);
}

/// Returns the connection of a handle; null if the handle is empty.
inline buffered_socket* core_of(anode::socket const& handle) noexcept {
  return detail::access::impl(handle);
}

}  // namespace anode::stream
