// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

namespace anode::transport {

/// Watches a socket for the half-close or the reset of its peer, even while earlier input is
/// unread. Asio's readiness operations cannot distinguish this from more input.
///
/// Calls `done` at most once, on `ex`. `done` receives an error if the connection has failed. All
/// sockets of an execution context share one epoll descriptor. On systems other than Linux, `done`
/// is never called.
///
/// **Concurrency**: any thread of the context.
/// @param descriptor a socket without another watch
void watch_hangup(net::any_io_executor const& ex, native_handle_type descriptor, io_callback done);

/// Removes the watch on `descriptor`, if there is one. Call it before closing the descriptor.
void unwatch_hangup(net::any_io_executor const& ex, native_handle_type descriptor);

}  // namespace anode::transport
