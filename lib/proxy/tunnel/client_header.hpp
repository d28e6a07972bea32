// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/socket.hpp>

#include <string>
#include <string_view>

namespace anode::proxy::tunnel {

/// Returns the PROXY header that announces the client of a connection: its addresses, and in
/// version 2 also its encryption. A connection without addresses announces nothing (LOCAL,
/// UNKNOWN).
/// @param version 1 or 2
/// @param server_name what a client of TLS asks for: letters, digits, ".-_"; empty: unknown
std::string client_header(socket const& client, unsigned version, std::string_view server_name);

}  // namespace anode::proxy::tunnel
