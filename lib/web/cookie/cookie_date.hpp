// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace anode::web {

/// Parses the date of a cookie by the algorithm of RFC 6265bis section 5.1.1: the parts may stand
/// in any order, with nearly any delimiters. Returns nothing if a part is missing or out of range.
std::optional<std::chrono::sys_seconds> parse_cookie_date(std::string_view text);

}  // namespace anode::web
