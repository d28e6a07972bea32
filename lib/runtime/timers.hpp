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

/// The longest time that is told from "for ever": what is longer would not fit the clock.
inline constexpr std::chrono::milliseconds longest_delay = std::chrono::hours(24 * 365 * 100);

/// Something that happens at a time unless it is set again or dropped before: a member of what it
/// belongs to.
class timer : public base::timer_node {
public:
  /// Called on the executor when the time has come; the timer is not armed any more.
  virtual void expired() = 0;

protected:
  ~timer() = default;
};

/// All timers of one server, agent or socket, behind one Asio timer: setting one costs no system
/// call and, when it is only moved, no more than writing a number.
class timers : public deferred_task, private shutdown_hook {
public:
  explicit timers(net::any_io_executor ex);

  /// Returns the time of the current turn, which is read once.
  [[gnu::always_inline]] protocol_time now() {
    std::uint64_t const turn = tick::number();
    if (turn == 0 || clock_.manual()) {
      return clock_.now();
    }
    if (turn != now_of_tick_) {
      now_of_tick_ = turn;
      now_ = clock_.now();
    }
    return now_;
  }

  net::any_io_executor const& executor() const noexcept { return executor_; }

  /// Sets `t` to expire after `delay`, or drops it when that is not positive.
  void arm(timer& t, std::chrono::milliseconds delay);

  /// Drops `t`. When none is left the context has nothing to wait for here, and may run out of
  /// work.
  void cancel(timer& t);

  /// Stops: nothing expires any more.
  void stop();

  void run_deferred() override;

private:
  void on_context_shutdown() override;
  void schedule();
  void on_wake();

  net::any_io_executor executor_;
  clock& clock_;
  base::timer_heap queue_;
  std::optional<net::steady_timer> wake_;  // none once the context has ended
  protocol_time now_{};
  std::uint64_t now_of_tick_ = 0;  // the turn in which that was read
  protocol_time wake_at_ = base::no_deadline;
  std::size_t armed_ = 0;
  bool stopped_ = false;
};

}  // namespace anode::runtime
