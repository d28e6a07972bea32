// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/certificate/trust.hpp"
#include "tls/context/agent_name.hpp"

#include <anode/openssl.hpp>
#include <anode/tls.hpp>

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace anode::tls {

struct ssl_ctx_deleter {
  void operator()(SSL_CTX* c) const noexcept { SSL_CTX_free(c); }
};

struct ssl_session_deleter {
  void operator()(SSL_SESSION* s) const noexcept { SSL_SESSION_free(s); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, ssl_session_deleter>;

/// The state behind a `tls::context`: an `SSL_CTX` that no longer changes, and the settings that
/// OpenSSL does not store.
///
/// The callbacks of the `SSL_CTX` find the connection through the application data of the `SSL`,
/// see `engine`. Therefore one context can serve several servers and agents.
class context_impl {
public:
  explicit context_impl(client_options const& options);
  explicit context_impl(server_options const& options);
  context_impl(SSL_CTX* native, side of);

  SSL_CTX* native() const noexcept { return native_.get(); }
  side of() const noexcept { return side_; }

  /// Returns a number that no other context of this process has or had.
  std::uint64_t id() const noexcept { return id_; }

  /// Returns what a client's context adds to the names in an agent's pool.
  agent_name const& name() const noexcept { return name_; }

  /// Returns whether a peer is refused if its certificate cannot be verified.
  bool rejects_unauthorized() const noexcept { return rejects_unauthorized_; }

  /// Returns whether this side asks the peer for a certificate. Clients always do.
  bool asks_for_certificate() const noexcept { return asks_for_certificate_; }

  /// Returns whether ALPN is offered or selected, and with "http/1.1" in the list.
  bool offers_http() const noexcept { return offers_http_; }

  /// Returns the user's check of a server's name; empty for `tls::check_server_identity`.
  std::function<void(std::string_view, certificate const&)> const& check_identity() const noexcept {
    return check_identity_;
  }

  std::function<void(std::string_view)> const& on_keylog() const noexcept { return on_keylog_; }

  /// Returns the application protocols in ALPN's wire form.
  std::string const& alpn() const noexcept { return alpn_; }

  /// Returns the OCSP response to staple; empty: none.
  std::string const& ocsp_response() const noexcept { return ocsp_response_; }

  /// Returns whether this context, of a server, verifies clients by the same rules as another one.
  bool verifies_like(context_impl const& other) const noexcept {
    return trust_digest_ == other.trust_digest_ ||
           (!asks_for_certificate_ && !other.asks_for_certificate_);
  }

  /// Returns a digest, 32 bytes, of what decides whether a client is trusted: the trusted
  /// certificates, the revocation lists, and what is asked for. Servers' sessions are bound to it.
  std::string const& trust_digest() const noexcept { return trust_digest_; }

private:
  void apply(common_options const& options, trust_use use);
  void set_alpn(std::vector<std::string> const& protocols);

  std::unique_ptr<SSL_CTX, ssl_ctx_deleter> native_;
  side side_;
  std::uint64_t id_;
  agent_name name_;
  bool rejects_unauthorized_ = true;
  bool asks_for_certificate_ = true;
  bool offers_http_ = false;
  std::function<void(std::string_view, certificate const&)> check_identity_;
  std::function<void(std::string_view)> on_keylog_;
  std::string alpn_;
  std::string ocsp_response_;
  std::string trust_digest_;
};

/// Returns the context of a handle.
/// @throws http::exception with `error::invalid_context` if it is empty or of the other side.
context_impl const& require_context(context const& c, side of);

}  // namespace anode::tls
