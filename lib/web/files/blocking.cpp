// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/blocking_pool.hpp"

#include <anode/web/blocking.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace anode::web {

namespace {

// Destroys the coroutines that still wait when their context ends.
class blocking_service final : public net::execution_context::service {
public:
  using key_type = blocking_service;
  static net::execution_context::id id;

  explicit blocking_service(net::execution_context& context)
      : service(context), waiters_(std::make_shared<blocking_waiters>()) {}

  std::shared_ptr<blocking_waiters> const& waiters() const noexcept { return waiters_; }

private:
  void shutdown() override {
    std::vector<std::shared_ptr<blocking_job>> jobs;
    std::vector<anode::detail::function<void()>> coroutines;
    {
      std::lock_guard const lock(waiters_->mutex);
      jobs.swap(waiters_->jobs);
      for (auto const& job : jobs) {
        coroutines.push_back(std::move(job->resume));
        job->executor = {};
      }
    }
    // Outside of the lock: destructors of the program run here.
    coroutines.clear();
  }

  std::shared_ptr<blocking_waiters> waiters_;
};

net::execution_context::id blocking_service::id;

// Sets `refused` if the queue is full. Otherwise the coroutine can resume before this function
// returns, and `refused` may not exist any more.
void start(net::any_io_executor const& ex, std::shared_ptr<detail::blocking_task> task,
           when_full full, bool& refused, anode::detail::function<void()> resume) {
  auto& context = net::query(ex, net::execution::context);
  auto job = std::make_shared<blocking_job>();
  job->task = std::move(task);
  job->waiters = net::use_service<blocking_service>(context).waiters();
  job->resume = std::move(resume);
  job->executor = net::prefer(ex, net::execution::outstanding_work.tracked);
  {
    std::lock_guard const lock(job->waiters->mutex);
    job->place = job->waiters->jobs.size();
    job->waiters->jobs.push_back(job);
    ++job->waiters->started;
  }
  if (!blocking_pool::instance().submit(job, full)) {
    refused = true;
    finish_job(*job);
  }
}

}  // namespace

blocking_count count_blocking(net::execution_context& context) {
  blocking_waiters& waiters = *net::use_service<blocking_service>(context).waiters();
  std::lock_guard const lock(waiters.mutex);
  return {waiters.started, waiters.jobs.size()};
}

void finish_job(blocking_job& job) {
  blocking_waiters& waiters = *job.waiters;
  std::lock_guard const lock(waiters.mutex);
  if (!job.resume) {
    return;  // the context has ended
  }
  std::shared_ptr<blocking_job> const self = std::move(waiters.jobs[job.place]);
  if (waiters.jobs.back()) {  // another one
    waiters.jobs.back()->place = job.place;
    waiters.jobs[job.place] = std::move(waiters.jobs.back());
  }
  waiters.jobs.pop_back();
  // Under the lock, because the end of the context waits for it.
  auto const executor = std::exchange(job.executor, {});
  net::post(executor, std::exchange(job.resume, {}));
}

namespace detail {

net::awaitable<void> run_blocking(net::any_io_executor ex, std::shared_ptr<blocking_task> task,
                                  when_full full) {
  bool refused = false;
  co_await net::async_initiate<net::use_awaitable_t<> const, void()>(
      [&](auto handler) {
        start(ex, task, full, refused, [h = std::move(handler)]() mutable { std::move(h)(); });
      },
      net::use_awaitable);
  if (refused) {
    throw blocking_queue_full();
  }
}

}  // namespace detail

}  // namespace anode::web
