// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/address/ip_address.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace anode::web {

/// Parses an address as proxies write it: `1.2.3.4`, `1.2.3.4:80`, `::1`, `[::1]`, `[::1]:80`.
std::optional<ip_address> parse_node(std::string_view text) noexcept;

/// Returns the addresses of an X-Forwarded-For header in their order; nothing in the place of an
/// element that is no address.
std::vector<std::optional<ip_address>> parse_x_forwarded_for(std::string_view value);

/// Returns the `for` addresses of a Forwarded header (RFC 7239), as `parse_x_forwarded_for`.
std::vector<std::optional<ip_address>> parse_forwarded(std::string_view value);

}  // namespace anode::web
