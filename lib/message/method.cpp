// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/method.hpp"

#include <algorithm>

namespace anode::http::protocol {

method find_method(std::string_view name) noexcept {
  if (name == "GET") {
    return method::get;
  }
  auto const at = std::ranges::lower_bound(method_names, name);
  if (at == method_names.end() || *at != name) {
    return method::unknown;
  }
  return static_cast<method>(at - method_names.begin());
}

}  // namespace anode::http::protocol
