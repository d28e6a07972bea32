// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace anode::proxy::selection {

/// Limits retries to a share of the requests, because retries of an overloaded upstream prolong the
/// overload.
///
/// In any 10 s at whose end a retry is allowed, the retries are at most `share` of the requests, or
/// `least` if that is more. Counts are kept for each half second, and those at the edge of the 10 s
/// count against the retry. Every call is O(1).
class retry_budget {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds window{10'000};

  /// Makes a budget.
  /// @param percent the share of the requests; 0 to 100.
  /// @param least the number of retries that are allowed however few requests there are.
  explicit retry_budget(unsigned percent = 20, unsigned least = 3) noexcept
      : percent_(percent), least_(least) {}

  /// Counts a request; not for a retry.
  void request(time_point now) noexcept;

  /// Counts a retry if it is allowed.
  /// @return whether it is allowed.
  bool retry(time_point now) noexcept;

  /// Replaces the limits; the counts stay.
  void set(unsigned percent, unsigned least) noexcept {
    percent_ = percent;
    least_ = least;
  }

private:
  static constexpr std::chrono::milliseconds step{500};
  // One more than the window has: the oldest one is only partly in the window.
  static constexpr std::size_t steps = window / step + 1;

  struct counts {
    std::uint64_t requests = 0;
    std::uint64_t retries = 0;
  };

  void advance(time_point now) noexcept;
  counts& current() noexcept { return ring_[static_cast<std::size_t>(last_) % steps]; }

  unsigned percent_;
  unsigned least_;
  std::int64_t last_ = 0;  // the number of the current step
  std::array<counts, steps> ring_{};
  counts sum_;  // of all steps in the ring
};

}  // namespace anode::proxy::selection
