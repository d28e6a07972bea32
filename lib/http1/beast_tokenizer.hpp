// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_scanner.hpp"
#include "message/body_framing.hpp"
#include "message/message_head.hpp"

#include <anode/field_lines.hpp>

#include <cstddef>
#include <vector>

namespace anode::http1 {

// The seam behind which Beast's parser lies: another one replaces tokenizer.cpp and nothing else.
// It gets only heads that head_scanner let pass, complete and in canonical form, and it decides
// nothing but where start line text, names and values are. Heads of the usual form need it only to
// check head_places.

/// Finds target or reason and the field lines of the head that is stored in `head.fields` from byte
/// `at` on to the end, and enters them into `head`.
///
/// @param disguises bytes that are to be hidden from the tokenizer, in order, at their offset from
///   `at` minus `shift`; they are as before afterwards
/// @return false when the tokenizer does not take the head
bool tokenize_head(message::message_kind kind, message::message_head& head, std::size_t at,
                   std::vector<masked_byte> const& disguises, std::ptrdiff_t shift);

/// Finds the field lines of a trailer section, `section`, and enters them into `trailers`.
/// @return false when the tokenizer does not take it
bool tokenize_trailers(http::field_lines& trailers, std::string_view section,
                       std::vector<masked_byte> const& disguises);

}  // namespace anode::http1
