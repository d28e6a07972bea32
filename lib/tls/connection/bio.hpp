// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <openssl/bio.h>

namespace anode::tls {

class engine;

/// Makes the BIO through which OpenSSL reads from and writes to an engine.
BIO* make_bio(engine& of);

}  // namespace anode::tls
