// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <fmt/core.h>

#include <string>

namespace anode::base {

/// Formats a text. Defined out of line because then only one file compiles fmt.
std::string format_text(fmt::string_view format, fmt::format_args arguments);

/// Formats a text as `fmt::format` does. For error messages and other cold paths. The arguments are
/// numbers and strings.
template <class... Arguments>
std::string formatted(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  return format_text(format, fmt::make_format_args(arguments...));
}

}  // namespace anode::base
