// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/tls.hpp>

#include <openssl/ssl.h>

#include <string_view>

namespace anode::tls {

/// Returns a host without the dot at the end of an absolute name.
inline std::string_view without_dot(std::string_view host) noexcept {
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

/// Returns the host of an authority, for example of a Host header, without the port and without the
/// brackets of an IPv6 address.
inline std::string_view host_of(std::string_view authority) noexcept {
  authority.remove_prefix(authority.rfind('@') + 1);
  if (authority.starts_with('[')) {
    return authority.substr(1, authority.find(']') - 1);
  }
  return authority.substr(0, authority.find(':'));
}

/// Returns whether a host is an IP address, with or without brackets. Only the canonical spellings
/// that `make_address` accepts are; "127.1" is a name.
bool is_ip_address(std::string_view host) noexcept;

/// Returns whether a host may be checked at all: it is an IP address or a name of letters, digits,
/// '-', '_' and '.', whose last label is not a number.
bool is_checkable_host(std::string_view host) noexcept;

/// Makes a handle to a certificate and the chain behind it. `leaf` may be null.
/// @param chain  the peer's or the verified chain, leaf included or not; may be null
certificate make_certificate(X509* leaf, STACK_OF(X509) * chain);

/// Returns the certificate of the peer and its chain; empty if there is none.
certificate peer_certificate_of(SSL* ssl);

}  // namespace anode::tls
