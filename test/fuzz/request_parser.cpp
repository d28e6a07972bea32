// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fuzzes the decoder on requests: see decoder_invariants.hpp.
#include <cstddef>
#include <cstdint>

#include "decoder_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  anode::test::check_decoder(anode::http::protocol::message_kind::request,
                             {reinterpret_cast<char const*>(data), size});
  return 0;
}
