// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

namespace anode::transport {

// Sockets that a program does not inherit which this process starts: close-on-exec from their first
// moment, so that a `fork` in another thread cannot come in between. Asio's own functions do not
// set that.

using stream_socket = net::generic::stream_protocol::socket;
using stream_acceptor = net::basic_socket_acceptor<net::generic::stream_protocol>;

/// Opens a socket, close-on-exec.
void open_socket(stream_socket& socket, net::generic::stream_protocol const& protocol,
                 error_code& ec);
void open_socket(stream_acceptor& socket, net::generic::stream_protocol const& protocol,
                 error_code& ec);

/// Accepts a connection from a non-blocking acceptor, close-on-exec.
/// @return the connection; a closed one with an error, `would_block` if no connection waits.
stream_socket accept_socket(stream_acceptor& acceptor, error_code& ec);

/// Makes a descriptor that came from elsewhere close-on-exec.
void set_close_on_exec(native_handle_type descriptor) noexcept;

}  // namespace anode::transport
