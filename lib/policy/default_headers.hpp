// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_map.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::policy {

/// Returns the value of Host for an origin: an IPv6 address in brackets and without its zone, which
/// has a meaning on this machine only (RFC 6874 section 4); the port unless it is the default one
/// of the scheme.
std::string host_header(std::string_view host, std::uint16_t port, std::uint16_t default_port);

/// Returns whether two authorities, as Host names them, mean the same origin of scheme http.
bool same_authority(std::string_view a, std::string_view b) noexcept;

/// Returns the absolute form of a request's target, which a proxy gets (RFC 9112 section 3.2.2).
/// @param path of the request: begins with a slash, or is a URL with this authority, or "*" of
/// OPTIONS
/// @throws exception with `error::invalid_arg_value` for every other path: joined with the
/// authority
///   it could name another host. **Node**: v26, with the same messages.
std::string absolute_target(std::string_view method, std::string_view path,
                            std::string_view authority);

/// Refuses a value of Host that differs from the authority of the target that a proxy gets.
/// @throws exception with `error::invalid_arg_value`. **Node**: v26, with the same message.
void validate_proxied_host(std::string_view host, std::string_view authority);

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
/// Transfer-Encoding as removed (`header_map::mark_removed`).
/// @throws exception with `error::invalid_char` when the host cannot be sent.
void add_default_headers(message::header_map& headers, request_origin const& origin);

}  // namespace anode::policy
