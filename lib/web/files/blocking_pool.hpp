// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/function.hpp>
#include <anode/web/blocking.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace anode::web {

struct blocking_job;

/// The waiting coroutines of one context. A thread that has run a task resumes its coroutine; the
/// end of the context destroys those that are left.
struct blocking_waiters {
  std::mutex mutex{};
  std::vector<std::shared_ptr<blocking_job>> jobs{};
  std::size_t started = 0;  // jobs ever added
};

/// The jobs of one context.
struct blocking_count {
  std::size_t started = 0;     ///< ever
  std::size_t unfinished = 0;  ///< whose coroutine has not been resumed
};

/// Returns the numbers of jobs of a context.
blocking_count count_blocking(boost::asio::execution_context& context);

/// A task with the coroutine that waits for it.
struct blocking_job {
  std::shared_ptr<detail::blocking_task> task{};
  std::shared_ptr<blocking_waiters> waiters{};
  // Guarded by the mutex of `waiters`. Empty after the end of the context.
  std::size_t place = 0;  // in the list of the waiters
  anode::detail::function<void()> resume{};
  net::any_io_executor executor{};
};

/// The threads for blocking work, one set for the process.
class blocking_pool {
public:
  static constexpr std::size_t max_threads = 4;
  static constexpr std::size_t max_waiting = 256;

  /// Returns the pool of the process.
  static blocking_pool& instance();

  blocking_pool() = default;
  blocking_pool(blocking_pool const&) = delete;
  blocking_pool& operator=(blocking_pool const&) = delete;

  /// Discards the tasks that wait and joins the threads.
  ~blocking_pool();

  /// Adds a job.
  /// @return false if `full` is `refuse` and `max_waiting` jobs wait.
  bool submit(std::shared_ptr<blocking_job> job, when_full full);

private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<blocking_job>> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

/// Resumes the coroutine of a job whose task has run, on its executor.
void finish_job(blocking_job& job);

}  // namespace anode::web
