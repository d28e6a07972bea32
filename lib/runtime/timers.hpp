// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/timer_heap.hpp"
#include "runtime/clock.hpp"
#include "runtime/shutdown_hook.hpp"
#include "runtime/tick.hpp"

#include <anode/byte_stream.hpp>

#include <boost/asio/steady_timer.hpp>

#include <optional>

namespace anode::runtime {

using protocol_time = base::steady_time;

/// The longest accepted delay, 100 years. A longer one would overflow the clock.
inline constexpr std::chrono::milliseconds longest_delay = std::chrono::hours(24 * 365 * 100);

/// A timer that expires once, unless it is armed again or cancelled before. It is a member of the
/// object that it serves.
class timer : public base::timer_node {
public:
  /// Called on the executor at the deadline. The timer is not armed any more.
  virtual void expired() = 0;

protected:
  ~timer() = default;
};

/// All timers of one server, agent or socket, behind a single Asio timer. Arming a timer needs no
/// system call; moving its deadline writes one number.
class timers : public deferred_task, private shutdown_hook {
public:
  explicit timers(net::any_io_executor ex);

  /// Returns the current time. Each tick reads the clock at most once.
  [[gnu::always_inline]] protocol_time now() {
    std::uint64_t const tick_number = tick::number();
    if (tick_number == 0 || clock_.manual()) {
      return clock_.now();
    }
    if (tick_number != now_of_tick_) {
      now_of_tick_ = tick_number;
      now_ = clock_.now();
    }
    return now_;
  }

  net::any_io_executor const& executor() const noexcept { return executor_; }

  /// Arms `t` to expire after `delay`. A delay of zero or less cancels `t`.
  void arm(timer& t, std::chrono::milliseconds delay);

  /// Cancels `t`. Without armed timers, this object does not keep the context's `run` busy.
  void cancel(timer& t);

  /// Stops all timers for good: none expires any more.
  void stop();

  void run_deferred() override;

private:
  void on_context_shutdown() override;
  void schedule();
  void on_wake();

  net::any_io_executor executor_;
  clock& clock_;
  base::timer_heap queue_;
  std::optional<net::steady_timer> wake_;  // empty after the context has shut down
  protocol_time now_{};
  std::uint64_t now_of_tick_ = 0;  // the tick that read `now_`
  protocol_time wake_at_ = base::no_deadline;
  std::size_t armed_ = 0;
  bool stopped_ = false;
};

}  // namespace anode::runtime
