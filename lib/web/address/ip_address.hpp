// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// An address of IPv6, or of IPv4 as the IPv6 address ::ffff:a.b.c.d. Therefore both spellings of
/// an IPv4 address are equal.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{};

  /// Returns whether this is an address of IPv4.
  bool is_v4() const noexcept;

  bool operator==(ip_address const&) const = default;
};

/// Parses four decimal numbers without leading zeros, or an IPv6 address (RFC 4291 section 2.2). A
/// zone (`%eth0`) is ignored. Returns nothing for anything else.
std::optional<ip_address> parse_ip_address(std::string_view text) noexcept;

/// Returns the canonical text (RFC 5952); that of IPv4 has four numbers.
std::string to_string(ip_address const& address);

/// A range of addresses with a common prefix.
struct ip_network {
  ip_address base{};
  unsigned bits = 128;  ///< of the prefix; that of IPv4 counts 96 bits more

  /// Returns whether the network contains the address.
  bool contains(ip_address const& address) const noexcept;
};

/// Parses an address, or an address with a prefix length, for example "10.0.0.0/8".
std::optional<ip_network> parse_ip_network(std::string_view text) noexcept;

}  // namespace anode::web
