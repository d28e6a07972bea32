// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fuzzes a server in memory over TLS; see program/server_program.hpp.
#include "program/programs.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  anode::test::run_server_tls_program({reinterpret_cast<char const*>(data), size});
  return 0;
}
