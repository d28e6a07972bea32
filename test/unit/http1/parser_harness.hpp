// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What a decoder makes of bytes, as one text that can be compared; the same however they were cut.
#pragma once

#include "http1/parser.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace anode::test {

/// What to feed to a decoder.
struct decoding {
  message::message_kind kind = message::message_kind::request;
  http1::parser_options options;
  std::string_view response_to = "GET";  ///< responses only
  bool accept_upgrade = false;
  bool eof = false;
};

/// Feeds `input`, cut at the ascending offsets `cuts`, to a fresh decoder. Each piece ends at a
/// page that cannot be read.
/// @return one line a message: start line, `field=value` in brackets, body in quotes,
///   `{trailers}`, and marks: `+upgrade`, `+close`, `...` when it is incomplete; then
///   `!CODE: reason @bytes` or `>bytes left`
/// @throws std::logic_error when the decoder breaks a promise of its interface
std::string decode(decoding const& how, std::string_view input,
                   std::vector<std::size_t> const& cuts = {});

/// Decodes `input` whole, byte by byte and, up to 4000 bytes, cut in two at each offset.
/// @return what all of them make of it, with the byte count of an error as for the whole input
/// @throws std::logic_error naming the cut whose outcome is another one
std::string decode_all_ways(decoding const& how, std::string_view input);

/// Shortcuts for a request and for a response to GET, all ways.
std::string decode_request(std::string_view input);
std::string decode_response(std::string_view input);

}  // namespace anode::test
