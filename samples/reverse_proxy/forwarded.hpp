// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/http.hpp>

#include <boost/asio/ip/address.hpp>

#include <string_view>
#include <vector>

namespace samples {

/// The peers whose word about earlier hops is taken: other proxies in front.
class trusted_peers {
public:
  /// Adds an address, or a block of them, "10.0.0.0/8". @return whether it is one.
  bool add(std::string_view text);

  bool contains(std::string_view address) const;

private:
  struct block {
    boost::asio::ip::address base;
    unsigned bits;
  };
  std::vector<block> blocks_;
};

/// Tells the server behind who asks: X-Forwarded-For, -Proto and -Host, and Forwarded (RFC 7239).
///
/// What the request itself says there is continued if it comes from a trusted peer, as far as it is
/// well-formed; else it is dropped, so that a client cannot choose its address.
/// @param peer the address of who asks; empty: unknown.
void add_forwarded(anode::http::incoming_message const& req, std::string_view peer,
                   trusted_peers const& trusted, anode::http::client_request& out);

}  // namespace samples
