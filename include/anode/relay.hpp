// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>

namespace anode {

/// What went through a relay.
struct relay_result {
  std::uint64_t a_to_b = 0;  ///< bytes
  std::uint64_t b_to_a = 0;  ///< bytes
};

/// Passes everything that arrives on one connection on to the other, both ways at once, until both
/// have ended.
///
/// The end of one direction is passed on as a half-close. What one side does not take the other is
/// not asked for: at most 192 KiB are held for each direction. Between two plain sockets of Linux a
/// direction that has passed 256 KiB goes on without copying (`splice`), with 64 KiB in the kernel
/// and two more descriptors, if there are any: measured over loopback, 0.35 to 0.43 seconds of CPU
/// time for each GiB, against 0.71 to 0.83 when it is copied, one way or both; short exchanges
/// never come to it. Both connections are closed when it completes; a failure of one side closes
/// the other. Once both sides have ended, what is left to send has 60 seconds; then it is dropped.
///
/// @param idle_timeout closes both when nothing has passed for so long; 0: never while both sides
///   are open, and after 300 seconds, at most 600, once one of them has ended.
/// **Cancellation**: closes both connections.
ANODE_EXPORT boost::asio::awaitable<relay_result> relay(
    socket a, socket b, std::chrono::milliseconds idle_timeout = {});

}  // namespace anode
