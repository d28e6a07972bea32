// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// How often a client sends a request again. Needs the library `anode-web`.

#include <chrono>

namespace anode::web {

/// How often and when `client::fetch` sends a request again.
///
/// A request is sent again if none of it was sent; if it is idempotent (RFC 9110 section 9.2.2) and
/// the connection was lost before a byte of a response; and if it is idempotent and the status is
/// 429, 502, 503 or 504. Its body must be one that can be sent twice.
///
/// The wait is random, between 0 and `base` doubled with each retry, but at most `longest`; and at
/// least what Retry-After says. A response whose Retry-After exceeds `patience`, or the rest of
/// `fetch_options::timeout`, is returned instead.
///
/// A client has a budget besides: at first ten retries, each request adds a tenth, and there are
/// never more than ten. Therefore an outage does not multiply the requests.
class retry_policy {
public:
  /// Makes a policy without retries.
  retry_policy() noexcept = default;

  /// Makes a policy.
  /// @param times the largest number of retries of one `fetch`, redirects included.
  retry_policy(unsigned times) noexcept : times_(times) {}

  /// Sets the limit of the first wait; default 200 ms.
  retry_policy& base(std::chrono::milliseconds time) noexcept {
    base_ = time;
    return *this;
  }

  /// Sets the limit of all waits, unless Retry-After is longer; default 10 s.
  retry_policy& longest(std::chrono::milliseconds time) noexcept {
    longest_ = time;
    return *this;
  }

  /// Sets the largest Retry-After that is waited for; default 30 s.
  retry_policy& patience(std::chrono::milliseconds time) noexcept {
    patience_ = time;
    return *this;
  }

  /// Returns the largest number of retries.
  unsigned times() const noexcept { return times_; }
  /// Returns the limit of the first wait.
  std::chrono::milliseconds base() const noexcept { return base_; }
  /// Returns the limit of all waits.
  std::chrono::milliseconds longest() const noexcept { return longest_; }
  /// Returns the largest Retry-After that is waited for.
  std::chrono::milliseconds patience() const noexcept { return patience_; }

private:
  unsigned times_ = 0;
  std::chrono::milliseconds base_{200};
  std::chrono::milliseconds longest_{10'000};
  std::chrono::milliseconds patience_{30'000};
};

}  // namespace anode::web
