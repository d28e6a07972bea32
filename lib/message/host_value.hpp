// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string_view>

namespace anode::message {

/// Returns whether `value` may be the value of a Host field: a registered name, an IPv4 address or
/// an IPv6 address in brackets, and perhaps a port (RFC 9112 section 3.2, RFC 3986 section 3.2.2).
///
/// Not empty, no userinfo, no path, no list; in brackets only what is an IPv6 address, without a
/// zone. **Node**: takes any value.
bool is_host_value(std::string_view value) noexcept;

/// The same, faster, for a value that lies behind other bytes: memory may be read from `from` on.
bool is_host_value(std::string_view value, char const* from) noexcept;

/// Returns whether `text` is an IPv4 address: four decimal numbers without leading zeros.
bool is_ipv4_address(std::string_view text) noexcept;

/// Returns whether `text` is an IPv6 address, without brackets and without a zone.
bool is_ipv6_address(std::string_view text) noexcept;

}  // namespace anode::message
