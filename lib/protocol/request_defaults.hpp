// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "protocol/outgoing_headers.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::http::protocol {

/// Returns the value of Host for an origin: an IPv6 address in brackets, the port unless it is the
/// default one of the scheme.
std::string host_header(std::string_view host, std::uint16_t port, std::uint16_t default_port);

/// Returns the value of Authorization for "user:password", in base64.
std::string basic_authorization(std::string_view credentials);

/// Returns whether an agent's requests ask to keep the connection: unless it keeps none and never
/// lets one wait, that is, `keep_alive` is off and `max_sockets` is unlimited.
constexpr bool agent_keeps_alive(bool keep_alive, bool max_sockets_unlimited) noexcept {
  return keep_alive || !max_sockets_unlimited;
}

/// What the automatic headers of a request depend on.
struct request_origin {
  std::string_view host;
  std::string_view host_value;  ///< of `host_header`, if the caller has it; else it is made
  std::uint16_t port = 80;
  std::uint16_t default_port = 80;
  std::string_view auth;  ///< "user:password", or empty
  bool set_host = true;   ///< option `set_host`, which is by default as `set_default_headers`
};

/// Adds Host and Authorization unless they are set, as Node does when a request is made from
/// options whose headers are given by name (not as a flat list).
/// With option `set_default_headers` off, the caller also marks Connection, Content-Length and
/// Transfer-Encoding as removed (`outgoing_headers::mark_removed`).
/// @throws exception with `error::invalid_char` when the host cannot be sent.
void add_default_headers(outgoing_headers& headers, request_origin const& origin);

}  // namespace anode::http::protocol
