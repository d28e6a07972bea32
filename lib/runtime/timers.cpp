// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/timers.hpp"

#include "runtime/tick.hpp"

#include <algorithm>
#include <utility>

namespace anode::runtime {

using anode::base::no_deadline;

timers::timers(net::any_io_executor ex)
    : executor_(std::move(ex)), clock_(clock::of(executor_)), wake_(executor_) {
  join(executor_);
}

void timers::arm(timer& t, std::chrono::milliseconds delay) {
  if (delay.count() <= 0) {
    cancel(t);
    return;
  }
  delay = std::min(delay, longest_delay);
  armed_ += t.armed() ? 0 : 1;
  if (queue_.arm(t, now(), delay) || wake_at_ == no_deadline) {
    if (tick::on(executor_)) {
      tick::defer(*this, executor_);  // timers set and cancelled in one tick cost no Asio call
    } else {
      schedule();
    }
  }
}

void timers::cancel(timer& t) {
  if (t.armed()) {
    queue_.cancel(t);
    if (--armed_ == 0 && wake_at_ != no_deadline && !stopped_) {
      tick::defer(*this, executor_);
    }
  }
}

void timers::run_deferred() {
  if (stopped_) {
    return;
  }
  if (armed_ > 0) {
    schedule();
  } else if (wake_at_ != no_deadline) {
    wake_at_ = no_deadline;
    wake_->cancel();
    clock_.remove(this);
  }
}

void timers::stop() {
  if (!std::exchange(stopped_, true)) {
    wake_->cancel();
    clock_.remove(this);
  }
}

void timers::on_context_shutdown() {
  detail::ptr<timers> const self(this);  // the clock may own the last reference
  stop();
  wake_.reset();
}

void timers::schedule() {
  protocol_time const next = queue_.next_deadline();
  if (stopped_ || next == no_deadline || next >= wake_at_) {
    return;
  }
  wake_at_ = next;
  if (clock_.manual()) {
    clock_.remove(this);
    clock_.wake_at(next, this, [self = detail::ptr<timers>(this)] { self->on_wake(); });
    return;
  }
  wake_->expires_at(next);
  wake_->async_wait([self = detail::ptr<timers>(this)](error_code ec) {
    if (!ec) {
      self->on_wake();
    }
  });
}

void timers::on_wake() {
  if (stopped_) {
    return;
  }
  tick const t(executor_);
  wake_at_ = no_deadline;
  queue_.expire(now(), [this](base::timer_node& d) {
    --armed_;
    static_cast<timer&>(d).expired();
  });
  if (armed_ > 0) {
    schedule();
  }
}

}  // namespace anode::runtime
