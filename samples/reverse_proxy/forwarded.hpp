// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

#include <boost/asio/ip/address.hpp>

#include <string_view>
#include <vector>

namespace samples {

/// The peers whose forwarding headers are trusted: proxies in front of this proxy.
class trusted_peers {
public:
  /// Adds an address or a block such as "10.0.0.0/8".
  /// @return whether the text is valid
  bool add(std::string_view text);

  /// Returns whether a block contains the address.
  bool contains(std::string_view address) const;

private:
  struct block {
    boost::asio::ip::address base;
    unsigned bits;
  };
  std::vector<block> blocks_;
};

/// Sets the forwarding headers: X-Forwarded-For, -Proto, -Host, and Forwarded (RFC 7239).
///
/// Values from a trusted peer are extended. In X-Forwarded-For, only the addresses after the last
/// invalid entry are kept. Values from other peers are removed, because a client must not choose
/// its own address.
/// @param peer the address of the client; empty: unknown
void add_forwarded(anode::http::incoming_message const& req, std::string_view peer,
                   trusted_peers const& trusted, anode::http::client_request& out);

}  // namespace samples
