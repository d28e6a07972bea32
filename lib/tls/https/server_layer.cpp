// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/server_layer.hpp"

#include "tls/certificate/identity.hpp"
#include "tls/connection/failed_stream.hpp"
#include "tls/connection/tls_stream.hpp"
#include "tls/context/errors.hpp"

#include <anode/error.hpp>

#include <new>
#include <utility>

namespace anode::tls {
namespace {

class server_rules final : public engine_rules {
public:
  explicit server_rules(detail::ptr<server_layer> layer) : layer_(std::move(layer)) {}

  // A full handshake has checked the certificate of the client; a resumed one has only found its
  // result in the session.
  error_code check_peer(engine& of, secure_info& info, std::string& message) override {
    context_impl const& context = of.context();
    if (!context.asks_for_certificate()) {
      return {};
    }
    bool const present = SSL_get0_peer_certificate(of.native()) != nullptr;
    long const result =
        present ? SSL_get_verify_result(of.native()) : long{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT};
    info.authorized = result == X509_V_OK;
    if (info.authorized) {
      return {};
    }
    error_code const ec = verify_error(result);
    info.authorization_error = http::code_name(ec);
    if (!context.rejects_unauthorized()) {
      return {};
    }
    message = X509_verify_cert_error_string(result);
    return ec;
  }

  std::shared_ptr<context_impl const> choose_context(std::string_view name) override {
    return layer_->find(name);
  }

  int ticket_key(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                 int encrypt) override {
    return layer_->tickets().prepare(name, iv, cipher, mac, encrypt);
  }

  bool answers_plain_http() const override { return true; }

private:
  detail::ptr<server_layer> layer_;
};

}  // namespace

server_layer::server_layer(context c) { set_context(std::move(c)); }

std::unique_ptr<byte_stream> server_layer::accept(std::unique_ptr<byte_stream> lower) {
  net::any_io_executor ex = lower->get_executor();
  try {
    return std::make_unique<tls_stream>(detail::ptr<engine>(
        new engine(default_.impl(), std::move(lower),
                   std::make_unique<server_rules>(detail::ptr<server_layer>(this)), idle_)));
  } catch (std::bad_alloc const&) {
    // It concerns this connection, and not who accepts connections.
    return std::make_unique<failed_stream>(std::move(ex), net::error::no_memory);
  }
}

bool server_layer::serves(byte_stream& connection, std::string_view authority) const {
  engine& e = static_cast<tls_stream&>(connection).state();
  if ((by_name_.empty() && !choose_ && !e.chosen_by_name()) || authority.empty()) {
    return true;
  }
  std::string_view const host = without_dot(host_of(authority));
  return context_map::same_name(host, without_dot(e.servername())) || serves_other(e, host);
}

// Decides for a host that the client has not named in its handshake.
bool server_layer::serves_other(engine& on, std::string_view host) const {
  if (host.find('%') != host.npos) {
    return false;  // a program could decode it
  }
  detail::ptr<engine> const keep(&on);  // the function of the program may do anything
  std::shared_ptr<context_impl const> wanted;
  if (is_ip_address(host)) {
    wanted = by_name_.find(host).impl();  // clients do not ask for addresses (RFC 6066 section 3)
  } else {
    try {
      wanted = find(host);
    } catch (...) {
      return false;  // it would have failed the handshake
    }
  }
  if (!wanted) {
    if (!on.chosen_by_name()) {
      return true;
    }
    wanted = default_.impl();
  }
  return wanted->verifies_like(on.context());
}

error_code server_layer::timed_out() const { return make_error_code(error::handshake_timeout); }

void server_layer::set_context(context c) {
  require_context(c, side::server);
  default_ = std::move(c);
}

void server_layer::add_context(std::string_view pattern, context c) {
  require_context(c, side::server);
  if (!by_name_.add(pattern, std::move(c))) {
    throw http::exception(http::error::invalid_arg_value,
                          "The pattern '" + std::string(pattern.substr(0, 256)) +
                              "' is neither a host name nor \"*.\" and a host name");
  }
}

std::shared_ptr<context_impl const> server_layer::find(std::string_view name) const {
  if (name.empty()) {
    return nullptr;
  }
  if (choose_) {
    std::function<context(std::string_view)> const choose = choose_;  // it may replace itself
    if (context const chosen = choose(name)) {
      require_context(chosen, side::server);
      return chosen.impl();
    }
  }
  return by_name_.find(name).impl();
}

}  // namespace anode::tls
