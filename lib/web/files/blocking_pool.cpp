// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/files/blocking_pool.hpp"

#include <algorithm>
#include <utility>

namespace anode::web {

blocking_pool& blocking_pool::instance() {
  static blocking_pool pool;
  return pool;
}

blocking_pool::~blocking_pool() {
  std::deque<std::shared_ptr<blocking_job>> discarded;
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    discarded.swap(jobs_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

bool blocking_pool::submit(std::shared_ptr<blocking_job> job, when_full full) {
  {
    std::lock_guard const lock(mutex_);
    if (full == when_full::refuse && jobs_.size() >= max_waiting) {
      return false;
    }
    if (idle_ <= jobs_.size() && threads_.size() < max_threads) {
      threads_.emplace_back([this] { work(); });
    }
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void blocking_pool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (stopping_) {
      return;
    }
    std::shared_ptr<blocking_job> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job->task->run();
    finish_job(*job);
    job.reset();
    lock.lock();
  }
}

}  // namespace anode::web
