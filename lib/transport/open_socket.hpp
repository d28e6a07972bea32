// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

namespace anode::transport {

// Creates sockets that child processes do not inherit. They are close-on-exec from their creation,
// because another thread may fork between creation and a later call. Asio's functions do not do
// this.

using stream_socket = net::generic::stream_protocol::socket;
using stream_acceptor = net::basic_socket_acceptor<net::generic::stream_protocol>;

/// Opens a socket that is close-on-exec.
void open_socket(stream_socket& socket, net::generic::stream_protocol const& protocol,
                 error_code& ec);
void open_socket(stream_acceptor& socket, net::generic::stream_protocol const& protocol,
                 error_code& ec);

/// Accepts a connection from a non-blocking acceptor. The new socket is close-on-exec.
/// @return the connection; a closed socket on error, with `would_block` if the backlog is empty
stream_socket accept_socket(stream_acceptor& acceptor, error_code& ec);

/// Makes an existing descriptor close-on-exec. Ignores errors.
void set_close_on_exec(native_handle_type descriptor) noexcept;

}  // namespace anode::transport
