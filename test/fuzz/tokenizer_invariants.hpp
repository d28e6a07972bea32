// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Checks that Beast's parser finds the parts of a head at the same offsets. The fuzz targets and
// the test of recorded inputs use it. A difference aborts.
#pragma once

#include "http1/beast_tokenizer.hpp"
#include "http1/head_places.hpp"
#include "parser_invariants.hpp"

#include <limits>
#include <string_view>

namespace anode::test {

inline void require_equal(http::field_lines const& a, http::field_lines const& b) {
  require(a.size() == b.size(), "as many field lines as Beast finds");
  for (std::size_t i = 0; i < a.size(); ++i) {
    require(a[i].name == b[i].name, "the name that Beast finds");
    require(a[i].value == b[i].value, "the value that Beast finds");
  }
}

/// Scans the beginning of `bytes` as a head and as a trailer section. If either is valid, compares
/// the scanner's offsets with those of Beast's parser.
/// @return the number of comparisons
inline std::size_t compare_places(anode::message::message_kind kind, std::string_view bytes) {
  using verdict = http1::head_scanner::scan_result;
  http1::head_scanner scanner(kind, {16384, std::numeric_limits<std::size_t>::max(), false});
  std::size_t compared = 0;

  scanner.start_head();
  char const* p = bytes.data();
  char const* const end = p + bytes.size();
  bool const is_head = !bytes.empty() && bytes[0] != '\r' && bytes[0] != '\n';
  if (is_head && scanner.feed(p, end) == verdict::complete && scanner.is_fast_path()) {
    std::string_view const raw(bytes.data(), static_cast<std::size_t>(p - bytes.data()));
    anode::message::message_head placed;
    http1::assign_head(placed, raw, scanner);
    anode::message::message_head tokenized;
    tokenized.fields.append_bytes(raw);
    require(http1::tokenize_head(kind, tokenized, 0, scanner.masked_bytes(), 0), "Beast takes it");
    require(placed.target() == tokenized.target(), "the start line's text that Beast finds");
    require_equal(placed.fields, tokenized.fields);
    for (int f = 0; f != static_cast<int>(anode::message::field_id::none); ++f) {
      auto const field = static_cast<anode::message::field_id>(f);
      require(placed.has(field) == tokenized.has(field), "a known field where Beast finds it");
      require(placed.repeats(field) == tokenized.repeats(field), "as many of a known field");
      require(placed.value(field) == tokenized.value(field), "the first of a known field");
    }
    ++compared;
  }

  scanner.start_head();
  scanner.start_trailers();
  p = bytes.data();
  if (!bytes.empty() && scanner.feed(p, end) == verdict::complete && scanner.is_fast_path()) {
    std::string_view const raw(bytes.data(), static_cast<std::size_t>(p - bytes.data()));
    http::field_lines placed;
    http1::assign_trailers(placed, raw, scanner);
    http::field_lines tokenized;
    require(raw.size() == 2 || http1::tokenize_trailers(tokenized, raw, scanner.masked_bytes()),
            "Beast takes the trailers");
    require_equal(placed, tokenized);
    ++compared;
  }
  return compared;
}

/// Compares at each beginning of a line in `data`.
inline std::size_t check_places(anode::message::message_kind kind, std::string_view data) {
  std::size_t compared = 0;
  for (std::size_t at = 0; at < data.size(); ++at) {
    if (at == 0 || data[at - 1] == '\n') {
      compared += compare_places(kind, data.substr(at));
    }
  }
  return compared;
}

}  // namespace anode::test
