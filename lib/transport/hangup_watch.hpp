// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

namespace anode::transport {

/// Notices that the peer of a socket has ended its direction, or reset the connection, while bytes
/// before that are unread: Asio's readiness operations cannot tell that from more input.
///
/// All sockets of an execution context share one descriptor. **Concurrency**: from any thread of
/// the context. Where the system has no such event (anything but Linux) nothing is ever noticed.
///
/// Has `done` called, through `ex`, when that happens on `descriptor`; at most once. An error says
/// that the connection has failed. There must be no other watch on the descriptor.
void watch_hangup(net::any_io_executor const& ex, native_handle_type descriptor, io_callback done);

/// Drops the watch on `descriptor`, if there is one; has to precede the descriptor's closing.
void forget_hangup(net::any_io_executor const& ex, native_handle_type descriptor);

}  // namespace anode::transport
