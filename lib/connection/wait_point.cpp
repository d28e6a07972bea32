// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/wait_point.hpp"

#include "connection/turn.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace anode::connection {

net::awaitable<void> wait_point::wait() {
  return net::async_initiate<net::use_awaitable_t<> const, void(error_code)>(
      [this](auto&& h) { add(std::forward<decltype(h)>(h)); }, net::use_awaitable);
}

void wait_point::add(handler h) {
  if (!join(executor_)) {
    return;  // the context is being destroyed, and the coroutine with it
  }
  std::unique_ptr<waiter> w = spare_ ? std::move(spare_) : std::make_unique<waiter>();
  net::cancellation_slot slot = net::get_associated_cancellation_slot(h);
  w->go_on.emplace(std::move(h));
  if (slot.is_connected()) {
    slot.assign([this, waiting = w.get()](net::cancellation_type) { cancel(waiting); });
  }
  waiters_.push_back(std::move(w));
}

void wait_point::notify() {
  if (waiters_.empty()) {
    return;
  }
  if (waiters_.size() == 1) {
    std::unique_ptr<waiter> only = std::move(waiters_.back());
    waiters_.pop_back();
    resume(std::move(only));
    return;
  }
  // Who goes on may wait here again or destroy this object: let all go on from the scheduler.
  for (std::unique_ptr<waiter>& w : std::exchange(waiters_, {})) {
    post(std::move(*w->go_on), {});
  }
}

void wait_point::cancel(waiter const* cancelled) {
  for (auto w = waiters_.begin(); w != waiters_.end(); ++w) {
    if (w->get() == cancelled) {
      std::unique_ptr<waiter> const found = std::move(*w);
      waiters_.erase(w);
      post(std::move(*found->go_on), net::error::operation_aborted);
      return;
    }
  }
}

void wait_point::resume(std::unique_ptr<waiter> w) {
  handler go_on = std::move(*w->go_on);
  w->go_on.reset();
  if (!spare_) {
    spare_ = std::move(w);
  }
  if (turn::on(executor_) && net::get_associated_executor(go_on) == executor_) {
    turn::shield([&] { std::move(go_on)(error_code()); });
  } else {
    post(std::move(go_on), {});
  }
}

void wait_point::post(handler go_on, error_code ec) {
  net::cancellation_slot slot = net::get_associated_cancellation_slot(go_on);
  if (slot.is_connected()) {
    slot.clear();
  }
  net::any_io_executor const ex = net::get_associated_executor(go_on);
  net::post(ex, [go_on = std::move(go_on), ec]() mutable { std::move(go_on)(ec); });
}

}  // namespace anode::connection
