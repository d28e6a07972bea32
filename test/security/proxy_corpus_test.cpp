// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Replays the corpus of the fuzz target of the reverse proxy. A broken invariant aborts.
#include "fuzz/program/programs.hpp"
#include "support/catch.hpp"
#include "support/replay_corpus.hpp"

namespace security_proxy_corpus {

TEST_CASE("program corpus: reverse proxy") {
  CHECK(support::replay_corpus("reverse_proxy", anode::test::run_reverse_proxy_program) > 20);
}

}  // namespace security_proxy_corpus
