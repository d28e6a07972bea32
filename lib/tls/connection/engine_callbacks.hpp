// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/openssl.hpp>

#include <openssl/ssl.h>

namespace anode::tls {

/// Connects the callbacks of an `SSL_CTX` with the engine of each connection.
/// @param foreign  the `SSL_CTX` is the program's: its own callbacks stay
void install_callbacks(SSL_CTX* of, side s, bool foreign);

/// Connects the key log too, which costs time in each handshake.
void install_keylog(SSL_CTX* of);

}  // namespace anode::tls
