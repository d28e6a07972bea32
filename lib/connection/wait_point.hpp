// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connection/context_member.hpp"

#include <anode/byte_stream.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace anode::connection {

/// A place where coroutines wait until something about an object has changed.
///
/// Who waits checks its condition again when it goes on. Allocates nothing once warm. Cancelling a
/// wait (terminal, partial or total) ends it with `operation_aborted`. Destroying the place
/// destroys the coroutines that wait.
class wait_point final : private context_member {
public:
  explicit wait_point(net::any_io_executor ex) : executor_(std::move(ex)) {}

  /// Waits for the next `notify`.
  net::awaitable<void> wait();

  /// Lets all go on that wait now: those of this executor at once when a turn is under way, others
  /// through their executor.
  void notify();

  /// Destroys the coroutines that wait.
  void drop() { std::exchange(waiters_, {}).clear(); }

  bool has_waiters() const noexcept { return !waiters_.empty(); }

private:
  using handler = net::async_result<net::use_awaitable_t<>, void(error_code)>::handler_type;

  struct waiter {
    std::optional<handler> go_on;
  };

  void context_ended() override { drop(); }
  void add(handler h);
  void cancel(waiter const* w);
  void resume(std::unique_ptr<waiter> w);
  static void post(handler go_on, error_code ec);

  net::any_io_executor executor_;
  std::vector<std::unique_ptr<waiter>> waiters_;
  std::unique_ptr<waiter> spare_;  // so that waiting again allocates nothing
};

}  // namespace anode::connection
