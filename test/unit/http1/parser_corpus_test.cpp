// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Replays the seed inputs of the parser's fuzz targets. A broken invariant aborts.
#include "fuzz/parser_invariants.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace unit_http1_parser_corpus {

namespace {

template <class Check>
std::size_t replay(std::string const& target, Check check) {
  std::size_t count = 0;
  for (auto const& entry : std::filesystem::directory_iterator("test/fuzz/corpus/" + target)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::string const input((std::istreambuf_iterator<char>(file)), {});
    check(input);
    // Each prefix is an input.
    for (std::size_t size = 1; size < input.size(); size += 7) {
      check(input.substr(0, size));
    }
    ++count;
  }
  return count;
}

using anode::message::message_kind;

}  // namespace

TEST_CASE("fuzz corpus: request parser") {
  CHECK(replay("request_parser", [](std::string const& input) {
          anode::test::check_decoder(message_kind::request, input);
        }) > 100);
}

TEST_CASE("fuzz corpus: response parser") {
  CHECK(replay("response_parser", [](std::string const& input) {
          anode::test::check_decoder(message_kind::response, input);
        }) > 50);
}

TEST_CASE("fuzz corpus: chunk parser") {
  CHECK(replay("chunk_parser",
               [](std::string const& input) { anode::test::check_chunks(input); }) >= 10);
}

}  // namespace unit_http1_parser_corpus
