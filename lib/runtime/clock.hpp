// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/execution_context.hpp>

#include <chrono>
#include <functional>
#include <map>

namespace anode::runtime {

/// The clock of an execution context: the system's, or one that a test moves by hand.
class clock final : public net::execution_context::service {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using key_type = clock;
  static inline net::execution_context::id id;

  explicit clock(net::execution_context& context) : service(context) {}

  /// Returns the clock of the context that `ex` belongs to.
  static clock& of(net::any_io_executor const& ex);

  bool manual() const noexcept { return manual_; }
  time_point now() const { return manual_ ? now_ : std::chrono::steady_clock::now(); }
  std::chrono::sys_seconds wall_now() const;

  /// Stops the clock: from now on only `advance` moves it.
  void set_manual(std::chrono::sys_seconds wall);

  /// Moves a manual clock, waking what is due on the way in order.
  void advance(std::chrono::milliseconds by) { advance_to(now_ + by); }
  void advance_to(time_point until);

  /// Returns when a manual clock wakes somebody next; the end of time if nobody waits.
  time_point next_wake() const noexcept {
    return wakes_.empty() ? time_point::max() : wakes_.begin()->first;
  }

  /// Has `f` called when a manual clock reaches `when`. For `timers` only.
  void wake_at(time_point when, void const* who, std::function<void()> f);
  void forget(void const* who);

private:
  void shutdown() override { wakes_.clear(); }

  struct wake {
    void const* who;
    std::function<void()> call;
  };

  bool manual_ = false;
  time_point now_{};
  std::chrono::sys_seconds wall_{};
  time_point wall_set_{};
  std::multimap<time_point, wake> wakes_;
};

}  // namespace anode::runtime
