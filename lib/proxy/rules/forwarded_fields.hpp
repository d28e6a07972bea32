// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/field_lines.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace anode::proxy::rules {

/// The most hops of a received list that are kept: the last ones.
inline constexpr std::size_t most_hops = 32;

/// What is known about the client of a request.
struct forwarded_input {
  std::string_view peer{};   ///< its address; empty: unknown
  bool trusted = false;      ///< the peer may speak of earlier hops
  bool secure = false;       ///< it uses TLS
  std::string_view asked{};  ///< the authority of the target, or Host
};

/// The fields that describe the client to the next hop.
struct forwarded_output {
  std::string list;        ///< X-Forwarded-For
  std::string_view proto;  ///< X-Forwarded-Proto: "http", "https", "ws" or "wss"
  std::string_view host;   ///< X-Forwarded-Host; empty: none. A view of the input
  std::string element;     ///< Forwarded (RFC 7239)
};

/// Returns the fields. Of a trusted peer, X-Forwarded-For is extended behind its last entry that is
/// not an address; Forwarded is extended if it is valid as a whole; X-Forwarded-Proto (its last
/// value) and X-Forwarded-Host are passed on. Ports are cut, mapped IPv4 addresses are written as
/// IPv4 addresses.
/// @param with_element whether `element` is needed
forwarded_output forwarded_fields(forwarded_input const& in, http::field_lines const& fields,
                                  bool with_element);

/// Returns whether a field speaks of earlier hops, or steers a program that trusts it: Forwarded,
/// X-Forwarded-*, X-Original-*, X-Real-IP, X-Rewrite-URL and Proxy, and their spellings with "_",
/// which CGI-like interfaces do not tell apart.
/// @param from_trusted whether only the spellings that nobody may send count
bool is_claim(std::string_view name, bool from_trusted) noexcept;

/// Returns an address without zone; an IPv4 address that is mapped into IPv6 as the IPv4 address.
std::string_view plain_address(std::string_view address) noexcept;

}  // namespace anode::proxy::rules
