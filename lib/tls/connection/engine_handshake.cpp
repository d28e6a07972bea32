// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The handshake of an engine.

#include "tls/connection/engine.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <openssl/err.h>

#include <array>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace anode::tls {

void engine::async_handshake(io_callback done) {
  handshaker_ = std::move(done);
  detail::ptr<engine> const self(this);
  advance();
}

engine::step engine::handshake() {
  ERR_clear_error();
  int const result = SSL_do_handshake(ssl_);
  if (result == 1) {
    complete_handshake();
    return failure_ ? step::failed : step::done;
  }
  return classify(result);
}

void engine::complete_handshake() {
  secure_info info;
  info.protocol = SSL_get_version(ssl_);
  info.cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl_));
  unsigned char const* alpn = nullptr;
  unsigned int alpn_size = 0;
  SSL_get0_alpn_selected(ssl_, &alpn, &alpn_size);
  info.alpn_protocol.assign(reinterpret_cast<char const*>(alpn), alpn_size);
  info.servername = servername_;
  info.session_reused = SSL_session_reused(ssl_) == 1;
  std::string message;
  if (error_code const ec = rules_->check_peer(*this, info, message)) {
    fail(ec, std::move(message));
    return;
  }
  info_ = std::move(info);
  announce_ = context_->of() == side::server;
  without_data_ = 0;
  if (writer_) {
    flushed();
  }
}

void engine::set_servername(std::string_view name) {
  servername_ = name;
  std::shared_ptr<context_impl const> next = rules_->choose_context(name);
  chosen_by_name_ = next != nullptr;
  if (!next || next == context_) {
    return;
  }
  SSL_CTX* const native = next->native();
  if (SSL_set_SSL_CTX(ssl_, native) == nullptr) {
    throw std::bad_alloc();
  }
  // OpenSSL replaces the certificates, but not what decides about those of clients.
  SSL_set_verify(ssl_, SSL_CTX_get_verify_mode(native), SSL_CTX_get_verify_callback(native));
  std::string const& digest = next->trust_digest();
  SSL_set_session_id_context(ssl_, reinterpret_cast<unsigned char const*>(digest.data()),
                             static_cast<unsigned int>(digest.size()));
  if (STACK_OF(X509_NAME) const* const names = SSL_CTX_get_client_CA_list(native)) {
    SSL_set_client_CA_list(ssl_, SSL_dup_CA_list(names));
  }
  context_ = std::move(next);
}

void engine::send_servername(std::string const& name) {
  servername_ = name;
  if (SSL_set_tlsext_host_name(ssl_, name.c_str()) != 1) {
    throw std::bad_alloc();
  }
}

// The client has sent plain HTTP: what it understands is plain HTTP.
void engine::answer_plain_http() {
  constexpr std::string_view text = "Client sent an HTTP request to an HTTPS server.\n";
  out_.assign(
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Connection: close\r\nContent-Length: ");
  out_.append(std::to_string(text.size())).append("\r\n\r\n").append(text);
  out_done_ = 0;
  // Closing with unread input would reset the connection and could lose the answer.
  std::array<char, 4096> rest;
  error_code ec;
  if (!lower_reading_) {
    lower_->try_read_some(net::buffer(rest), ec);
  }
}

}  // namespace anode::tls
