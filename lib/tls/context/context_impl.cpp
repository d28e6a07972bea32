// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/context/context_impl.hpp"

#include "tls/certificate/credentials.hpp"
#include "tls/certificate/verification.hpp"
#include "tls/connection/engine_callbacks.hpp"
#include "tls/context/ciphers.hpp"
#include "tls/context/errors.hpp"
#include "tls/context/openssl_ptr.hpp"

#include <openssl/rand.h>

#include <atomic>
#include <utility>

namespace anode::tls {
namespace {

std::uint64_t next_id() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

SSL_CTX* make_native() {
  ERR_clear_error();
  SSL_CTX* const made = SSL_CTX_new(TLS_method());
  if (made == nullptr) {
    throw_error("context");
  }
  return made;
}

[[noreturn]] void throw_out_of_range(char const* option, char const* range) {
  throw http::exception(
      http::error::out_of_range,
      std::string("The value of \"") + option + "\" is out of range. It must be " + range + ".");
}

// Sets what no option changes.
void set_fixed(SSL_CTX* of) {
  SSL_CTX_set_options(of, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // OpenSSL's configuration file could hide truncation.
  SSL_CTX_clear_options(of, SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Chains are complete when the context is made, see `set_credentials`.
  SSL_CTX_set_mode(of, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_clear_mode(of, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(of, 1);
  // Early data can be replayed, therefore it is never accepted. A client that sends some all the
  // same, because another server has offered it, sends the request again; up to one record is
  // skipped.
  SSL_CTX_set_max_early_data(of, 0);
  SSL_CTX_set_recv_max_early_data(of, SSL3_RT_MAX_PLAIN_LENGTH);
}

void set_sizes(SSL_CTX* of, common_options const& options) {
  if (options.record_size < 512 || options.record_size > 16384) {
    throw_out_of_range("record_size", ">= 512 and <= 16384");
  }
  SSL_CTX_set_max_send_fragment(of, static_cast<long>(options.record_size));
  constexpr std::chrono::seconds week{604800};  // the maximum, RFC 8446 section 4.6.1
  if (options.session_timeout.count() < 0 || options.session_timeout > week) {
    throw_out_of_range("session_timeout", ">= 0 and <= 604800");
  }
  SSL_CTX_set_timeout(of, static_cast<long>(options.session_timeout.count()));
}

}  // namespace

context_impl::context_impl(client_options const& options)
    : native_(make_native()), side_(side::client), id_(next_id()) {
  clean_error_queue const clean;
  rejects_unauthorized_ = options.reject_unauthorized;
  check_identity_ = options.check_server_identity;
  name_ = make_agent_name(options, id_);
  apply(options, rejects_unauthorized_ ? trust_use::required : trust_use::optional);
  if (!alpn_.empty() &&
      SSL_CTX_set_alpn_protos(native(), reinterpret_cast<unsigned char const*>(alpn_.data()),
                              static_cast<unsigned int>(alpn_.size())) != 0) {
    throw_error("alpn_protocols");
  }
  // The connection keeps the sessions, see `new_session` in engine_callbacks.cpp.
  SSL_CTX_set_session_cache_mode(native(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  install_callbacks(native(), side_, false);
}

context_impl::context_impl(server_options const& options)
    : native_(make_native()), side_(side::server), id_(next_id()) {
  clean_error_queue const clean;
  rejects_unauthorized_ = options.reject_unauthorized;
  asks_for_certificate_ = options.request_cert;
  ocsp_response_ = options.ocsp_response;
  trust_use const verifying = rejects_unauthorized_ ? trust_use::required : trust_use::optional;
  apply(options, asks_for_certificate_ ? verifying : trust_use::none);
  if (asks_for_certificate_) {
    set_client_issuers(native(), options);
  }
  if (options.honor_cipher_order) {
    SSL_CTX_set_options(native(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  // The only sessions are those in tickets, which the client keeps.
  SSL_CTX_set_session_cache_mode(native(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native(), 1);
  if (SSL_CTX_set_session_id_context(native(),
                                     reinterpret_cast<unsigned char const*>(trust_digest_.data()),
                                     static_cast<unsigned int>(trust_digest_.size())) != 1) {
    throw_error("context");
  }
  install_callbacks(native(), side_, false);
}

context_impl::context_impl(SSL_CTX* native, side of)
    : side_(of), id_(next_id()), trust_digest_(32, '\0') {
  clean_error_queue const clean;
  if (native == nullptr || SSL_CTX_up_ref(native) != 1) {
    throw http::exception(error::invalid_context, "The SSL_CTX is null");
  }
  native_.reset(native);
  name_ = make_agent_name({}, id_);
  int const mode = SSL_CTX_get_verify_mode(native);
  rejects_unauthorized_ = of == side::client ? (mode & SSL_VERIFY_PEER) != 0
                                             : (mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) != 0;
  asks_for_certificate_ = of == side::client || (mode & SSL_VERIFY_PEER) != 0;
  // What the SSL_CTX trusts is unknown, therefore no other context resumes its sessions.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(trust_digest_.data()), 32) != 1) {
    throw_error("context");
  }
  install_callbacks(native, of, true);
}

void context_impl::apply(common_options const& options, trust_use use) {
  set_fixed(native());
  set_sizes(native(), options);
  set_alpn(options.alpn_protocols);
  // The list of ciphers can change the security level, which decides about certificates. The
  // trusted certificates complete the own chain.
  set_ciphers(native(), options);
  trust_digest_ = set_trust(native(), options, use);
  std::size_t const pairs = set_credentials(native(), options);
  if (side_ == side::server && pairs == 0) {
    throw http::exception(error::no_certificate,
                          "A server needs \"cert\" and \"key\", \"cert_file\" and \"key_file\", or "
                          "\"pfx\"");
  }
  set_verification(native(), side_, asks_for_certificate_, rejects_unauthorized_);
  if (options.on_keylog) {
    on_keylog_ = options.on_keylog;
    install_keylog(native());
  }
}

void context_impl::set_alpn(std::vector<std::string> const& protocols) {
  for (std::size_t i = 0; i != protocols.size(); ++i) {
    std::string const& p = protocols[i];
    if (p.empty() || p.size() > 255) {
      throw http::exception(
          http::error::invalid_arg_value,
          "alpn_protocols[" + std::to_string(i) + "]: the size must be 1 to 255 bytes");
    }
    alpn_ += static_cast<char>(static_cast<unsigned char>(p.size()));
    alpn_ += p;
    offers_http_ = offers_http_ || p == "http/1.1";
  }
  if (alpn_.size() > 65533) {  // of an extension with its own length
    throw http::exception(http::error::out_of_range,
                          "alpn_protocols: the list must fit into 65,533 bytes");
  }
}

context_impl const& require_context(context const& c, side of) {
  if (!c) {
    throw http::exception(error::invalid_context, "The context is empty");
  }
  if (c.impl()->of() != of) {
    throw http::exception(error::invalid_context, of == side::client
                                                      ? "The context is not a client's"
                                                      : "The context is not a server's");
  }
  return *c.impl();
}

context::context(client_options const& options)
    : impl_(std::make_shared<context_impl const>(options)) {}

context::context(server_options const& options)
    : impl_(std::make_shared<context_impl const>(options)) {}

context from_ssl_ctx(ssl_ctx_st* native, side of) {
  return context(std::shared_ptr<context_impl const>(std::make_shared<context_impl>(native, of)));
}

}  // namespace anode::tls
