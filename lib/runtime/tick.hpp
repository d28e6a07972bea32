// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <cstdint>
#include <exception>
#include <utility>

namespace anode::runtime {

/// An object that has something to do at the end of a turn: bytes to send, events to report.
class deferred_task : public detail::counted {
public:
  /// Does what was put off. May defer the object again.
  virtual void run_deferred() = 0;

private:
  friend class tick;
  bool deferred_ = false;
  deferred_task* next_ = nullptr;
};

/// One turn of work on an executor: what happens between an I/O completion and the return to the
/// scheduler. What is put off during a turn is done at its end, so that the writes of a turn leave
/// together and events are reported when no caller is in the middle of something.
///
/// Every function that the scheduler calls begins by making a `turn`; one inside another is the
/// same turn. Two threads in turns on the same executor, unless that is a strand, are a mistake of
/// the program: without NDEBUG it ends with a message. **Node**: one run of the event loop's
/// callback with its `process.nextTick` queue.
class tick {
public:
  /// @param ex has to outlive the turn
  explicit tick(net::any_io_executor const& ex);
  explicit tick(net::any_io_executor&& ex) = delete;
  tick(tick const&) = delete;
  tick& operator=(tick const&) = delete;
  ~tick();

  /// Returns whether a turn on `ex` is under way in this thread.
  static bool on(net::any_io_executor const& ex) noexcept {
    return current != nullptr && (&current->executor_ == &ex || current->executor_ == ex);
  }

  /// Returns a number that the turn under way in this thread has for itself; 0 outside of any.
  static std::uint64_t number() noexcept { return current != nullptr ? current->number_ : 0; }

  /// Has `m.run_deferred()` called once at the end of this turn or, outside of any, in one of its
  /// own soon. Keeps `m` alive until then.
  static void defer(deferred_task& m, net::any_io_executor const& ex);

  /// Calls `f`, which is the user's. What it throws inside of a turn is thrown again by a function
  /// of the executor's own, so that it leaves `run` and not the middle of the library's work;
  /// outside of any turn the caller gets it. **Node**: an uncaught exception of a listener.
  template <class F>
  static void call_user(F&& f) {
    if (current == nullptr) {
      std::forward<F>(f)();
    } else {
      call_user(current->executor_, std::forward<F>(f));
    }
  }

  /// The same in a turn or not: `ex` throws.
  template <class F>
  static void call_user(net::any_io_executor const& ex, F&& f) {
    try {
      std::forward<F>(f)();
    } catch (...) {
      rethrow_soon(ex, std::current_exception());
    }
  }

private:
  static void rethrow_soon(net::any_io_executor const& ex, std::exception_ptr e);
  void run();

  static constinit thread_local tick* current;
  static constinit thread_local std::uint64_t last_number;

  net::any_io_executor const& executor_;
  tick* outer_;
  std::uint64_t number_ = 0;
  bool nested_;
  deferred_task* first_ = nullptr;
  deferred_task* last_ = nullptr;
#ifndef NDEBUG
  void* noted_ = nullptr;  // where other threads see this turn
#endif
};

}  // namespace anode::runtime
