// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Work that would block the loop, for example reading files. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/web/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace anode::web {

namespace net = boost::asio;

/// Thrown by `blocking` if too much work waits; a router responds with 503.
class ANODE_EXPORT blocking_queue_full : public http_error {
public:
  blocking_queue_full() : http_error(503, "too much blocking work waits") {}
};

/// What `blocking` does if 256 tasks wait for a thread.
enum class when_full : std::uint8_t {
  refuse,  ///< throws `blocking_queue_full`
  queue,   ///< waits too; for work of which each connection has at most one at a time
};

namespace detail {

/// Work for the threads, with its result.
class ANODE_EXPORT blocking_task {
public:
  virtual ~blocking_task() = default;

  /// Does the work. Called once, by another thread.
  virtual void run() noexcept = 0;
};

/// Runs a task on the threads and completes on `ex`.
ANODE_EXPORT net::awaitable<void> run_blocking(net::any_io_executor ex,
                                               std::shared_ptr<blocking_task> task, when_full full);

template <class F>
class blocking_call final : public blocking_task {
public:
  using result_type = std::invoke_result_t<F&>;
  using stored_type = std::conditional_t<std::is_void_v<result_type>, bool, result_type>;

  explicit blocking_call(F f) : f_(std::move(f)) {}

  void run() noexcept override {
    try {
      if constexpr (std::is_void_v<result_type>) {
        (*f_)();
        result_ = true;
      } else {
        result_.emplace((*f_)());
      }
    } catch (...) {
      error_ = std::current_exception();
    }
    f_.reset();
  }

  result_type take() {
    if (error_) {
      std::rethrow_exception(std::exchange(error_, nullptr));
    }
    if constexpr (!std::is_void_v<result_type>) {
      return std::move(*result_);
    }
  }

private:
  std::optional<F> f_;  // empty after its call
  std::optional<stored_type> result_{};
  std::exception_ptr error_{};
};

template <class F>
net::awaitable<std::invoke_result_t<F&>> call_blocking(net::any_io_executor ex,
                                                       std::shared_ptr<blocking_call<F>> call,
                                                       when_full full) {
  co_await run_blocking(std::move(ex), call, full);
  co_return call->take();
}

}  // namespace detail

/// Calls `f()` on one of the process's four threads for blocking work and resumes on `ex` with its
/// result or exception. The threads start with the first call and end with the process.
///
/// `f` and what it captures must not refer to the coroutine or anything else of the loop, because
/// the coroutine can be destroyed, with its context, while `f` runs. `f` is destroyed by the thread
/// that has called it, before the coroutine resumes.
///
/// ```cpp
/// auto const read = [path] { return slurp(path); };  // g++ 12: not inside of co_await
/// std::string const text = co_await web::blocking(ex, read);
/// ```
/// @param ex executor of the coroutine. Its context must permit `post` from other threads, as all
///   contexts do that are not made with `BOOST_ASIO_CONCURRENCY_HINT_UNSAFE`.
/// @throws blocking_queue_full if `full` is `refuse` and 256 tasks wait.
/// **Cancellation**: has no effect; the work is finished.
/// **Node**: the thread pool of libuv.
template <class F>
net::awaitable<std::invoke_result_t<std::decay_t<F>&>> blocking(
    net::any_io_executor ex, F&& f, when_full full = when_full::refuse) {
  using call = detail::blocking_call<std::decay_t<F>>;
  return detail::call_blocking<std::decay_t<F>>(std::move(ex),
                                                std::make_shared<call>(std::forward<F>(f)), full);
}

}  // namespace anode::web
