// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"
#include "support/certificates.hpp"

#include <anode/openssl.hpp>
#include <anode/testing.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace support {

/// A TLS peer that the test controls down to the record: OpenSSL over memory, over a
/// `testing::peer`.
class tls_peer {
public:
  /// @param version  the only version that the peer speaks, for example TLS1_3_VERSION; 0: any
  tls_peer(anode::testing::event_loop& loop, anode::socket lower, anode::tls::side side,
           int version = 0)
      : peer(loop, std::move(lower)), context_(SSL_CTX_new(TLS_method())) {
    SSL_CTX_set_min_proto_version(context_, version);
    SSL_CTX_set_max_proto_version(context_, version);
    if (side == anode::tls::side::client) {
      make_ssl();
      SSL_set_connect_state(ssl_);
    }
  }

  /// Makes a server's peer with a certificate.
  tls_peer(anode::testing::event_loop& loop, anode::socket lower, std::string const& cert,
           std::string const& key, int version = 0)
      : tls_peer(loop, std::move(lower), anode::tls::side::server, version) {
    use(context_, {.cert = cert, .leaf = {}, .key = key});
    make_ssl();
    SSL_set_accept_state(ssl_);
  }

  tls_peer(tls_peer const&) = delete;
  tls_peer& operator=(tls_peer const&) = delete;

  ~tls_peer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }

  SSL* native() { return ssl_; }

  /// Uses a certificate.
  static void use(SSL_CTX* of, certificates::issued const& own) {
    auto const [x, k] = parse(own);
    REQUIRE(SSL_CTX_use_certificate(of, x.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(of, k.get()) == 1);
  }

  /// Uses a certificate as a client.
  void use(certificates::issued const& own) {
    auto const [x, k] = parse(own);
    REQUIRE(SSL_use_certificate(ssl_, x.get()) == 1);
    REQUIRE(SSL_use_PrivateKey(ssl_, k.get()) == 1);
  }

  /// Performs the handshake.
  void handshake() {
    for (int i = 0; i < 10 && SSL_is_init_finished(ssl_) == 0; ++i) {
      SSL_do_handshake(ssl_);
      exchange();
    }
    REQUIRE(SSL_is_init_finished(ssl_) == 1);
  }

  /// Moves records both ways until nothing changes.
  void exchange() {
    flush();
    receive();
    flush();
  }

  /// Encrypts and sends.
  void write(std::string_view text) {
    REQUIRE(SSL_write(ssl_, text.data(), static_cast<int>(text.size())) ==
            static_cast<int>(text.size()));
    flush();
  }

  /// Encrypts without sending. Returns the records.
  std::string records(std::string_view text) {
    SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    return output();
  }

  /// Returns all decrypted bytes that have arrived.
  std::string read() {
    exchange();
    return std::exchange(plain_, {});
  }

  /// Returns whether the other side has sent close_notify.
  bool close_notified() {
    exchange();
    return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

  void send_close_notify() {
    SSL_shutdown(ssl_);
    flush();
  }

  /// Sends session tickets (TLS 1.3, server).
  void send_tickets(int count) {
    for (int i = 0; i < count; ++i) {
      SSL_new_session_ticket(ssl_);
      SSL_do_handshake(ssl_);
    }
    flush();
  }

  void update_keys(bool request) {
    SSL_key_update(ssl_, request ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(ssl_);
    flush();
  }

  /// Returns the records that OpenSSL wants to send.
  std::string output() {
    std::string bytes;
    std::array<char, 4096> part;
    for (int n = 0; (n = BIO_read(out_, part.data(), static_cast<int>(part.size()))) > 0;) {
      bytes.append(part.data(), static_cast<std::size_t>(n));
    }
    return bytes;
  }

  void flush() {
    if (std::string const bytes = output(); !bytes.empty()) {
      peer.send(bytes);
    }
  }

  anode::testing::peer peer;  ///< the connection below

private:
  static std::pair<std::shared_ptr<X509>, std::shared_ptr<EVP_PKEY>> parse(
      certificates::issued const& own) {
    std::shared_ptr<BIO> const cert(
        BIO_new_mem_buf(own.cert.data(), static_cast<int>(own.cert.size())), BIO_free);
    std::shared_ptr<BIO> const key(
        BIO_new_mem_buf(own.key.data(), static_cast<int>(own.key.size())), BIO_free);
    return {{PEM_read_bio_X509(cert.get(), nullptr, nullptr, nullptr), X509_free},
            {PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr), EVP_PKEY_free}};
  }

  void make_ssl() {
    ssl_ = SSL_new(context_);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, in_, out_);
  }

  void receive() {
    std::string const bytes = peer.take();
    BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    std::array<char, 16384> part;
    for (int n = 0; (n = SSL_read(ssl_, part.data(), static_cast<int>(part.size()))) > 0;) {
      plain_.append(part.data(), static_cast<std::size_t>(n));
    }
    ERR_clear_error();
  }

  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  BIO* in_ = nullptr;
  BIO* out_ = nullptr;
  std::string plain_;
};

}  // namespace support
