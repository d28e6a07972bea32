// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The options of an `upstream_pool`. Needs the library `anode-proxy`.

#include <anode/detail/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace anode::proxy {

/// How a pool chooses an upstream.
enum class selection_order : std::uint8_t {
  /// The fewest requests in progress for its weight. Of more than three upstreams, the better one
  /// of
  /// two random ones.
  least_requests,
  round_robin,  ///< by turns, in proportion to the weights
  first,        ///< the first one of the list; the others are its backups
};

/// Requests that a pool sends to find out whether an upstream works.
///
/// A check is `GET` with the upstream's own Host and `User-Agent: anode-check`. It succeeds with a
/// status of 2xx; a redirect is not followed and fails. At most 64 KiB of the response are read.
class upstream_check {
public:
  /// Makes a check.
  /// @param path path with query, below the path of the upstream.
  explicit upstream_check(std::string path = "/") : path_(std::move(path)) {}

  /// Sets the Host header; default: that of the upstream.
  upstream_check& host(std::string value) {
    host_ = std::move(value);
    return *this;
  }

  /// Sets the time between checks, which varies by a fifth; default 5 s. At least 10 ms.
  upstream_check& interval(std::chrono::milliseconds time) noexcept {
    interval_ = time;
    return *this;
  }

  /// Sets the time between checks while the result differs from the state; default 1 s.
  upstream_check& fast_interval(std::chrono::milliseconds time) noexcept {
    fast_interval_ = time;
    return *this;
  }

  /// Sets the most time of a check; default 2 s.
  upstream_check& timeout(std::chrono::milliseconds time) noexcept {
    timeout_ = time;
    return *this;
  }

  /// Sets how many good checks in a row bring an upstream in; default 2.
  upstream_check& rise(unsigned checks) noexcept {
    rise_ = checks;
    return *this;
  }

  /// Sets how many failed checks in a row take an upstream out; default 3.
  upstream_check& fall(unsigned checks) noexcept {
    fall_ = checks;
    return *this;
  }

  /// Returns the path.
  std::string const& path() const noexcept { return path_; }
  /// Returns the Host header; empty: that of the upstream.
  std::string const& host() const noexcept { return host_; }
  /// Returns the time between checks.
  std::chrono::milliseconds interval() const noexcept { return interval_; }
  /// Returns the time between checks while the result differs from the state.
  std::chrono::milliseconds fast_interval() const noexcept { return fast_interval_; }
  /// Returns the most time of a check.
  std::chrono::milliseconds timeout() const noexcept { return timeout_; }
  /// Returns the number of good checks that bring an upstream in.
  unsigned rise() const noexcept { return rise_; }
  /// Returns the number of failed checks that take an upstream out.
  unsigned fall() const noexcept { return fall_; }

private:
  std::string path_;
  std::string host_;
  std::chrono::milliseconds interval_{5000};
  std::chrono::milliseconds fast_interval_{1000};
  std::chrono::milliseconds timeout_{2000};
  unsigned rise_ = 2;
  unsigned fall_ = 3;
};

/// The options of an `upstream_pool`.
class upstream_pool_options {
public:
  /// Makes the default options.
  upstream_pool_options() noexcept {}

  /// Sets how upstreams are chosen; default `least_requests`.
  upstream_pool_options& order(selection_order value) noexcept {
    order_ = value;
    return *this;
  }

  /// Sets the most requests that wait for an upstream; default 1024. Further ones are refused.
  upstream_pool_options& queue_limit(std::size_t most) noexcept {
    queue_limit_ = most;
    return *this;
  }

  /// Sets the most time that a request waits for an upstream; default 5 s. 0: none waits.
  upstream_pool_options& queue_timeout(std::chrono::milliseconds time) noexcept {
    queue_timeout_ = time;
    return *this;
  }

  /// Sets the number of points at which an upstream is ejected; default 3. 0: never.
  upstream_pool_options& ejection_points(unsigned points) noexcept {
    ejection_points_ = points;
    return *this;
  }

  /// Sets the most weight that is ejected, in percent of all; default 50, at most 100. The last
  /// upstream is never ejected.
  upstream_pool_options& most_ejected(unsigned percent) noexcept {
    most_ejected_ = percent < 100 ? percent : 100;
    return *this;
  }

  /// Sets the time in which the share of a returned or new upstream grows from a tenth to the
  /// whole; default 10 s.
  upstream_pool_options& slow_start(std::chrono::milliseconds time) noexcept {
    slow_start_ = time;
    return *this;
  }

  /// Charges an upstream half a point for a response with 502, 503 or 504; default off.
  upstream_pool_options& observe_status(bool value) noexcept {
    observe_status_ = value;
    return *this;
  }

  /// Sets the budget of `upstream_pool::retry_allowed`: retries in 10 s, in percent of the requests
  /// in that time; default 20, and at least 3.
  upstream_pool_options& retry_budget(unsigned percent, unsigned least) noexcept {
    retry_percent_ = percent < 100 ? percent : 100;
    retry_least_ = least;
    return *this;
  }

  /// Sets the checks; default none.
  upstream_pool_options& check(upstream_check value) {
    check_ = std::move(value);
    return *this;
  }

  /// Returns how upstreams are chosen.
  selection_order order() const noexcept { return order_; }
  /// Returns the most requests that wait.
  std::size_t queue_limit() const noexcept { return queue_limit_; }
  /// Returns the most time that a request waits.
  std::chrono::milliseconds queue_timeout() const noexcept { return queue_timeout_; }
  /// Returns the number of points of an ejection.
  unsigned ejection_points() const noexcept { return ejection_points_; }
  /// Returns the most weight that is ejected, in percent.
  unsigned most_ejected() const noexcept { return most_ejected_; }
  /// Returns the time of a slow start.
  std::chrono::milliseconds slow_start() const noexcept { return slow_start_; }
  /// Returns whether a status is charged.
  bool observe_status() const noexcept { return observe_status_; }
  /// Returns the retries in percent of the requests.
  unsigned retry_percent() const noexcept { return retry_percent_; }
  /// Returns the number of retries that are always allowed.
  unsigned retry_least() const noexcept { return retry_least_; }
  /// Returns the checks; nothing: none.
  std::optional<upstream_check> const& check() const noexcept { return check_; }

private:
  selection_order order_ = selection_order::least_requests;
  std::size_t queue_limit_ = 1024;
  std::chrono::milliseconds queue_timeout_{5000};
  unsigned ejection_points_ = 3;
  unsigned most_ejected_ = 50;
  std::chrono::milliseconds slow_start_{10'000};
  bool observe_status_ = false;
  unsigned retry_percent_ = 20;
  unsigned retry_least_ = 3;
  std::optional<upstream_check> check_;
};

}  // namespace anode::proxy
