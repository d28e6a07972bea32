// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/selection/retry_budget.hpp"

#include <algorithm>

namespace anode::proxy::selection {

void retry_budget::advance(time_point now) noexcept {
  // A clock that starts at its epoch has no negative times, but an argument can have one.
  auto const number = std::max<std::int64_t>(now.time_since_epoch() / step, last_);
  auto const passed = std::min<std::int64_t>(number - last_, static_cast<std::int64_t>(steps));
  last_ = number - passed;
  for (std::int64_t i = 0; i < passed; ++i) {
    ++last_;
    sum_.requests -= current().requests;
    sum_.retries -= current().retries;
    current() = {};
  }
}

void retry_budget::request(time_point now) noexcept {
  advance(now);
  ++current().requests;
  ++sum_.requests;
}

bool retry_budget::retry(time_point now) noexcept {
  advance(now);
  // The oldest step may be outside of the window: its retries count, its requests do not.
  counts const& oldest = ring_[static_cast<std::size_t>(last_ + 1) % steps];
  std::uint64_t const share = (sum_.requests - oldest.requests) * percent_ / 100;
  if (sum_.retries >= std::max<std::uint64_t>(share, least_)) {
    return false;
  }
  ++current().retries;
  ++sum_.retries;
  return true;
}

}  // namespace anode::proxy::selection
