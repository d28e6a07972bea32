// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Parses bytes and returns the outcome as comparable text, which does not depend on the segments.
#pragma once

#include "http1/parser.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace anode::test {

/// How to parse an input.
struct decoding {
  message::message_kind kind = message::message_kind::request;
  http1::parser_options options;
  std::string_view response_to = "GET";  ///< responses only
  bool accept_upgrade = false;
  bool eof = false;
};

/// Feeds `input`, split at the ascending offsets `cuts`, to a fresh parser. Each segment ends at an
/// inaccessible page.
/// @return one line per message: start line, `field=value` in brackets, body in quotes,
///   `{trailers}`, and marks: `+upgrade`, `+close`, `...` if it is incomplete; then `!CODE: reason
///   @bytes` or `>bytes left`
/// @throws std::logic_error if the parser violates its interface
std::string decode(decoding const& how, std::string_view input,
                   std::vector<std::size_t> const& cuts = {});

/// Parses `input` whole, byte by byte and, up to 4000 bytes, split in two at each offset.
/// @return the common outcome, with the byte count of an error as for the whole input
/// @throws std::logic_error with the split whose outcome differs
std::string decode_all_ways(decoding const& how, std::string_view input);

/// Parse a request, or a response to GET, in all these ways.
std::string decode_request(std::string_view input);
std::string decode_response(std::string_view input);

}  // namespace anode::test
