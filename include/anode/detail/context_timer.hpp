// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
#include <anode/detail/export.hpp>

#include <chrono>
#include <memory>

namespace anode::runtime {
class context_timer_impl;
}

namespace anode::detail {

/// A timer for the libraries above anode. It uses the clock of its execution context: that of the
/// system, or the manual clock of `testing::event_loop`. It also reports the end of the context.
///
/// While it is armed, it keeps the context's `run` busy. The destructor cancels it.
///
/// **Concurrency**: use it on its executor.
class ANODE_EXPORT context_timer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  context_timer(context_timer const&) = delete;
  context_timer& operator=(context_timer const&) = delete;

  /// Returns the current time of the context. It is constant within one completion handler. After
  /// the end of the context it is the epoch.
  time_point now() const;

  /// Arms the timer, or moves its deadline. A time in the past expires soon. Resolution: 1 ms. Has
  /// no effect after the end of the context.
  void arm(time_point when);

  /// Cancels the timer.
  void disarm() noexcept;

  /// Returns whether the timer is armed.
  bool armed() const noexcept;

protected:
  /// Makes a timer that is not armed.
  explicit context_timer(net::any_io_executor ex);
  virtual ~context_timer();

  /// Called on the executor at the deadline. The timer is not armed any more. The function may
  /// destroy the timer.
  virtual void expired() = 0;

  /// Called once when the context shuts down. Destroy all handlers that you own here: they can own
  /// the object of this timer. The function may destroy the timer.
  virtual void context_ended() = 0;

private:
  friend class runtime::context_timer_impl;
  ptr<runtime::context_timer_impl> impl_;
};

}  // namespace anode::detail
