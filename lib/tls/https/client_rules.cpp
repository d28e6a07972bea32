// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/client_rules.hpp"

#include "tls/certificate/identity.hpp"
#include "tls/context/errors.hpp"

#include <anode/error.hpp>

#include <boost/system/system_error.hpp>

#include <utility>

namespace anode::tls {

error_code client_rules::check_peer(engine& of, secure_info& info, std::string& message) {
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

void client_rules::keep_session(session_ptr session) {
  bool const lasting = SSL_SESSION_get_protocol_version(session.get()) < TLS1_3_VERSION ||
                       SSL_SESSION_get_ticket_lifetime_hint(session.get()) > 0;
  if (!lasting) {
    return;
  }
  if (verified_) {
    sessions_->add(to_->key, std::move(session));
  } else if (early_.empty()) {
    early_.push_back(std::move(session));
  }
}

error_code client_rules::check_identity(engine& of, std::string& message) {
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

}  // namespace anode::tls
