// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace anode::base {

/// A hash of names that ignores case, for tables whose names a peer may choose. The seed has to be
/// a secret then.
class name_hash {
public:
  explicit name_hash(std::uint64_t seed) noexcept : seed_(seed | 1) {}

  std::size_t operator()(std::string_view name) const noexcept {
    std::uint64_t hash = seed_;
    for (char const c : name) {
      hash = (hash ^ (static_cast<unsigned char>(c) | 0x20U)) * seed_;
    }
    // The hashes of names that differ in their last letters are small multiples of the seed apart.
    // Without this step, one seed in a hundred puts hundreds of such names into a row of slots.
    hash = (hash ^ hash >> 29) * 0xbf58476d1ce4e5b9U;
    return static_cast<std::size_t>(hash ^ hash >> 32);
  }

private:
  std::uint64_t seed_;
};

}  // namespace anode::base
