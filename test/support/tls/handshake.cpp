// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/tls/handshake.hpp"

#include "tls/certificate/identity.hpp"
#include "tls/certificate/verify_names.hpp"
#include "tls/context/context_impl.hpp"
#include "tls/context/errors.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

namespace support {
namespace {

namespace tls = anode::tls;

using ssl_ptr = std::unique_ptr<SSL, decltype([](SSL* s) { SSL_free(s); })>;

void remove_callbacks(SSL_CTX* of) {
  SSL_CTX_set_client_hello_cb(of, nullptr, nullptr);
  SSL_CTX_set_alpn_select_cb(of, nullptr, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(of, nullptr);
  SSL_CTX_set_tlsext_status_cb(of, nullptr);
  SSL_CTX_sess_set_new_cb(of, nullptr);
  SSL_CTX_set_keylog_callback(of, nullptr);
}

std::string verification_of(SSL* ssl) {
  long const result = SSL_get_verify_result(ssl);
  return result == X509_V_OK ? "OK" : std::string(tls::verify_name(static_cast<int>(result)));
}

// One side of the handshake.
struct end {
  ssl_ptr ssl;
  std::string error;
  bool done = false;

  void step() {
    if (done || !error.empty()) {
      return;
    }
    ERR_clear_error();
    int const result = SSL_do_handshake(ssl.get());
    if (result == 1) {
      done = true;
    } else if (SSL_get_error(ssl.get(), result) != SSL_ERROR_WANT_READ) {
      fail();
    }
  }

  // Reads what the peer sends after the handshake: an alert, or tickets.
  void read() {
    char byte = 0;
    ERR_clear_error();
    int const result = SSL_read(ssl.get(), &byte, 1);
    if (done && error.empty() && SSL_get_error(ssl.get(), result) == SSL_ERROR_SSL) {
      fail();
    }
    ERR_clear_error();
  }

  void fail() {
    unsigned long const first = ERR_peek_error();
    if (ERR_GET_REASON(first) == SSL_R_CERTIFICATE_VERIFY_FAILED &&
        SSL_get_verify_result(ssl.get()) != X509_V_OK) {
      error = verification_of(ssl.get());
      ERR_clear_error();
      return;
    }
    error = anode::http::code_name(tls::take_error({}));
  }
};

end make_end(tls::context const& of, tls::side s) {
  SSL_CTX* const native = tls::require_context(of, s).native();
  remove_callbacks(native);
  end e;
  e.ssl.reset(SSL_new(native));
  if (s == tls::side::client) {
    SSL_set_connect_state(e.ssl.get());
  } else {
    SSL_set_accept_state(e.ssl.get());
  }
  return e;
}

void connect(SSL* a, SSL* b) {
  BIO* of_a = nullptr;
  BIO* of_b = nullptr;
  constexpr std::size_t capacity = 1 << 22;  // of all messages of one side
  BIO_new_bio_pair(&of_a, capacity, &of_b, capacity);
  SSL_set_bio(a, of_a, of_a);
  SSL_set_bio(b, of_b, of_b);
}

}  // namespace

handshake_result handshake(tls::context const& client, tls::context const& server,
                           std::string_view host) {
  end c = make_end(client, tls::side::client);
  end s = make_end(server, tls::side::server);
  connect(c.ssl.get(), s.ssl.get());
  if (!tls::is_ip_address(host)) {
    std::string name(host);
    SSL_set_tlsext_host_name(c.ssl.get(), name.c_str());
  }
  constexpr int most_rounds = 5;
  for (int i = 0; i != most_rounds; ++i) {
    c.step();
    s.step();
  }
  c.read();
  s.read();

  handshake_result out;
  out.client_error = c.error;
  out.server_error = s.error;
  out.client_verification = verification_of(c.ssl.get());
  out.server_verification = verification_of(s.ssl.get());
  out.protocol = SSL_get_version(c.ssl.get());
  out.cipher = SSL_get_cipher_name(c.ssl.get());
  out.session_reused = SSL_session_reused(c.ssl.get()) == 1;
  unsigned char const* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(c.ssl.get(), &protocol, &size);
  out.alpn_protocol.assign(reinterpret_cast<char const*>(protocol), size);
  out.server_certificate = tls::peer_certificate_of(c.ssl.get());
  out.client_certificate = tls::peer_certificate_of(s.ssl.get());
  if (out.client_error.empty() &&
      tls::require_context(client, tls::side::client).rejects_unauthorized()) {
    try {
      tls::check_server_identity(host, out.server_certificate);
    } catch (anode::http::exception const& e) {
      out.client_error = e.code_name();
    }
  }
  return out;
}

}  // namespace support
