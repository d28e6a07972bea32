// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/tls.hpp>

#include <openssl/ssl.h>

#include <cstddef>

namespace anode::tls {

/// Sets the own certificates, chains and keys: `cert` with `key`, `cert_file` with `key_file`, and
/// `pfx`. Each key must be the key of its certificate, and each pair must have another type of key.
/// @return number of pairs
/// @throws http::exception with the name of the option in the message
std::size_t set_credentials(SSL_CTX* of, common_options const& options);

}  // namespace anode::tls
