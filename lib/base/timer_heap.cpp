// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/timer_heap.hpp"

namespace anode::base {

timer_node::~timer_node() {
  if (queue_) {
    queue_->remove(index_);
  }
}

timer_heap::~timer_heap() {
  for (entry const& e : heap_) {
    e.of->queue_ = nullptr;
    e.of->expiry_ = no_deadline;
  }
}

bool timer_heap::arm(timer_node& d, steady_time expiry) {
  if (d.queue_ && d.queue_ != this) {
    d.queue_->remove(d.index_);
  }
  d.expiry_ = expiry;
  if (expiry == no_deadline) {
    return false;
  }
  steady_time const before = next_deadline();
  if (!d.queue_) {
    heap_.push_back({expiry, &d});
    d.queue_ = this;
    sift_up(static_cast<std::uint32_t>(heap_.size() - 1), heap_.back());
  } else if (expiry < heap_[d.index_].check) {
    sift_up(d.index_, {expiry, &d});
  }
  return expiry < before;
}

timer_node* timer_heap::take_expired(steady_time now) noexcept {
  while (!heap_.empty() && heap_.front().check <= now) {
    timer_node* const d = heap_.front().of;
    if (d->expiry_ == heap_.front().check) {
      remove(0);
      return d;
    }
    if (d->expiry_ == no_deadline) {
      remove(0);  // cancelled
    } else {
      sift_down(0, {d->expiry_, d});  // moved to a later time
    }
  }
  return nullptr;
}

void timer_heap::remove(std::uint32_t index) noexcept {
  heap_[index].of->queue_ = nullptr;
  heap_[index].of->expiry_ = no_deadline;
  entry const last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) {
    return;
  }
  if (index > 0 && last.check < heap_[(index - 1) / 2].check) {
    sift_up(index, last);
  } else {
    sift_down(index, last);
  }
}

void timer_heap::put(std::uint32_t index, entry e) noexcept {
  heap_[index] = e;
  e.of->index_ = index;
}

void timer_heap::sift_up(std::uint32_t index, entry e) noexcept {
  while (index > 0) {
    std::uint32_t const parent = (index - 1) / 2;
    if (heap_[parent].check <= e.check) {
      break;
    }
    put(index, heap_[parent]);
    index = parent;
  }
  put(index, e);
}

void timer_heap::sift_down(std::uint32_t index, entry e) noexcept {
  for (;;) {
    std::size_t child = std::size_t{index} * 2 + 1;
    if (child >= heap_.size()) {
      break;
    }
    if (child + 1 < heap_.size() && heap_[child + 1].check < heap_[child].check) {
      ++child;
    }
    if (e.check <= heap_[child].check) {
      break;
    }
    put(index, heap_[child]);
    index = static_cast<std::uint32_t>(child);
  }
  put(index, e);
}

}  // namespace anode::base
