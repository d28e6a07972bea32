// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fuzzes the parser with responses; see parser_invariants.hpp and tokenizer_invariants.hpp.
#include "parser_invariants.hpp"
#include "tokenizer_invariants.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const kind = anode::message::message_kind::response;
  std::string_view const input(reinterpret_cast<char const*>(data), size);
  anode::test::check_decoder(kind, input);
  if (size > 1) {
    anode::test::check_places(kind, input.substr(1));
  }
  return 0;
}
