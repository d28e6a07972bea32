// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Replays the corpora of the fuzz targets over TLS. A broken invariant aborts.
#include "fuzz/program/programs.hpp"
#include "support/catch.hpp"
#include "support/replay_corpus.hpp"

namespace behaviour_tls_corpus {

using support::replay_corpus;

TEST_CASE("program corpus: two TLS streams") {
  CHECK(replay_corpus("tls", anode::test::run_tls_program) > 20);
}

TEST_CASE("program corpus: server over TLS") {
  CHECK(replay_corpus("server", anode::test::run_server_tls_program) > 20);
}

TEST_CASE("program corpus: client over TLS") {
  CHECK(replay_corpus("client", anode::test::run_client_tls_program) > 20);
}

}  // namespace behaviour_tls_corpus
