// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/selection/weighted_sample.hpp"

#include <numeric>

namespace anode::proxy::selection {

void weighted_sample::set(std::span<unsigned const> weights) {
  std::size_t const n = weights.size();
  columns_.assign(n, column());
  double const sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  // The share of each index, in columns. Each column below one is filled up by one above.
  std::vector<double> share(n);
  std::vector<std::size_t> below;
  std::vector<std::size_t> above;
  for (std::size_t i = 0; i < n; ++i) {
    share[i] = weights[i] * static_cast<double>(n) / sum;
    (share[i] < 1 ? below : above).push_back(i);
  }
  while (!below.empty() && !above.empty()) {
    std::size_t const low = below.back();
    std::size_t const high = above.back();
    below.pop_back();
    columns_[low] = {static_cast<std::uint64_t>(share[low] * 0x1p32), high};
    share[high] -= 1 - share[low];
    if (share[high] < 1) {
      above.pop_back();
      below.push_back(high);
    }
  }
}

}  // namespace anode::proxy::selection
