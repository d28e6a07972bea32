// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/client_handshake.hpp"

#include "tls/certificate/identity.hpp"
#include "tls/connection/tls_stream.hpp"
#include "tls/context/errors.hpp"

#include <anode/error.hpp>

#include <boost/system/error_code.hpp>

#include <utility>
#include <vector>

namespace anode::tls {
namespace {

class client_rules final : public engine_rules {
public:
  client_rules(detail::ptr<client_target> to, detail::ptr<session_cache> sessions)
      : to_(std::move(to)), sessions_(std::move(sessions)) {}

  // Also checks a resumed session, whose certificate may not be trusted for this host.
  error_code check_peer(engine& of, secure_info& info, std::string& message) override {
    error_code ec;
    if (long const result = SSL_get_verify_result(of.native()); result != X509_V_OK) {
      ec = verify_error(result);
      message = X509_verify_cert_error_string(result);
    } else {
      ec = check_identity(of, message);
    }
    info.authorized = !ec;
    if (ec) {
      info.authorization_error = http::code_name(ec);
      if (!of.context().rejects_unauthorized()) {
        ec = {};
      }
    }
    if (!ec) {
      verified_ = true;
      for (session_ptr& s : std::exchange(early_, {})) {
        sessions_->add(to_->key, std::move(s));
      }
    }
    return ec;
  }

  bool keep_session(SSL_SESSION* session) override {
    bool const lasting = SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION ||
                         SSL_SESSION_get_ticket_lifetime_hint(session) > 0;
    if (!lasting) {
      return false;
    }
    session_ptr owned(session);
    if (verified_) {
      sessions_->add(to_->key, std::move(owned));
    } else if (early_.empty()) {
      early_.push_back(std::move(owned));
    }
    return true;
  }

  std::exception_ptr const& thrown() const noexcept { return thrown_; }

private:
  error_code check_identity(engine& of, std::string& message) {
    certificate const peer = peer_certificate_of(of.native());
    try {
      if (of.context().check_identity()) {
        of.context().check_identity()(to_->host, peer);
      } else {
        check_server_identity(to_->host, peer);
      }
      return {};
    } catch (boost::system::system_error const& e) {
      thrown_ = std::current_exception();
      message = e.what();
      return e.code() ? e.code() : make_error_code(error::cert_altname_invalid);
    } catch (std::exception const& e) {
      thrown_ = std::current_exception();
      message = e.what();
    } catch (...) {
      thrown_ = std::current_exception();
      message = "The check of the server's identity has failed";
    }
    return make_error_code(error::cert_altname_invalid);
  }

  detail::ptr<client_target> to_;
  detail::ptr<session_cache> sessions_;
  std::vector<session_ptr> early_;  // offered before the peer is verified
  std::exception_ptr thrown_;
  bool verified_ = false;
};

// Returns whether Node reports a failure of the handshake as EPROTO.
bool is_protocol_failure(error_code const& ec) { return is_openssl_error(ec); }

}  // namespace

client_handshake::client_handshake(std::unique_ptr<byte_stream> lower,
                                   detail::ptr<client_target> to,
                                   detail::ptr<session_cache> sessions,
                                   std::function<void(detail::secure_result)> done)
    : to_(std::move(to)), sessions_(std::move(sessions)), done_(std::move(done)) {
  engine_ =
      new engine(to_->context, std::move(lower), std::make_unique<client_rules>(to_, sessions_));
}

void client_handshake::start() {
  if (!to_->servername.empty()) {
    engine_->send_servername(to_->servername);
  }
  if (session_ptr const session = sessions_->take(to_->key)) {
    SSL_set_session(engine_->native(), session.get());
  }
  engine_->async_handshake(io_callback(*this, &client_handshake::on_done));
}

void client_handshake::cancel() {
  done_ = nullptr;
  engine_->close(false);
}

void client_handshake::on_done(detail::counted& self, error_code ec, std::size_t) {
  auto& h = static_cast<client_handshake&>(self);
  std::function<void(detail::secure_result)> const done = std::exchange(h.done_, nullptr);
  if (!done) {
    return;
  }
  detail::secure_result result;
  if (!ec) {
    result.stream = std::make_unique<tls_stream>(h.engine_);
    done(std::move(result));
    return;
  }
  h.sessions_->drop(h.to_->key);
  result.ec = ec;
  result.message = h.engine_->failure_message();
  result.cause = static_cast<client_rules&>(h.engine_->rules()).thrown();
  if (is_protocol_failure(ec)) {
    result.reason = http::code_name(ec);
    result.ec = {boost::system::errc::protocol_error, boost::system::system_category()};
    result.message = "EPROTO: " + openssl_text(ec);
  } else if (ec == http::error::connection_reset) {
    result.message =
        "Client network socket disconnected before secure TLS connection was established";
  } else if (result.message.empty()) {
    result.message = ec.message();
  }
  h.engine_->close(false);
  done(std::move(result));
}

}  // namespace anode::tls
