// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/verification.hpp"

#include <openssl/x509_vfy.h>

namespace anode::tls {
namespace {

// Verification stops at its first error. A certificate that is sent alone and has an unknown issuer
// has two errors, of which Node reports the second.
int on_verify_step(int ok, X509_STORE_CTX* at) noexcept {
  if (ok == 0 && X509_STORE_CTX_get_error_depth(at) == 0 &&
      X509_STORE_CTX_get_error(at) == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) {
    X509_STORE_CTX_set_error(at, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE);
  }
  return ok;
}

int verify_or_reject(X509_STORE_CTX* at, void*) noexcept {
  X509_STORE_CTX_set_verify_cb(at, &on_verify_step);
  int const result = X509_verify_cert(at);
  if (result <= 0 && X509_STORE_CTX_get_error(at) == X509_V_OK) {
    X509_STORE_CTX_set_error(at, X509_V_ERR_UNSPECIFIED);
  }
  return result;
}

// The handshake continues; the connection reports the stored result.
int verify_and_accept(X509_STORE_CTX* at, void* none) noexcept {
  verify_or_reject(at, none);
  return 1;
}

}  // namespace

void set_verification(SSL_CTX* of, side s, bool ask, bool reject) {
  int mode = SSL_VERIFY_NONE;
  if (s == side::client) {
    mode = reject ? SSL_VERIFY_PEER : SSL_VERIFY_NONE;
  } else if (ask) {
    mode = reject ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER;
  }
  SSL_CTX_set_verify(of, mode, nullptr);
  SSL_CTX_set_cert_verify_callback(of, reject ? &verify_or_reject : &verify_and_accept, nullptr);
}

}  // namespace anode::tls
