// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The time of a `web::client`, which tests can replace. Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace anode::web {

namespace net = boost::asio;

/// Tells a client the time and waits between attempts. The default uses the clocks of the system;
/// a test derives a class whose waits take no time.
///
/// The time limits of a single request are those of the agent and do not use this class.
class ANODE_EXPORT client_clock {
public:
  virtual ~client_clock() = default;

  /// Returns the time for durations.
  virtual std::chrono::steady_clock::time_point now();

  /// Returns the time for cookies and for the dates of Retry-After.
  virtual std::chrono::sys_seconds date();

  /// Waits before the next attempt.
  /// @param ex the executor of the client.
  /// **Cancellation**: ends the wait with an exception.
  virtual net::awaitable<void> wait(net::any_io_executor ex, std::chrono::milliseconds time);
};

}  // namespace anode::web
