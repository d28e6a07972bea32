// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <cstdint>
#include <exception>
#include <utility>

namespace anode::runtime {

/// An object with deferred work, such as bytes to send or events to emit.
class deferred_task : public detail::counted {
public:
  /// Does the deferred work. May defer the object again.
  virtual void run_deferred() = 0;

private:
  friend class tick;
  bool deferred_ = false;
  deferred_task* next_ = nullptr;
};

/// One unit of work on an executor, from an I/O completion to the return to the scheduler.
///
/// Deferred work runs at the end of the tick. Therefore one call sends all writes of a tick, and
/// listeners run when no caller is inside the library.
///
/// Every function that the scheduler calls starts by constructing a `tick`. A nested tick joins the
/// outer one. An executor that is not a strand must be used in one thread at a time; without NDEBUG
/// `thread_check` aborts the program with a message otherwise. **Node**: one callback of
/// the event loop and its `process.nextTick` queue.
class tick {
public:
  /// @param ex must outlive the tick
  explicit tick(net::any_io_executor const& ex);
  explicit tick(net::any_io_executor&& ex) = delete;
  tick(tick const&) = delete;
  tick& operator=(tick const&) = delete;
  ~tick();

  /// Returns whether a tick on `ex` is active in this thread.
  static bool on(net::any_io_executor const& ex) noexcept {
    return current != nullptr && (&current->executor_ == &ex || current->executor_ == ex);
  }

  /// Returns the unique number of the active tick of this thread; 0 outside a tick.
  static std::uint64_t number() noexcept { return current != nullptr ? current->number_ : 0; }

  /// Calls `m.run_deferred()` once at the end of the active tick on `ex`. Without one, posts the
  /// call to `ex`, where it runs in its own tick. Keeps `m` alive until then.
  static void defer(deferred_task& m, net::any_io_executor const& ex);

  /// Calls the user's function `f`.
  ///
  /// Inside a tick, an exception of `f` is posted to the executor and rethrown there. It therefore
  /// leaves `run` and does not unwind the library. Outside a tick, the exception propagates to the
  /// caller. **Node**: an uncaught exception of a listener.
  template <class F>
  static void call_user(F&& f) {
    if (current == nullptr) {
      std::forward<F>(f)();
    } else {
      call_user(current->executor_, std::forward<F>(f));
    }
  }

  /// Calls the user's function `f`. An exception is always rethrown by `ex`, inside a tick or not.
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
  void* entry_ = nullptr;  // the entry that other threads check
#endif
};

}  // namespace anode::runtime
