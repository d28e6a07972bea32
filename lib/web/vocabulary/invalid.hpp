// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/error.hpp>

#include <string>
#include <utility>

namespace anode::web {

/// Throws the exception for an argument of the program that cannot be used.
[[noreturn]] inline void throw_invalid(std::string text) {
  throw http::exception(http::error::invalid_arg_value, std::move(text));
}

}  // namespace anode::web
