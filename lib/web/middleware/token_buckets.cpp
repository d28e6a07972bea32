// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/middleware/token_buckets.hpp"

#include <algorithm>
#include <cstdint>

namespace anode::web {

token_buckets::token_buckets(std::size_t requests, std::chrono::milliseconds period,
                             std::size_t burst, std::size_t most)
    : cost_(std::max(std::chrono::nanoseconds(period) / static_cast<std::int64_t>(requests),
                     std::chrono::nanoseconds(1))),
      capacity_(cost_ * static_cast<std::int64_t>(burst)),
      most_(most) {}

std::chrono::seconds token_buckets::take(std::string_view key, time_point now) {
  auto const found = places_.find(key);
  std::list<bucket>::iterator at;
  if (found != places_.end()) {
    at = found->second;
    buckets_.splice(buckets_.begin(), buckets_, at);
  } else {
    if (places_.size() >= most_) {
      places_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
    buckets_.push_front({std::string(key), now});
    at = buckets_.begin();
    places_.emplace(at->key, at);
  }
  time_point const full = std::max(at->full, now) + cost_;
  if (full - now > capacity_) {
    return std::chrono::ceil<std::chrono::seconds>(full - now - capacity_);
  }
  at->full = full;
  return std::chrono::seconds(0);
}

}  // namespace anode::web
