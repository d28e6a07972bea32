// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The address of a client behind proxies. Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace anode::web {

/// The header in which a proxy names the client.
enum class forwarded_header : std::uint8_t {
  x_forwarded_for,  ///< X-Forwarded-For: addresses, the client first
  forwarded,        ///< Forwarded (RFC 7239): elements with `for=`, the client first
};

/// The proxies in front of a server whose word about the client counts.
///
///     web::trusted_proxies const proxies{"10.0.0.0/8", "::1"};
///
/// A client can send such a header itself, therefore the address is searched from the right: the
/// first address that is not that of a trusted proxy is the client's. The object is a handle to
/// immutable data.
class ANODE_EXPORT trusted_proxies {
public:
  /// Trusts no proxy.
  trusted_proxies() noexcept = default;

  /// Trusts the proxies of these addresses and networks, for example "10.1.2.3", "10.0.0.0/8" or
  /// "fd00::/8". The text "unix" trusts the connections of Unix sockets, which have no address.
  /// @param header the header that these proxies set or extend. They must remove the other one, or
  ///   it must not be used.
  /// @throws exception with `error::invalid_ip_address`.
  trusted_proxies(std::initializer_list<std::string_view> networks,
                  forwarded_header header = forwarded_header::x_forwarded_for);

  /// Returns the header that is read.
  forwarded_header header() const noexcept;

  /// Returns whether the address belongs to a trusted proxy. A text that is no address stands for a
  /// connection of a Unix socket.
  bool contains(std::string_view address) const noexcept;

  /// Returns the address of the client.
  /// @param peer the address of the connection.
  /// @param value the value of the header, repeated lines joined by commas; may be empty.
  /// @return `peer` if it is not a trusted proxy; otherwise the last address of the header that is
  ///   not one. If the header ends before, or an element is not an address ("unknown"), the result
  ///   is the last address that was reached. IPv4 addresses mapped to IPv6 have the IPv4 form.
  std::string client_of(std::string_view peer, std::string_view value) const;

private:
  struct data;
  std::shared_ptr<data const> data_;
};

}  // namespace anode::web
