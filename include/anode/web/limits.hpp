// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Layers that limit requests. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/web/router.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace anode::web {

/// Returns a layer that limits the body of requests: a larger Content-Length gets 413 at once, and
/// `text`, `json`, `form`, `read` and `multipart` refuse a larger body of unknown length. Their own
/// limits remain: to accept a text of 5 MiB, set this limit and call `c.text(5U << 20U)`. A handler
/// of `http::server` has to limit what it reads itself.
/// @param bytes the largest body; must not be 0.
ANODE_EXPORT layer body_limit(std::size_t bytes);

/// Returns a layer that limits the time of what is behind it. When it expires, the handler is
/// cancelled (terminal), and the client gets 503, or the connection is closed if the head is sent.
/// The answer waits for the handler: a handler that awaits nothing, or ignores the cancellation, is
/// not interrupted.
/// @param time more than 0.
ANODE_EXPORT layer timeout(std::chrono::milliseconds time);

/// The settings of `rate_limit`.
class ANODE_EXPORT rate_options {
public:
  /// Allows `requests` in each `period`, evenly spread, and as many at once.
  /// @param requests more than 0.
  /// @param period more than 0.
  rate_options(std::size_t requests, std::chrono::milliseconds period) noexcept
      : requests_(requests), burst_(requests), period_(period) {}

  /// Sets how many requests may come at once.
  rate_options& burst(std::size_t requests) noexcept {
    burst_ = requests;
    return *this;
  }

  /// Sets who shares a limit. The default is the address of the client, of IPv6 its first 64 bits.
  rate_options& key(std::function<std::string(context&)> f) {
    key_ = std::move(f);
    return *this;
  }

  /// Sets how many keys are remembered; default 65,536. The key that was not seen for the longest
  /// time is forgotten first.
  rate_options& keys(std::size_t most) noexcept {
    most_keys_ = most;
    return *this;
  }

  /// Returns the requests of each period.
  std::size_t requests() const noexcept { return requests_; }
  /// Returns the requests that may come at once.
  std::size_t burst() const noexcept { return burst_; }
  /// Returns the period.
  std::chrono::milliseconds period() const noexcept { return period_; }
  /// Returns the function that names who shares a limit; may be empty.
  std::function<std::string(context&)> const& key() const noexcept { return key_; }
  /// Returns how many keys are remembered.
  std::size_t keys() const noexcept { return most_keys_; }

private:
  std::size_t requests_;
  std::size_t burst_;
  std::chrono::milliseconds period_;
  std::function<std::string(context&)> key_;
  std::size_t most_keys_ = 65536;
};

/// Returns a layer that limits how often a client may ask (a token bucket). It answers 429 with
/// Retry-After otherwise. Copies of the layer share the limit; they may be used on several threads.
/// @throws exception with `error::out_of_range` if a number is 0.
ANODE_EXPORT layer rate_limit(rate_options options);

}  // namespace anode::web
