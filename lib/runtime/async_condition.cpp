// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/async_condition.hpp"

#include "runtime/tick.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace anode::runtime {

void async_condition::add(waiter w) {
  if (!join(executor_)) {
    return;  // shutdown of the context destroys the coroutine
  }
  w.number = ++last_number_;
  if (w.slot.is_connected()) {
    w.slot.assign([this, number = w.number](net::cancellation_type) { cancel(number); });
  }
  waiters_.push_back(std::move(w));
}

void async_condition::resume_all() {
  if (waiters_.size() == 1) {
    waiter only = std::move(waiters_.back());
    waiters_.pop_back();
    if (only.same_executor && tick::on(executor_)) {
      only.coroutine.resume({});
    } else {
      post(std::move(only), {});
    }
    return;
  }
  // A resumed coroutine may wait again or destroy this object: resume all of them through the
  // executor.
  for (waiter& w : std::exchange(waiters_, {})) {
    post(std::move(w), {});
  }
}

void async_condition::cancel(std::uint64_t number) {
  auto const found = std::ranges::find(waiters_, number, &waiter::number);
  if (found != waiters_.end()) {
    waiter w = std::move(*found);
    waiters_.erase(found);
    post(std::move(w), net::error::operation_aborted);
  }
}

void async_condition::post(waiter w, error_code ec) {
  if (w.slot.is_connected()) {
    w.slot.clear();
  }
  net::any_io_executor const ex = w.coroutine.executor(executor_);
  net::post(ex, [c = std::move(w.coroutine), ec]() mutable { c.resume(ec); });
}

}  // namespace anode::runtime
