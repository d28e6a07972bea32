// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_map.hpp"
#include "policy/origin.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::policy {

/// Returns the value of Host for an origin.
///
/// An IPv6 address is in brackets and without its zone, which is valid on this machine only (RFC
/// 6874 section 4). The port is omitted if it is 0 or `default_port`.
std::string host_header(origin const& of, std::uint16_t default_port);

/// Returns whether two authorities, in the form of Host, are the same origin with scheme http.
/// Ignores case and the port 80.
bool same_authority(std::string_view a, std::string_view b) noexcept;

/// Returns the absolute form of a request target, which is sent to a proxy (RFC 9112 section
/// 3.2.2).
/// @param path the target of the request: begins with a slash, is a URL with this authority, or is
///   "*" for OPTIONS
/// @throws exception with `error::invalid_arg_value` for any other path, because appended to the
///   authority it could refer to another host. **Node**: v26, with the same messages.
std::string absolute_target(std::string_view method, std::string_view path,
                            std::string_view authority);

/// Throws if the value of Host differs from the authority of the target that is sent to a proxy.
/// @throws exception with `error::invalid_arg_value`. **Node**: v26, with the same message.
void validate_proxied_host(std::string_view host, std::string_view authority);

/// Returns the value of Authorization for "user:password": "Basic " and the base64 encoding.
std::string basic_authorization(std::string_view credentials);

/// Returns whether the requests of an agent ask to keep the connection open. False only if
/// `keep_alive` is off and `max_sockets` is unlimited, because no request then reuses a connection.
constexpr bool agent_keeps_alive(bool keep_alive, bool max_sockets_unlimited) noexcept {
  return keep_alive || !max_sockets_unlimited;
}

/// The inputs for the default headers of a request.
struct request_origin {
  origin to;
  std::string_view host_value;  ///< the result of `host_header`; computed if empty
  std::uint16_t default_port = 80;
  std::string_view auth;  ///< "user:password", or empty
  bool set_host = true;   ///< option `set_host`; its default is `set_default_headers`
};

/// Adds Host and Authorization unless they are set.
///
/// Node does this if the headers of a request are given by name, not as a flat list. If the option
/// `set_default_headers` is off, the caller also marks Connection, Content-Length and
/// Transfer-Encoding as removed (`header_map::mark_removed`).
/// @throws exception with `error::invalid_char` if the host is invalid as a header value
void add_default_headers(message::header_map& headers, request_origin const& origin);

}  // namespace anode::policy
