// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Replays the corpora of the fuzz targets of whole programs. A broken invariant aborts.
#include "fuzz/program/programs.hpp"
#include "support/catch.hpp"
#include "support/replay_corpus.hpp"

namespace security_program_corpus {

using support::replay_corpus;

TEST_CASE("program corpus: server") {
  CHECK(replay_corpus("server", anode::test::run_server_program) > 20);
}

TEST_CASE("program corpus: client") {
  CHECK(replay_corpus("client", anode::test::run_client_program) > 20);
}

}  // namespace security_program_corpus
