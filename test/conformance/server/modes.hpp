// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/server.hpp>

#include <string_view>

namespace parity {

/// One way to set a server up: its options, the events it handles, and the handler that gets every
/// request, if one does.
struct mode {
  std::string_view name;
  void (*set)(anode::http::server_options&) = [](anode::http::server_options&) {};
  std::string_view listeners = {};  ///< names with blanks between and around them
  std::string_view force = {};

  /// Returns whether the listener is wanted.
  bool has(std::string_view listener) const;
};

/// Returns the mode of that name, or null.
mode const* find_mode(std::string_view name);

}  // namespace parity
