// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fuzzes the chunked coding; see parser_invariants.hpp.
#include "parser_invariants.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  anode::test::check_chunks({reinterpret_cast<char const*>(data), size});
  return 0;
}
