// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Replays the corpus of the fuzz target tls. A broken invariant aborts.
#include "fuzz/program/programs.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

TEST_CASE("program corpus: two TLS streams") {
  std::size_t count = 0;
  for (auto const& entry : std::filesystem::directory_iterator("test/fuzz/corpus/tls")) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::string const input((std::istreambuf_iterator<char>(file)), {});
    INFO(entry.path().string());
    anode::test::run_tls_program(input);
    ++count;
  }
  CHECK(count > 20);
}
