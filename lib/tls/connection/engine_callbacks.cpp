// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/connection/engine_callbacks.hpp"

#include "tls/connection/engine.hpp"

#include <openssl/err.h>

#include <string_view>
#include <utility>

namespace anode::tls {
namespace {

// The functions below are called by OpenSSL, through which no exception may pass.

std::string_view text_of(unsigned char const* bytes, std::size_t size) {
  return {reinterpret_cast<char const*>(bytes), size};
}

// Returns the host name in the server_name extension (RFC 6066 section 3); empty if there is none.
std::string_view server_name(SSL* ssl) {
  unsigned char const* data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) != 1 || size < 5) {
    return {};
  }
  std::size_t const list = data[0] * std::size_t{256} + data[1];
  std::size_t const name = data[3] * std::size_t{256} + data[4];
  if (list + 2 != size || data[2] != TLSEXT_NAMETYPE_host_name || name + 5 > size) {
    return {};
  }
  return text_of(data + 5, name);
}

// Runs before sessions are looked at, because a session belongs to a context.
int client_hello(SSL* ssl, int*, void*) noexcept {
  try {
    engine::of(ssl).set_servername(server_name(ssl));
  } catch (...) {
    return SSL_CLIENT_HELLO_ERROR;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

// Selects the first of our protocols that the client offers.
int select_protocol(SSL* ssl, unsigned char const** out, unsigned char* out_size,
                    unsigned char const* offered, unsigned int offered_size, void*) noexcept {
  std::string const& ours = engine::of(ssl).context().alpn();
  if (ours.empty()) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  unsigned char* selected = nullptr;
  int const result = SSL_select_next_proto(
      &selected, out_size, reinterpret_cast<unsigned char const*>(ours.data()),
      static_cast<unsigned int>(ours.size()), offered, offered_size);
  *out = selected;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
               EVP_MAC_CTX* mac, int encrypt) noexcept {
  try {
    int const result = engine::of(ssl).rules().ticket_key(name, iv, cipher, mac, encrypt);
    // 2 sends another ticket: a client uses one of TLS 1.3 only once.
    return result == 1 && encrypt == 0 && SSL_version(ssl) >= TLS1_3_VERSION ? 2 : result;
  } catch (...) {
    return -1;
  }
}

int staple(SSL* ssl, void*) noexcept {
  std::string const& response = engine::of(ssl).context().ocsp_response();
  if (response.empty()) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(response.data(), response.size()));
  if (copy == nullptr) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response.size()));  // owns the copy
  return SSL_TLSEXT_ERR_OK;
}

// The rules get a reference of their own, which they release also when they fail.
int new_session(SSL* ssl, SSL_SESSION* session) noexcept {
  SSL_SESSION_up_ref(session);
  session_ptr owned(session);
  try {
    engine::of(ssl).rules().keep_session(std::move(owned));
  } catch (...) {
    // Without memory the session cannot be resumed.
  }
  return 0;
}

void keylog(SSL const* ssl, char const* line) noexcept {
  try {
    engine::of(ssl).context().on_keylog()(line);
  } catch (...) {
    // A key log that fails does not fail the connection.
  }
}

}  // namespace

void install_callbacks(SSL_CTX* of, side s, bool foreign) {
  if (s == side::client) {
    SSL_CTX_sess_set_new_cb(of, &new_session);
    return;
  }
  SSL_CTX_set_client_hello_cb(of, &client_hello, nullptr);
  if (!foreign) {
    SSL_CTX_set_alpn_select_cb(of, &select_protocol, nullptr);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(of, &ticket_key);
    SSL_CTX_set_tlsext_status_cb(of, &staple);
  }
}

void install_keylog(SSL_CTX* of) { SSL_CTX_set_keylog_callback(of, &keylog); }

}  // namespace anode::tls
