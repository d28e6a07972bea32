// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The lines of the access log for tunnels that do not begin with HTTP.
#pragma once

#include "../proxy_log.hpp"

#include <anode/proxy/exchange_record.hpp>
#include <anode/proxy/pass_through.hpp>
#include <anode/proxy/socks_server.hpp>

#include <chrono>
#include <string_view>

namespace samples {

/// Returns the record of a connection to a SOCKS5 server. Its `detail` refers to `from`.
anode::proxy::exchange_record record_of(anode::proxy::socks_record const& from);

/// Returns the record of a connection that was passed through.
anode::proxy::exchange_record record_of(anode::proxy::pass_through_record const& from);

/// Writes the line of a connection to a SOCKS5 server.
/// @param begun when the connection began
void log_tunnel(proxy_log const& log, anode::proxy::socks_record const& record,
                std::string_view client, std::chrono::steady_clock::time_point begun);

/// Writes the line of a connection that was passed through.
void log_tunnel(proxy_log const& log, anode::proxy::pass_through_record const& record,
                std::string_view client, std::chrono::steady_clock::time_point begun);

}  // namespace samples
