// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::policy {

/// What makes two requests share their sockets.
struct origin_key_options {
  std::string_view host;           ///< empty is "localhost"; an IPv6 address without brackets
  std::uint16_t port = 0;          ///< 0 is left out
  std::string_view local_address;  ///< empty is left out
  int family = 0;                  ///< 4 or 6; others are left out
  std::string_view socket_path;    ///< of a Unix socket; empty is left out
};

/// Writes the name under which an agent keeps the sockets of an origin:
/// `host:port:local_address[:family][:socket_path]`.
/// @param name  replaced; keeps its memory, so that a reused string allocates nothing
///
/// **Node**: `agent.getName(options)`.
void origin_key(origin_key_options const& options, std::string& name);

/// Returns the name under which an agent keeps the sockets of an origin.
std::string origin_key(origin_key_options const& options);

/// What a server's `Keep-Alive` field says about parking the connection.
struct keep_alive_hint {
  bool given = false;                    ///< the field begins with `timeout=` and digits
  bool may_park = true;                  ///< false: the connection may end before it can be used
  std::chrono::milliseconds timeout{0};  ///< if given: how long it may stay parked, less the margin
};

/// Reads the value of a response's `Keep-Alive` field.
///
/// Reads `timeout=<digits>` at the very beginning of the value, in that spelling; ignores
/// everything else. Saturates large numbers.
/// @param value   of the field, lines joined with ", "; empty if there is none
/// @param margin  by which the client gives up before the server does
///
/// **Node**: in `agent.keepSocketAlive`, with v26's `agentKeepAliveTimeoutBuffer` as the margin.
keep_alive_hint read_keep_alive_hint(std::string_view value,
                                     std::chrono::milliseconds margin = std::chrono::milliseconds{
                                         1000}) noexcept;

/// Returns how long a connection may stay parked: the smaller of the agent's `timeout` and of the
/// hint; 0 is unlimited.
///
/// **Node**: uses the hint only if the agent's own timeout is set and larger.
std::chrono::milliseconds parked_timeout(std::chrono::milliseconds agent_timeout,
                                         keep_alive_hint const& hint) noexcept;

}  // namespace anode::policy
