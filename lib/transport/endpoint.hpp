// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/generic/stream_protocol.hpp>

#include <string_view>

namespace anode::transport {

/// Returns address, port and family of a socket address; an empty `endpoint` for other families.
endpoint endpoint_text(net::generic::stream_protocol::endpoint const& e);

/// Returns whether a text is an IPv4 or IPv6 address.
bool is_ip_address(std::string_view text) noexcept;

}  // namespace anode::transport
