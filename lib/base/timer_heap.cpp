// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/timer_heap.hpp"

namespace anode::base {

timer_node::~timer_node() {
  if (queue_) {
    queue_->remove(place_);
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
    d.queue_->remove(d.place_);
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
  } else if (expiry < heap_[d.place_].check) {
    sift_up(d.place_, {expiry, &d});
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

void timer_heap::remove(std::uint32_t place) noexcept {
  heap_[place].of->queue_ = nullptr;
  heap_[place].of->expiry_ = no_deadline;
  entry const last = heap_.back();
  heap_.pop_back();
  if (place == heap_.size()) {
    return;
  }
  if (place > 0 && last.check < heap_[(place - 1) / 2].check) {
    sift_up(place, last);
  } else {
    sift_down(place, last);
  }
}

void timer_heap::put(std::uint32_t place, entry e) noexcept {
  heap_[place] = e;
  e.of->place_ = place;
}

void timer_heap::sift_up(std::uint32_t place, entry e) noexcept {
  while (place > 0) {
    std::uint32_t const parent = (place - 1) / 2;
    if (heap_[parent].check <= e.check) {
      break;
    }
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, e);
}

void timer_heap::sift_down(std::uint32_t place, entry e) noexcept {
  for (;;) {
    std::size_t child = std::size_t{place} * 2 + 1;
    if (child >= heap_.size()) {
      break;
    }
    if (child + 1 < heap_.size() && heap_[child + 1].check < heap_[child].check) {
      ++child;
    }
    if (e.check <= heap_[child].check) {
      break;
    }
    put(place, heap_[child]);
    place = static_cast<std::uint32_t>(child);
  }
  put(place, e);
}

}  // namespace anode::base
