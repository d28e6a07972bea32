// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace anode::base {

/// A time of the steady clock. Callers pass the current time; this file never reads a clock.
using steady_time = std::chrono::steady_clock::time_point;

/// The value that means "no deadline". It is later than every deadline.
inline constexpr steady_time no_deadline = steady_time::max();

/// Returns the time `timeout` after `start`.
/// @return `no_deadline` if `timeout` is not positive (in Node 0 means "none") or if the result is
///   beyond the clock's range
constexpr steady_time deadline_after(steady_time start,
                                     std::chrono::milliseconds timeout) noexcept {
  // Compare in milliseconds, because converting `timeout` to the clock's unit may overflow.
  auto const most = std::chrono::duration_cast<std::chrono::milliseconds>(no_deadline - start);
  return timeout.count() <= 0 || timeout >= most ? no_deadline : start + timeout;
}

class timer_heap;

/// One deadline in a `timer_heap`. It can be armed, moved and cancelled any number of times.
///
/// A node is a member of the object that it times, such as a socket. The destructor cancels it.
class timer_node {
public:
  timer_node() = default;
  timer_node(timer_node const&) = delete;
  timer_node& operator=(timer_node const&) = delete;
  ~timer_node();

  /// Returns whether the deadline is set.
  bool armed() const noexcept { return expiry_ != no_deadline; }

  /// Returns when the deadline expires; `no_deadline` if it is not set.
  steady_time expiry() const noexcept { return expiry_; }

private:
  friend class timer_heap;
  timer_heap* queue_ = nullptr;  // null: not in a heap
  std::uint32_t index_ = 0;      // index in `timer_heap::heap_`
  steady_time expiry_ = no_deadline;
};

/// A heap of deadlines that share one timer.
///
/// Moving a deadline to a later time and cancelling a deadline cost one store. The heap detects the
/// change when the old time expires. Each request moves the timeout of its socket in this way. Only
/// a new deadline, or a deadline moved to an earlier time, is sorted into the heap. The heap does
/// not allocate after it has grown to its working size. A heap may be destroyed before its nodes.
///
/// **Node**: the timer lists under `socket.setTimeout`.
class timer_heap {
public:
  timer_heap() = default;
  timer_heap(timer_heap const&) = delete;
  timer_heap& operator=(timer_heap const&) = delete;
  ~timer_heap();

  /// Sets a deadline or moves it. `no_deadline` cancels it.
  /// @return true if `next_deadline` is now earlier; the owner must then restart its timer
  bool arm(timer_node& d, steady_time expiry);

  /// Sets a deadline to `deadline_after(now, timeout)`, or cancels it if that is `no_deadline`.
  /// @return true if `next_deadline` is now earlier
  bool arm(timer_node& d, steady_time now, std::chrono::milliseconds timeout) {
    return arm(d, deadline_after(now, timeout));
  }

  /// Cancels a deadline. Has no effect if the deadline is not set.
  void cancel(timer_node& d) noexcept { d.expiry_ = no_deadline; }

  /// Returns when to call `expire` next; `no_deadline` if the heap is empty. The time is never
  /// later than the earliest deadline. It may be earlier if a deadline was moved or cancelled.
  steady_time next_deadline() const noexcept {
    return heap_.empty() ? no_deadline : heap_.front().check;
  }

  /// Removes each expired deadline and calls `f(timer_node&)` for it, earliest first.
  ///
  /// `f` may set, cancel and destroy any deadline. `f` must not destroy the heap. One call of
  /// `expire` calls `f` at most as often as the heap had entries at its start, therefore it ends
  /// even if `f` sets deadlines in the past.
  /// @return the number of expired deadlines
  template <class F>
  std::size_t expire(steady_time now, F&& f) {
    std::size_t done = 0;
    for (std::size_t left = heap_.size(); left > 0; --left) {
      timer_node* d = take_expired(now);
      if (!d) {
        break;
      }
      ++done;
      f(*d);
    }
    return done;
  }

private:
  friend class timer_node;
  struct entry {
    steady_time check;  // not later than the deadline's own time
    timer_node* of;
  };

  timer_node* take_expired(steady_time now) noexcept;
  void remove(std::uint32_t index) noexcept;
  void put(std::uint32_t index, entry e) noexcept;
  void sift_up(std::uint32_t index, entry e) noexcept;
  void sift_down(std::uint32_t index, entry e) noexcept;

  std::vector<entry> heap_;
};

}  // namespace anode::base
