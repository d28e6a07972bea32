// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/tls_context.hpp>

#include <map>
#include <string>
#include <string_view>

namespace anode::tls {

/// The contexts of a server by the names that clients ask for.
class context_map {
public:
  /// Adds a context, or replaces the one of this pattern.
  /// @return false if `pattern` is neither a host name nor "*." and a host name
  bool add(std::string_view pattern, context c);

  bool empty() const noexcept { return exact_.empty() && wildcards_.empty(); }

  /// Returns whether two names differ in nothing but the case of letters.
  static bool same_name(std::string_view a, std::string_view b) noexcept;

  /// Returns the context of the exact name, else of the wildcard; empty if there is none.
  context find(std::string_view name) const;

private:
  std::map<std::string, context, std::less<>> exact_;
  std::map<std::string, context, std::less<>> wildcards_;  // by the name behind "*."
};

}  // namespace anode::tls
