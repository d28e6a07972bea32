// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string_view>

namespace anode::message {

/// Returns whether `value` is a valid value of a Host field: a registered name, an IPv4 address or
/// an IPv6 address in brackets, with an optional port. See RFC 9112 section 3.2 and RFC 3986
/// section 3.2.2.
///
/// Rejects an empty value, userinfo, a path, a list, and an IPv6 address with a zone.
///
/// **Node**: accepts any value.
bool is_host_value(std::string_view value) noexcept;

/// Returns the same, but reads sixteen bytes at a time. The memory from `from`, which is not after
/// the value, must be readable.
bool is_host_value(std::string_view value, char const* from) noexcept;

/// Returns whether `text` is an IPv4 address: four decimal numbers without leading zeros.
bool is_ipv4_address(std::string_view text) noexcept;

/// Returns whether `text` is an IPv6 address, without brackets and without a zone.
bool is_ipv6_address(std::string_view text) noexcept;

}  // namespace anode::message
