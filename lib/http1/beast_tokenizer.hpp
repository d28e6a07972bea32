// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_scanner.hpp"
#include "message/body_framing.hpp"
#include "message/message_head.hpp"

#include <anode/field_lines.hpp>

#include <cstddef>
#include <vector>

namespace anode::http1 {

// The interface to Beast's parser. To use another parser, replace beast_tokenizer.cpp only.
// The input is a complete head in canonical form that head_scanner has accepted. The tokenizer only
// determines the positions of target, reason phrase, names and values. The library parses fast-path
// heads without it (see head_places.hpp); tests compare the two.

/// Parses the head stored in `head.fields` from byte `at` to the end. Stores the positions of the
/// target or reason phrase and of the field lines in `head`.
///
/// @param masked_bytes bytes to mask during the call, in ascending order
/// @param shift added to `masked_byte::at` gives the offset of a masked byte from `at`
/// @return false if the tokenizer rejects the head
bool tokenize_head(message::message_kind kind, message::message_head& head, std::size_t at,
                   std::vector<masked_byte> const& masked_bytes, std::ptrdiff_t shift);

/// Parses the trailer section `section` and appends its field lines to `trailers`.
/// @param masked_bytes bytes to mask during the call, as offsets in `section`
/// @return false if the tokenizer rejects the section
bool tokenize_trailers(http::field_lines& trailers, std::string_view section,
                       std::vector<masked_byte> const& masked_bytes);

}  // namespace anode::http1
