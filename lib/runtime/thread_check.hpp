// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#ifndef NDEBUG

#include <boost/asio/execution_context.hpp>

namespace anode::runtime {

/// Detects the use of an executor's objects in two threads. Exists only without NDEBUG.
///
/// Only executors of an `io_context` or a `thread_pool` are checked, because a strand serializes
/// its handlers. A check may find nothing although there is a race, but it never reports a program
/// that uses an executor in one thread after the other. The functions do not synchronize threads,
/// because a race detector would then not find the race.
class thread_check {
public:
  /// Registers a context that has not shut down. Others are not checked, and not accessed.
  static void begin(net::execution_context const& context) noexcept;

  /// Removes a context that shuts down. Handles may outlive it.
  static void end(net::execution_context const& context) noexcept;

  /// Registers a tick of this thread on `ex`. Ends the program with a message if another thread has
  /// one, or as `use` does.
  /// @return its entry for `leave`, or null if nothing was registered
  static void* enter(net::any_io_executor const& ex);

  /// Removes the entry of a tick; null is allowed.
  static void leave(void* entry) noexcept;

  /// Checks the use of an object of `ex` in this thread, outside of a tick. Ends the program with a
  /// message if another thread runs the context of `ex` at this time.
  ///
  /// If the context last ran in another thread that still exists, a function is posted to it. If it
  /// is called within `patience`, another thread runs the context while this thread is here.
  static void use(net::any_io_executor const& ex);
};

}  // namespace anode::runtime

#endif
