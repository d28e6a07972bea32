// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The TLS handshake of a server's connection.

#include "message/url.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_impl.hpp"
#include "stream/socket_handle.hpp"

#include <utility>

namespace anode::server {

void http1_server_connection::begin_handshake() {
  handshake_ = std::make_unique<handshake>();
  handshake_->of = this;
  if (auto const most = server_->secure()->handshake_timeout(); most.count() > 0) {
    server_->clock().arm(*handshake_, most);
  }
}

// The first input, also an empty one, means that the handshake is complete.
void http1_server_connection::end_handshake() {
  drop_handshake();
  if (detail::ptr<server_impl::handlers> const on = server_->on(); !on->secure_connection.empty()) {
    detail::ptr<http1_server_connection> const self(this);
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

// Nothing can be said to a client before the handshake is complete.
void http1_server_connection::handshake_timed_out() {
  detail::ptr<http1_server_connection> const self(this);
  failed_ = closing_ = true;
  report(server_->secure()->timed_out());
  socket_->destroy();
}

}  // namespace anode::server
