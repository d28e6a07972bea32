// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/head_scanner.hpp"
#include "message/message_head.hpp"

#include <anode/field_lines.hpp>

#include <string_view>

namespace anode::http1 {

// Fast path from a scanned head to its fields: the scanner has already found the positions of all
// parts. For heads that are not `head_scanner::is_fast_path`, beast_tokenizer.hpp finds the
// positions. Tests and fuzz targets compare both on fast-path heads.

/// Stores target or reason phrase and the field lines of the head `raw` in `head`. Requires
/// `scanner.is_fast_path()`.
void assign_head(message::message_head& head, std::string_view raw, head_scanner const& scanner);

/// Stores the field lines of the trailer section `raw` in `trailers`. Not for lenient parsing.
void assign_trailers(http::field_lines& trailers, std::string_view raw,
                     head_scanner const& scanner);

}  // namespace anode::http1
