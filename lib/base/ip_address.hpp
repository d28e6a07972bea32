// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::base {

/// An IP address as bytes in network order.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t size = 0;  ///< 4 or 16; 0: no address

  explicit operator bool() const noexcept { return size != 0; }
  bool is_v4() const noexcept { return size == 4; }

  /// Returns the bytes as a view.
  std::string_view view() const noexcept {
    return {reinterpret_cast<char const*>(bytes.data()), size};
  }

  friend bool operator==(ip_address const&, ip_address const&) = default;
};

/// Parses an address in the forms of `inet_pton`: four decimal numbers without leading zeros, or
/// IPv6 without brackets and zone.
/// @return no address if the text has another form
ip_address parse_ip(std::string_view text) noexcept;

/// Makes an address of 4 or 16 bytes.
ip_address make_ip(std::string_view bytes) noexcept;

/// Returns the address as text; IPv6 in the form of RFC 5952.
std::string to_text(ip_address const& address);

/// Returns the IPv4 address in an IPv4-mapped IPv6 address; any other address unchanged.
ip_address unmapped(ip_address const& address) noexcept;

/// Returns the IPv4 address to which a translator or tunnel passes packets for an IPv6 address:
/// mapped (::ffff:0:0/96), compatible (::/96), NAT64 (64:ff9b::/96) and 6to4 (2002::/16).
/// @return no address if the address contains none
ip_address embedded_v4(ip_address const& address) noexcept;

/// Returns whether the first `bits` bits of two addresses of the same size are equal.
bool same_network(ip_address const& a, ip_address const& b, unsigned bits) noexcept;

}  // namespace anode::base
