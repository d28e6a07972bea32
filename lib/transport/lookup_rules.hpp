// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "transport/connector.hpp"
#include "transport/resolver_pool.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace anode::transport {

/// Returns the arguments of the look-up of a target's host.
resolver_query query_of(connect_target const& target);

/// Alternates the families of addresses, beginning with that of the first one (RFC 8305 section 4).
/// @param same_family tells whether two addresses are of one family
template <class T, class SameFamily>
std::vector<T> alternated(std::vector<T> const& all, SameFamily same_family) {
  std::vector<T> first;
  std::vector<T> second;
  for (T const& a : all) {
    (same_family(a, all.front()) ? first : second).push_back(a);
  }
  std::vector<T> mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) {
      mixed.push_back(first[i]);
    }
    if (i < second.size()) {
      mixed.push_back(second[i]);
    }
  }
  return mixed;
}

}  // namespace anode::transport
