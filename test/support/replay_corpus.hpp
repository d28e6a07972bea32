// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Replays the corpora of fuzz targets as test cases. A broken invariant aborts.
#pragma once

#include "support/catch.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace support {

/// Runs each input of a target's corpus.
/// @return the number of inputs
template <class Run>
std::size_t replay_corpus(std::string const& target, Run run) {
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

}  // namespace support
