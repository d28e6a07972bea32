// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/error.hpp>

#include <string>

namespace anode::base {

/// Returns what a handle refers to.
/// @param type the handle's, for the message
/// @throws exception with `error::invalid_this` if it refers to nothing: it was moved from, or made
///   empty
template <class Pointer>
auto& require_handle(Pointer const& self, char const* type) {
  if (!self) {
    throw http::exception(http::error::invalid_this,
                          std::string("The ") + type + " refers to nothing");
  }
  return *self;
}

}  // namespace anode::base
