// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <string>
#include <string_view>

namespace anode::proxy::rules {

/// Returns the key under which a client is counted: its IPv4 address, mapped or not, or the first
/// four groups of its IPv6 address, in one spelling. Other texts are their own keys.
std::string client_key(std::string_view address);

}  // namespace anode::proxy::rules
