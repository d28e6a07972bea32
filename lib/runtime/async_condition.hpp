// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/resume_handler.hpp"
#include "runtime/shutdown_hook.hpp"

#include <anode/byte_stream.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace anode::runtime {

/// An asynchronous condition variable: coroutines wait until an object changes.
///
/// A resumed coroutine must check its condition again. A warm object does not allocate. Cancelling
/// a wait (terminal, partial or total) completes it with `operation_aborted`. The destructor
/// destroys the coroutines that wait.
class async_condition final : private shutdown_hook {
public:
  /// The awaitable operation that `wait` returns. It needs no coroutine frame. Await it at once.
  class operation {
    struct start {
      async_condition* at;

      template <class Handler>
      void operator()(Handler&& handler) const {
        net::cancellation_slot const slot = net::get_associated_cancellation_slot(handler);
        bool const same_executor =
            net::get_associated_executor(handler, at->executor_) == at->executor_;
        at->add({resume_handler(std::forward<Handler>(handler)), slot, 0, same_executor});
      }
    };

  public:
    explicit operation(async_condition& at) noexcept : start_{&at} {}

    template <class Token>
    auto operator()(Token&& token) const
        -> decltype(net::async_initiate<Token, void(error_code)>(std::declval<start>(), token)) {
      return net::async_initiate<Token, void(error_code)>(start_, token);
    }

  private:
    start start_;
  };

  explicit async_condition(net::any_io_executor ex) : executor_(std::move(ex)) {}

  /// Returns an operation that completes at the next `notify`.
  operation wait() noexcept { return operation(*this); }

  /// Resumes all coroutines that wait now. A single waiter on the same executor resumes inside this
  /// call if a tick is active. All others resume through their executor.
  void notify() {
    if (!waiters_.empty()) {
      resume_all();
    }
  }

  /// Destroys the coroutines that wait.
  void discard_waiters() { std::exchange(waiters_, {}).clear(); }

  net::any_io_executor const& get_executor() const noexcept { return executor_; }

  bool has_waiters() const noexcept { return !waiters_.empty(); }

private:
  struct waiter {
    resume_handler coroutine;
    net::cancellation_slot slot;
    std::uint64_t number;
    bool same_executor;  // the coroutine runs on `executor_`
  };

  void on_context_shutdown() override { discard_waiters(); }
  void add(waiter w);
  void resume_all();
  void cancel(std::uint64_t number);
  void post(waiter w, error_code ec);

  net::any_io_executor executor_;
  std::vector<waiter> waiters_;
  std::uint64_t last_number_ = 0;
};

}  // namespace anode::runtime
