// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace anode::proxy::rules {

/// The bytes of an IP address in network order.
struct ip_bytes {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;  ///< 4 or 16; 0: no address

  explicit operator bool() const noexcept { return size != 0; }

  /// Returns the bytes as a view.
  std::string_view view() const noexcept {
    return {reinterpret_cast<char const*>(bytes.data()), size};
  }
};

/// Parses an address in the forms of `inet_pton`: four decimal numbers without leading zeros, or
/// IPv6 without brackets and zone.
ip_bytes parse_ip_text(std::string_view text) noexcept;

/// Returns an address of 4 or 16 bytes as text; empty for another size.
std::string ip_text(std::string_view bytes);

/// Returns the texts of the addresses that a connection to an address may reach: the address
/// itself, the IPv4 address inside of an IPv6 address, and the loopback addresses for an
/// unspecified one. Empty if the text is no address.
std::vector<std::string> reached_addresses(std::string_view text);

}  // namespace anode::proxy::rules

namespace anode::proxy {

using rules::ip_bytes;
using rules::ip_text;
using rules::parse_ip_text;
using rules::reached_addresses;

}  // namespace anode::proxy
