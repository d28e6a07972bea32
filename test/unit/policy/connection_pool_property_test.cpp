// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "pool_model.hpp"
#include "support/catch.hpp"

#include <cstdint>

namespace unit_policy_connection_pool_property {

TEST_CASE("pool: 100,000 random sequences of up to 50 events violate no rule", "[pool]") {
  constexpr std::uint64_t sequences = 100'000;
  std::uint64_t served = 0;
  std::uint64_t evicted = 0;
  for (std::uint64_t seed = 1; seed <= sequences; ++seed) {
    pool_test::dice d{seed * 0x1000193u};
    pool_test::owner o{d};
    try {
      o.run(1 + d.roll(50));
    } catch (pool_test::broken_rule const& b) {
      FAIL("sequence " << seed << ": " << b.what);
    }
    served += o.served;
    evicted += o.evicted;
  }
  // The sequences reach the interesting states.
  CHECK(served > 4 * sequences);
  CHECK(evicted > sequences / 10);
}

}  // namespace unit_policy_connection_pool_property
