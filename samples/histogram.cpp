// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace samples {

void histogram::add(double seconds) {
  ++counts_[static_cast<std::size_t>(std::ranges::lower_bound(bounds_, seconds) - bounds_.begin())];
  sum_ += seconds;
}

void histogram::append_to(std::string& out, std::string_view name, std::string_view labels) const {
  auto const to = std::back_inserter(out);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    total += counts_[i];
    fmt::format_to(to, "{}_bucket{{{},le=\"{}\"}} {}\n", name, labels, bounds_[i], total);
  }
  total += counts_.back();
  fmt::format_to(to, "{}_bucket{{{},le=\"+Inf\"}} {}\n", name, labels, total);
  fmt::format_to(to, "{}_sum{{{}}} {}\n", name, labels, sum_);
  fmt::format_to(to, "{}_count{{{}}} {}\n", name, labels, total);
}

}  // namespace samples
