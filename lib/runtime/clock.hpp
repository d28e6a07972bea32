// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/execution_context.hpp>

#include <chrono>
#include <functional>
#include <map>

namespace anode::runtime {

/// The clock of an execution context: the system clock, or a manual clock that a test advances.
class clock final : public net::execution_context::service {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using key_type = clock;
  static inline net::execution_context::id id;

  explicit clock(net::execution_context& context) : service(context) {}

  /// Returns the clock of the context of `ex`.
  static clock& of(net::any_io_executor const& ex);

  bool manual() const noexcept { return manual_; }
  time_point now() const { return manual_ ? now_ : std::chrono::steady_clock::now(); }
  std::chrono::sys_seconds wall_now() const;

  /// Switches to a manual clock, which only `advance` moves.
  /// @param wall the wall-clock time to start from
  void set_manual(std::chrono::sys_seconds wall);

  /// Advances a manual clock and runs the due callbacks in the order of their times.
  void advance(std::chrono::milliseconds by) { advance_to(now_ + by); }
  void advance_to(time_point until);

  /// Returns the time of the next callback of a manual clock; `time_point::max()` if there is none.
  time_point next_wake() const noexcept {
    return wakes_.empty() ? time_point::max() : wakes_.begin()->first;
  }

  /// Calls `f` when a manual clock reaches `when`. Only `timers` uses this function.
  void wake_at(time_point when, void const* owner, std::function<void()> f);

  /// Removes the callbacks of `owner`.
  void remove(void const* owner);

private:
  void shutdown() override { wakes_.clear(); }

  struct wake {
    void const* owner;
    std::function<void()> call;
  };

  bool manual_ = false;
  time_point now_{};
  std::chrono::sys_seconds wall_{};
  time_point wall_set_{};
  std::multimap<time_point, wake> wakes_;
};

}  // namespace anode::runtime
