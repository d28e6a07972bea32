// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What precedes HTTP on a server's connection: a PROXY header, and the TLS handshake.

#include "message/url.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_impl.hpp"
#include "stream/socket_handle.hpp"

#include <utility>

namespace anode::server {

void http1_server_connection::begin_handshake(bool proxied) {
  handshake_ = std::make_unique<handshake>();
  handshake_->of = this;
  handshake_->proxied = proxied;
  if (proxied) {
    server_->connection_timers().preface_expected(clock_);
  }
  if (server_->secure() == nullptr) {
    return;
  }
  if (auto const most = server_->secure()->handshake_timeout(); most.count() > 0) {
    server_->clock().arm(*handshake_, most);
  }
}

// The first input, also an empty one, means that the handshake and the PROXY header are complete.
void http1_server_connection::end_handshake() {
  detail::ptr<http1_server_connection> const self(this);
  bool const proxied = handshake_->proxied;
  drop_handshake();
  if (proxied) {
    server_->opened(*this);
  }
  detail::ptr<server_impl::handlers> const on = server_->on();
  if (server_->secure() != nullptr && !on->secure_connection.empty()) {
    on->secure_connection.emit(stream::handle_to(*socket_));
  }
}

void http1_server_connection::drop_handshake() {
  if (handshake_) {
    server_->clock().cancel(*handshake_);
    handshake_.reset();
  }
}

// Returns whether a request is for a host that must not be served on this connection. The Host of a
// CONNECT request names the target of a tunnel. A target in absolute-form names a host too, and
// programs differ in which of the two they use.
bool http1_server_connection::is_misdirected(message::message_head const& head) {
  if (head.method == message::method::connect) {
    return false;
  }
  detail::secure_server& secure = *server_->secure();
  if (!secure.serves(socket_->stream(), head.value(message::field_id::host))) {
    return true;
  }
  auto const authority = message::split_target(head.target()).authority;
  return authority && !secure.serves(socket_->stream(), *authority);
}

// A client gets no answer before the handshake is complete.
void http1_server_connection::handshake_timed_out() {
  detail::ptr<http1_server_connection> const self(this);
  failed_ = closing_ = true;
  report(server_->secure() != nullptr ? server_->secure()->timed_out()
                                      : make_error_code(http::error::request_timeout));
  socket_->destroy();
}

}  // namespace anode::server
