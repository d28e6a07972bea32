// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_scanner.hpp"
#include "message/message_head.hpp"

#include <anode/field_lines.hpp>

#include <string_view>

namespace anode::http1 {

// The short way from a guarded head to its fields: the guard has seen every byte and knows where
// the parts are. The tokenizer, which finds them by itself, is asked for heads that are not
// `head_scanner::is_fast_path`; tests and fuzz targets compare the two on those that are.

/// Enters target or reason and the field lines of the plain head `raw` into `head`.
void assign_head(message::message_head& head, std::string_view raw, head_scanner const& guard);

/// Enters the field lines of the trailer section `raw` into `trailers`. Not for `lenient`.
void assign_trailers(http::field_lines& trailers, std::string_view raw, head_scanner const& guard);

}  // namespace anode::http1
