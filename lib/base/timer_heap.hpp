// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace anode::base {

/// The clock whose times are passed in; nothing here reads it.
using steady_time = std::chrono::steady_clock::time_point;

/// Later than every deadline.
inline constexpr steady_time no_deadline = steady_time::max();

/// Returns the time `timeout` after `start`; `no_deadline` if `timeout` is not positive, as Node
/// takes 0 for "none", or beyond the clock's range.
constexpr steady_time deadline_after(steady_time start,
                                     std::chrono::milliseconds timeout) noexcept {
  // Compared in milliseconds: the other way round the conversion may overflow.
  auto const most = std::chrono::duration_cast<std::chrono::milliseconds>(no_deadline - start);
  return timeout.count() <= 0 || timeout >= most ? no_deadline : start + timeout;
}

class timer_heap;

/// One deadline that can be set, moved and dropped any number of times: a member of what it
/// belongs to, such as a socket. Drops itself when destroyed.
class timer_node {
public:
  timer_node() = default;
  timer_node(timer_node const&) = delete;
  timer_node& operator=(timer_node const&) = delete;
  ~timer_node();

  /// Returns whether it is set.
  bool armed() const noexcept { return expiry_ != no_deadline; }

  /// Returns when it expires; `no_deadline` if it is not set.
  steady_time expiry() const noexcept { return expiry_; }

private:
  friend class timer_heap;
  timer_heap* queue_ = nullptr;  // null: not in one
  std::uint32_t place_ = 0;      // in the queue's heap
  steady_time expiry_ = no_deadline;
};

/// Many deadlines behind one timer.
///
/// Setting a deadline again to a later time, which is what every request does to the timeout of its
/// socket, writes one number: the queue finds out when the old time has come. Dropping one does the
/// same. Only a deadline new to the queue, or moved to an earlier time, is sorted in. Allocates
/// nothing once it has grown to its working size. A queue may be destroyed before its deadlines.
///
/// **Node**: the timer lists under `socket.setTimeout`.
class timer_heap {
public:
  timer_heap() = default;
  timer_heap(timer_heap const&) = delete;
  timer_heap& operator=(timer_heap const&) = delete;
  ~timer_heap();

  /// Sets a deadline, or moves it.
  /// @return whether `next_deadline` is earlier now, and the driver's timer has to be set again
  bool arm(timer_node& d, steady_time expiry);

  /// Sets a deadline to `deadline_after(now, timeout)`; drops it if that is `no_deadline`.
  /// @return as above
  bool arm(timer_node& d, steady_time now, std::chrono::milliseconds timeout) {
    return arm(d, deadline_after(now, timeout));
  }

  /// Drops a deadline; nothing happens if it is not set.
  void cancel(timer_node& d) noexcept { d.expiry_ = no_deadline; }

  /// Returns when to call `expire` next: never later than the earliest deadline, maybe earlier (the
  /// time of a deadline that was moved since). `no_deadline` if there is none.
  steady_time next_deadline() const noexcept {
    return heap_.empty() ? no_deadline : heap_.front().check;
  }

  /// Drops each deadline whose time has come, and calls `f(deadline&)` for it, earliest first.
  /// `f` may set, drop and destroy any deadline, but not the queue. A deadline that `f` sets to a
  /// time already over waits for the next call.
  /// @return how many there were
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
    steady_time check;  // at most the deadline's own time
    timer_node* of;
  };

  timer_node* take_expired(steady_time now) noexcept;
  void remove(std::uint32_t place) noexcept;
  void put(std::uint32_t place, entry e) noexcept;
  void sift_up(std::uint32_t place, entry e) noexcept;
  void sift_down(std::uint32_t place, entry e) noexcept;

  std::vector<entry> heap_;
};

}  // namespace anode::base
