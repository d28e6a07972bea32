// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How a server connection leaves HTTP: by an upgrade or CONNECT handler, or by a request handler
// that detaches the socket.

#include "http1/head_writer.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_exchange.hpp"
#include "server/server_impl.hpp"
#include "stream/socket_handle.hpp"

#include <utility>

namespace anode::server {

using anode::policy::dispatch;

// Starts a request that ends HTTP. The body of an upgrade request is received first: the new
// protocol starts behind it.
void http1_server_connection::begin_to_leave(server_exchange& x, dispatch how) {
  leave_as_ = how;
  message::body_kind const body = x.request.head.body;
  if (how == dispatch::upgrade &&
      (body == message::body_kind::length || body == message::body_kind::chunked)) {
    server_->connection_timers().headers_completed(clock_);
    // A 100 must not overtake earlier responses. Without it the client waits only for a while.
    if (policy::expects_continue(x.request.head) && is_quiet() && socket_->writable()) {
      socket_->output().append(http1::continue_head);
      socket_->flush_later();
    }
  } else if (how == dispatch::upgrade || how == dispatch::refuse_upgrade) {
    parser_->accept_upgrade();
  }
}

// Continues with the body of an upgrade request whose buffer is full. Nobody reads it before the
// body is complete.
http1_server_connection::step http1_server_connection::fill_upgrade_body() {
  if (parser_->at_end()) {
    (void)parser_->finish();
    return end_upgrade_request();
  }
  client_error(http::error::body_too_large, "The body of the upgrade request is too large");
  return step::over;
}

// Ends the request that ends HTTP. Its handler is called when the earlier responses are sent.
http1_server_connection::step http1_server_connection::end_upgrade_request() {
  if (!parser_->trailers().empty()) {
    std::swap(receiving_->request.trailers, parser_->trailers());
  }
  leaving_ = closing_ = true;
  server_->connection_timers().message_completed(clock_);
  return step::over;
}

// Returns whether the earlier responses are sent and none of them has closed the connection.
bool http1_server_connection::may_leave_http() const noexcept {
  return leaving_ && is_quiet() && socket_->writable();
}

// Stops all that belongs to HTTP, before the program gets the socket.
void http1_server_connection::stop_http() {
  closing_ = left_http_ = true;
  server_->connection_timers().closed(clock_);
  socket_->pause();
  socket_->set_timeout({});
  socket_->set_owner(nullptr);
}

// Passes the socket to the handler of the event. The remaining input is the first input of the
// socket.
void http1_server_connection::leave_http() {
  detail::ptr<http1_server_connection> const self(this);
  detail::ptr<server_exchange> const x = std::move(receiving_);
  stop_http();
  x->request.complete();
  x->sever();
  detail::ptr<server_impl::handlers> const on = server_->on();
  if (leave_as_ == dispatch::refuse_connect || leave_as_ == dispatch::refuse_upgrade) {
    server_->connection_ended();
    socket_->destroy();
    if (record) {
      server_->trace_closed(*end_record(), *socket_);
    }
  } else {
    anode::socket socket = stream::handle_to(*socket_);
    server_->track_upgraded(socket_, end_record());
    if (auto const trace = on->trace) {
      server_->call_hook(trace->upgrade, x->req, socket);
    }
    server_->run(leave_as_ == dispatch::connect ? on->connect : on->upgrade, *x, std::move(socket));
  }
  server_->remove(*this);
}

// Starts a request whose handler may leave HTTP. The bytes behind it stay unparsed until its
// response is complete. A response to CONNECT closes the connection, because a client may have sent
// bytes for the tunnel already: they must not be parsed as requests.
void http1_server_connection::hold_input(server_exchange& x) {
  x.holds_input = true;
  if (x.request.head.method == message::method::connect) {
    parser_->refuse_connect();
    x.response.should_keep_alive = false;
    x.response.closes = true;
  }
}

bool http1_server_connection::is_lost(server_exchange const& x) const noexcept {
  return left_http_ || closing_ || failed_ || !socket_->writable() || x.response.destroyed();
}

bool http1_server_connection::may_detach(server_exchange const& x) const noexcept {
  bool const received = receiving_ ? receiving_.get() == &x && parser_->at_end()
                                   : x.request.is_complete() && !in_message();
  return received && first_ == &x && last_ == &x;
}

anode::socket http1_server_connection::detach_socket(server_exchange& x, std::string_view head) {
  detail::ptr<http1_server_connection> const self(this);
  if (!head.empty()) {
    socket_->output().append(head);
    socket_->flush_later();
  }
  detached_ = detail::ptr<server_exchange>(first_, false);
  first_ = last_ = current_ = nullptr;
  --under_way_;
  queued_bytes_ = 0;
  receiving_.reset();
  stop_http();
  x.queued_bytes = 0;
  x.left_http = true;
  if (!x.request.is_complete()) {
    x.request.complete();
  }
  x.response.connection_lost();
  x.sever();
  anode::socket socket = stream::handle_to(*socket_);
  server_->track_upgraded(socket_, end_record());
  server_->remove(*this);
  runtime::tick::defer(*this, server_->executor());
  return socket;
}

// Emits the events of an exchange that has left HTTP, when no caller is inside the library.
void http1_server_connection::finish_detached() {
  detail::ptr<server_exchange> const x = std::move(detached_);
  if (auto const trace = server_->on()->trace) {
    server_->call_hook(trace->upgrade, x->req, stream::handle_to(*socket_));
  }
  if (x->record != nullptr) {
    finish_trace(*x, false);
  }
  x->request.emit_close();  // what is buffered of its body can still be read
  x->response.emit_close();
}

}  // namespace anode::server
