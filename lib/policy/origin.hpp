// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <string_view>

namespace anode::policy {

/// The host and port that a request is for, or that a connection goes to. It refers to the host.
struct origin {
  std::string_view host;   ///< a name or an address; IPv6 with or without brackets
  std::uint16_t port = 0;  ///< 0: none

  friend bool operator==(origin const&, origin const&) = default;
};

}  // namespace anode::policy
