// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// A histogram of durations.
class histogram {
public:
  /// @param bounds the upper bounds of the buckets in seconds, sorted; must outlive the histogram
  explicit histogram(std::span<double const> bounds)
      : bounds_(bounds), counts_(bounds.size() + 1) {}

  void add(double seconds);

  /// Appends the samples in the text format of Prometheus.
  void append_to(std::string& out, std::string_view name, std::string_view labels) const;

private:
  std::span<double const> bounds_;
  std::vector<std::uint64_t> counts_;  // up to each bound, and beyond
  double sum_ = 0;
};

}  // namespace samples
