// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "policy/origin.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::policy {

/// The values that two requests must have in common to share sockets.
struct origin_key_options {
  origin to;                       ///< an empty host means "localhost"; port 0 is omitted
  std::string_view local_address;  ///< empty is omitted
  int family = 0;                  ///< 4 or 6; other values are omitted
  std::string_view socket_path;    ///< of a Unix socket; empty is omitted
};

/// Writes the key of an origin in an agent's pool:
/// `host:port:local_address[:family][:socket_path]`.
/// @param name  replaced by the key; keeps its memory, therefore a reused string does not allocate
///
/// **Node**: `agent.getName(options)`.
void origin_key(origin_key_options const& options, std::string& name);

/// Returns the key of an origin in an agent's pool.
std::string origin_key(origin_key_options const& options);

/// The `Keep-Alive` field of a response, as a hint for parking the connection.
struct keep_alive_hint {
  bool given = false;                    ///< whether the field begins with `timeout=` and a digit
  bool may_park = true;                  ///< false if the timeout is not longer than the margin
  std::chrono::milliseconds timeout{0};  ///< if given: timeout minus margin
};

/// Parses the value of a response's `Keep-Alive` field.
///
/// Parses `timeout=<digits>`, in seconds, at the beginning of the value, and ignores everything
/// else. The comparison is case-sensitive. Large numbers saturate.
/// @param value   the value, field lines joined with ", "; empty if there is no field
/// @param margin  the time by which the client closes before the server; default 1 s
///
/// **Node**: `agent.keepSocketAlive`, with v26's `agentKeepAliveTimeoutBuffer` as the margin.
keep_alive_hint read_keep_alive_hint(std::string_view value,
                                     std::chrono::milliseconds margin = std::chrono::milliseconds{
                                         1000}) noexcept;

/// Returns how long a connection may stay parked: the smaller of the agent's `timeout` and the
/// hint. 0 means unlimited.
///
/// **Node**: uses the hint only if the agent's timeout is set and larger.
std::chrono::milliseconds parked_timeout(std::chrono::milliseconds agent_timeout,
                                         keep_alive_hint const& hint) noexcept;

}  // namespace anode::policy
