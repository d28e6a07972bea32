// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/endpoint.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace anode {

/// A set of IP networks, for example the proxies that a server trusts, or the addresses that an
/// agent must not connect to.
///
/// An entry is an address ("127.0.0.1", "::1"), a block ("10.0.0.0/8", "2001:db8::/32"), or "unix",
/// which means every peer of a Unix socket. Addresses have the strict form only: no leading zeros,
/// no shortened IPv4, no brackets. An IPv4 address and the same address mapped into IPv6
/// ("::ffff:10.0.0.1") are equal.
///
/// **Node**: `net.BlockList`.
class ANODE_EXPORT network_list {
public:
  /// Makes an empty list, which contains nothing.
  network_list() = default;

  /// Makes a list of these entries.
  /// @throws http::exception as `add`.
  network_list(std::initializer_list<std::string_view> entries);

  /// Adds an entry.
  /// @throws http::exception with `error::invalid_arg_value` if it is none of the three forms.
  network_list& add(std::string_view network);

  /// Adds an entry if it is valid.
  /// @return whether it is.
  bool try_add(std::string_view network);

  /// Returns whether an entry contains an address. Text that is not an address is contained in
  /// none. An IPv6 zone ("%eth0") is ignored.
  bool contains(std::string_view address) const noexcept;

  /// Returns whether an entry contains the address of an endpoint; for a Unix socket, whether the
  /// entry "unix" exists. With g++ 12, write `at` in braces only outside of `co_await` expressions.
  bool contains(endpoint const& at) const noexcept;

  /// Returns whether the list has no entry.
  bool empty() const noexcept { return blocks_.empty() && !unix_; }

  /// Returns the number of entries.
  std::size_t size() const noexcept { return blocks_.size() + (unix_ ? 1 : 0); }

private:
  struct block {
    std::array<std::uint8_t, 16> bytes{};
    std::uint8_t size = 0;  // of the address in bytes
    std::uint8_t bits = 0;  // of the prefix
  };

  std::vector<block> blocks_;
  bool unix_ = false;
};

}  // namespace anode
