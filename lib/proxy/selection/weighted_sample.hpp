// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace anode::proxy::selection {

/// Random numbers that a seed determines (splitmix64).
class random_numbers {
public:
  explicit random_numbers(std::uint64_t seed) noexcept : state_(seed) {}

  /// Returns 64 random bits.
  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  /// Returns a number in [0, 1).
  double fraction() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

private:
  std::uint64_t state_;
};

/// Chooses indices at random in proportion to weights, in O(1) (the alias method).
class weighted_sample {
public:
  /// Replaces the weights, in O(n).
  void set(std::span<unsigned const> weights);

  /// Returns an index. There must be a weight.
  std::size_t pick(random_numbers& random) const noexcept {
    std::uint64_t const bits = random.next();
    auto const index = static_cast<std::size_t>(((bits >> 32) * columns_.size()) >> 32);
    column const& c = columns_[index];
    return (bits & 0xffffffff) < c.own ? index : c.other;
  }

private:
  struct column {
    std::uint64_t own = std::uint64_t{1} << 32;  // of 2^32: the part of the column's own index
    std::size_t other = 0;
  };

  std::vector<column> columns_;
};

}  // namespace anode::proxy::selection
