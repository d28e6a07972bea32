// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace anode::web {

/// One token bucket for each key. Time is an argument.
class token_buckets {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// @param requests the tokens that a bucket gets in each period, evenly spread.
  /// @param burst the tokens of a full bucket.
  /// @param most the largest number of buckets.
  token_buckets(std::size_t requests, std::chrono::milliseconds period, std::size_t burst,
                std::size_t most);

  /// Takes a token. Returns 0; or the time in seconds, rounded up, until there is one.
  std::chrono::seconds take(std::string_view key, time_point now);

  /// Returns the number of buckets.
  std::size_t size() const noexcept { return places_.size(); }

private:
  struct bucket {
    std::string key;
    time_point full;  // when the bucket is full again, if no token is taken
  };

  std::chrono::nanoseconds cost_;      // the time in which a bucket gets a token
  std::chrono::nanoseconds capacity_;  // the time in which an empty bucket becomes full
  std::size_t most_;
  std::list<bucket> buckets_;  // the one used last is the first
  // A hash table would be slow if clients chose keys whose hashes are equal.
  std::map<std::string_view, std::list<bucket>::iterator> places_;
};

}  // namespace anode::web
