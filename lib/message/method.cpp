// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/method.hpp"

#include <anode/status.hpp>

#include <algorithm>

namespace anode::message {

static_assert(std::ranges::is_sorted(method_names));

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

}  // namespace anode::message

namespace anode::http {

std::span<std::string_view const> methods() noexcept { return message::method_names; }

int method_index(std::string_view method) noexcept {
  message::method const found = message::find_method(method);
  return found == message::method::unknown ? -1 : static_cast<int>(found);
}

}  // namespace anode::http
