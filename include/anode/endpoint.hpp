// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <string>

namespace anode {

/// One end of a connection as text: Node's address, port and family.
struct endpoint {
  /// The IP address, for example "127.0.0.1" or "::1"; the path of a Unix socket; empty if unknown.
  std::string address;
  /// The port; 0 for a Unix socket.
  std::uint16_t port = 0;
  /// "IPv4", "IPv6", "Unix" or empty.
  std::string family;
};

/// The operating system's handle of a socket: a descriptor, or a SOCKET on Windows.
#ifdef _WIN32
using native_handle_type = std::uintptr_t;
#else
using native_handle_type = int;
#endif

/// The value for "no socket": -1, which is INVALID_SOCKET on Windows.
inline constexpr auto no_native_handle = static_cast<native_handle_type>(-1);

}  // namespace anode
