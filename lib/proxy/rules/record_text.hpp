// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/proxy/exchange_record.hpp>

#include <string>
#include <string_view>

namespace anode::proxy::rules {

/// Returns the line of an error response, without a line end: "502 Bad Gateway: the upstream fails
/// with ECONNRESET".
/// @param other how the text calls the other side: "upstream" or "origin"
/// @param name the name of the upstream; empty: unknown
std::string error_text(exchange_record const& record, std::string_view phrase,
                       std::string_view cause, std::string_view other, std::string_view name);

}  // namespace anode::proxy::rules
