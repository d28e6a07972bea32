// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/tls.hpp>

#include <openssl/ssl.h>

#include <string>

namespace anode::tls {

/// What a context needs its trusted certificates for.
enum class trust_use : unsigned char {
  none,      ///< It verifies nobody. Its options are parsed only to find mistakes in them.
  optional,  ///< It verifies, but accepts everybody.
  required,  ///< It rejects peers that are not verified.
};

/// Sets the certificates that a context trusts, and the revocation lists.
///
/// A context with only the certificates of the system shares their store with all such contexts.
/// @return a digest of what decides whether a peer is trusted, 32 bytes
/// @throws http::exception with the name of the option in the message, or with
///   `error::no_trusted_certificates` if `use` is `required`
std::string set_trust(SSL_CTX* of, common_options const& options, trust_use use);

/// Sets the names of issuers that a server sends with its request for a certificate: those of `ca`
/// and `extra_ca`.
void set_client_issuers(SSL_CTX* of, common_options const& options);

}  // namespace anode::tls
