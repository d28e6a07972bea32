// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/generic/stream_protocol.hpp>

#include <string_view>

namespace anode::transport {

/// Returns a socket address as text: address, port and family. Returns an empty `endpoint` for
/// families other than IPv4, IPv6 and Unix.
endpoint endpoint_text(net::generic::stream_protocol::endpoint const& e);

/// Returns the address that a connection reaches: the IPv4 address of an IPv4-mapped IPv6 address,
/// and any other address unchanged.
endpoint without_mapping(endpoint e);

/// Returns whether `text` is an IPv4 or IPv6 address.
bool is_ip_address(std::string_view text) noexcept;

}  // namespace anode::transport
