// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace anode::proxy::selection {

using time_point = std::chrono::steady_clock::time_point;

/// A load that fades: each unit weighs as much as a request that is in progress for the time
/// constant, but needs no timer.
class fading_load {
public:
  /// Returns the load at `now`. Less than 1/64 is nothing.
  double at(time_point now, std::chrono::nanoseconds time_constant) const {
    if (value_ == 0 || now <= since_) {
      return value_;
    }
    double const passed = std::chrono::duration<double>(now - since_) / time_constant;
    double const left = value_ * std::exp(-passed);
    return left < 1.0 / 64 ? 0 : left;
  }

  /// Adds one unit.
  void add(time_point now, std::chrono::nanoseconds time_constant) {
    value_ = at(now, time_constant) + 1;
    since_ = std::max(now, since_);
  }

private:
  double value_ = 0;
  time_point since_{};
};

/// The charges of an upstream. They halve each 10 s from the first one on.
class failure_points {
public:
  static constexpr std::chrono::seconds half_life{10};

  /// Returns the points at `now`.
  double at(time_point now) const {
    failure_points then = *this;
    then.halve(now);
    return then.value_;
  }

  /// Returns how often the points were halved. A charge of then is now worth 2 to the power of the
  /// negative difference.
  std::uint32_t halvings(time_point now) {
    halve(now);
    return halvings_;
  }

  /// Adds points.
  void add(time_point now, double points) {
    halve(now);
    if (value_ == 0) {
      since_ = now;
    }
    value_ += points;
  }

  /// Subtracts points, to 0 at least.
  void subtract(time_point now, double points) {
    halve(now);
    value_ = std::max(0.0, value_ - points);
  }

  /// Withdraws a charge that was added after `then` halvings.
  void withdraw(time_point now, double points, std::uint32_t then) {
    halve(now);
    subtract(now, std::ldexp(points, -static_cast<int>(std::min(halvings_ - then, 64U))));
  }

  /// Sets the points to 0.
  void clear() { value_ = 0; }

private:
  void halve(time_point now) {
    if (now - since_ < half_life) {
      return;
    }
    auto const times = (now - since_) / half_life;
    since_ += times * half_life;
    // Also without points, because a withdrawal counts from here.
    value_ = times < 64 ? std::ldexp(value_, -static_cast<int>(times)) : 0;
    value_ = value_ < 1.0 / 1024 ? 0 : value_;
    halvings_ += static_cast<std::uint32_t>(std::min<std::int64_t>(times, 64));
  }

  double value_ = 0;
  time_point since_{};
  std::uint32_t halvings_ = 0;
};

/// An estimate of a median that needs no samples: each one moves it by a sixteenth.
class running_median {
public:
  /// Returns the estimate; 100 ms before the first sample.
  std::chrono::nanoseconds value() const {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds_));
  }

  /// Adds a sample.
  void add(std::chrono::nanoseconds sample) {
    bool const longer = static_cast<double>(sample.count()) > nanoseconds_;
    nanoseconds_ = std::clamp(longer ? nanoseconds_ * step : nanoseconds_ / step, 1e5, 1e10);
  }

private:
  static constexpr double step = 17.0 / 16;
  double nanoseconds_ = 1e8;
};

}  // namespace anode::proxy::selection
