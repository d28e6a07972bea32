// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/openssl.hpp>

#include <openssl/ssl.h>

namespace anode::tls {

/// Sets how the certificate of the peer is verified. OpenSSL verifies the chain in each handshake
/// and stores the result, see `SSL_get_verify_result`.
///
/// The settings that OpenSSL takes from the `SSL_CTX` and those that it copies into each `SSL`
/// agree after `SSL_set_SSL_CTX` and `SSL_set_verify`.
/// @param ask     a server requests a certificate; a client always does
/// @param reject  a peer without a valid certificate fails the handshake
void set_verification(SSL_CTX* of, side s, bool ask, bool reject);

}  // namespace anode::tls
