// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/name_hash.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>

namespace unit_base_name_hash {

using anode::base::name_hash;

TEST_CASE("the hash of a name ignores case and depends on the seed") {
  name_hash const hash(1234567);
  CHECK(hash("Content-Type") == hash("content-type"));
  CHECK(hash("Content-Type") != hash("Content-Typf"));
  CHECK(hash("Content-Type") != name_hash(7654321)("Content-Type"));
}

TEST_CASE("with any seed, names in sequence spread over a table") {
  constexpr std::size_t names = 1000;
  constexpr std::size_t slots = 2048;
  // Random numbers use 791 of the slots, with a standard deviation of 10.
  constexpr std::size_t fewest = 740;
  std::mt19937_64 random(1);
  for (int i = 0; i != 500; ++i) {
    std::uint64_t const seed = random();
    name_hash const hash(seed);
    std::set<std::size_t> used;
    for (std::size_t n = 0; n != names; ++n) {
      used.insert(hash("F" + std::to_string(1'000'000 + n)) % slots);
    }
    CAPTURE(seed, used.size());
    CHECK(used.size() >= fewest);
  }
}

}  // namespace unit_base_name_hash
