// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/client_handshake.hpp"

#include "tls/connection/tls_stream.hpp"
#include "tls/context/errors.hpp"
#include "tls/https/client_rules.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <new>
#include <utility>

namespace anode::tls {
namespace {

// Returns whether Node reports a failure of the handshake as EPROTO.
bool is_protocol_failure(error_code const& ec) { return is_openssl_error(ec); }

}  // namespace

client_handshake::client_handshake(std::unique_ptr<byte_stream> lower,
                                   detail::ptr<client_target> to,
                                   detail::ptr<session_cache> sessions,
                                   detail::ptr<idle_memory> idle,
                                   std::function<void(detail::secure_result)> done)
    : executor_(lower->get_executor()),
      to_(std::move(to)),
      sessions_(std::move(sessions)),
      done_(std::move(done)) {
  try {
    engine_ = new engine(to_->context, std::move(lower),
                         std::make_unique<client_rules>(to_, sessions_), std::move(idle));
    if (!to_->servername.empty()) {
      engine_->send_servername(to_->servername);
    }
  } catch (std::bad_alloc const&) {
    engine_.reset();
  }
}

void client_handshake::start() {
  if (!engine_) {
    report_no_memory();
    return;
  }
  if (session_ptr const session = sessions_->take(to_->key)) {
    SSL_set_session(engine_->native(), session.get());
  }
  engine_->async_handshake(io_callback(*this, &client_handshake::on_done));
}

void client_handshake::cancel() {
  done_ = nullptr;
  if (engine_) {
    engine_->close(false);
  }
}

void client_handshake::report_no_memory() {
  net::post(executor_, [self = detail::ptr<client_handshake>(this)] {
    if (auto const done = std::exchange(self->done_, nullptr)) {
      detail::secure_result result;
      result.ec = net::error::no_memory;
      result.message = result.ec.message();
      done(std::move(result));
    }
  });
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
