// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace anode {

/// Waits for a time, on the clock that the servers and agents of the executor's context use: in a
/// `testing::event_loop` it passes when the test advances it. To limit an operation, await
/// `operation || delay(ex, limit)` with Asio's awaitable operators.
/// @param time zero or less: completes at once.
/// **Cancellation**: ends the wait with `operation_aborted`.
/// **Node**: `setTimeout` of `timers/promises`.
ANODE_EXPORT boost::asio::awaitable<void> delay(boost::asio::any_io_executor ex,
                                                std::chrono::milliseconds time);

}  // namespace anode
