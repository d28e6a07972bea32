// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/clock.hpp"

#include <utility>

namespace anode::runtime {

clock& clock::of(net::any_io_executor const& ex) {
  return net::use_service<clock>(net::query(ex, net::execution::context));
}

std::chrono::sys_seconds clock::wall_now() const {
  if (manual_) {
    return wall_ + std::chrono::duration_cast<std::chrono::seconds>(now_ - wall_set_);
  }
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void clock::set_manual(std::chrono::sys_seconds wall) {
  now_ = now();
  manual_ = true;
  wall_ = wall;
  wall_set_ = now_;
}

void clock::advance_to(time_point until) {
  while (!wakes_.empty() && wakes_.begin()->first <= until) {
    auto const first = wakes_.begin();
    now_ = std::max(now_, first->first);
    std::function<void()> const call = std::move(first->second.call);
    wakes_.erase(first);
    call();
  }
  now_ = until;
}

void clock::wake_at(time_point when, void const* owner, std::function<void()> f) {
  wakes_.emplace(when, wake{owner, std::move(f)});
}

void clock::remove(void const* owner) {
  std::erase_if(wakes_, [owner](auto const& w) { return w.second.owner == owner; });
}

}  // namespace anode::runtime
