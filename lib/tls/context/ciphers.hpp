// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/tls.hpp>

#include <openssl/ssl.h>

namespace anode::tls {

/// Sets the versions, cipher suites, groups and signature algorithms.
/// @throws http::exception if a list is invalid, or if no version or no cipher suite is left.
void set_ciphers(SSL_CTX* of, common_options const& options);

}  // namespace anode::tls
