// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/server.hpp>

#include <string_view>

namespace parity {

/// A configuration of a server: its options, the events it handles, and an optional handler for
/// every request.
struct mode {
  std::string_view name;
  void (*set)(anode::http::server_options&) = [](anode::http::server_options&) {};
  std::string_view listeners = {};  ///< names with blanks between and around them
  std::string_view force = {};

  /// Returns whether the mode registers the listener.
  bool has(std::string_view listener) const;
};

/// Returns the mode of that name, or null.
mode const* find_mode(std::string_view name);

}  // namespace parity
