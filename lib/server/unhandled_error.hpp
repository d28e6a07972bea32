// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace anode::server {

/// Returns the line that reports an exception for which the program has no listener.
/// @param method, target of the request whose handler threw; empty if there is no such request. The
///   query of the target is omitted, because it may contain secrets. Long texts are cut.
std::string describe_unhandled(std::exception_ptr const& e, std::string_view method,
                               std::string_view target);

/// Writes that line to standard error.
void print_unhandled(std::exception_ptr const& e, std::string_view method, std::string_view target);

}  // namespace anode::server
