// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/error.hpp>

#include <string>

namespace anode::base {

/// Returns the object that a handle refers to.
/// @param type the name of the handle's type, for the error message
/// @throws exception with `error::invalid_this` if the handle is empty or moved from
template <class Pointer>
auto& require_handle(Pointer const& self, char const* type) {
  if (!self) {
    throw http::exception(http::error::invalid_this,
                          std::string("The ") + type + " refers to nothing");
  }
  return *self;
}

}  // namespace anode::base
