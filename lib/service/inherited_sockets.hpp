// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/service.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::service {

/// Acquires the sockets that an environment describes; see `inherited_listeners`.
/// @param first the descriptor of the first socket; 3 in systemd's convention
/// @param variable returns the value of a variable, empty if it is not set
std::vector<inherited_listener> acquire_inherited(
    native_handle_type first, std::function<std::string(std::string_view)> const& variable);

/// Parses a decimal number that is the whole text and at most `most`.
bool parse_number(std::string_view text, unsigned long long most, unsigned long long& out) noexcept;

/// Returns the value of a variable of this process; empty if it is not set.
std::string process_variable(std::string_view name);

}  // namespace anode::service
