// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Replays the corpora of the fuzz targets over TLS. A broken invariant aborts.
#include "fuzz/program/programs.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

template <class Run>
std::size_t replay(std::string const& target, Run run) {
  std::size_t count = 0;
  for (auto const& entry : std::filesystem::directory_iterator("test/fuzz/corpus/" + target)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::string const input((std::istreambuf_iterator<char>(file)), {});
    INFO(entry.path().string());
    run(input);
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("program corpus: two TLS streams") {
  CHECK(replay("tls", anode::test::run_tls_program) > 20);
}

TEST_CASE("program corpus: server over TLS") {
  CHECK(replay("server", anode::test::run_server_tls_program) > 20);
}

TEST_CASE("program corpus: client over TLS") {
  CHECK(replay("client", anode::test::run_client_tls_program) > 20);
}
