// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The events that a client exchange emits at the end of a tick, in order.
#include "base/access.hpp"
#include "client/agent_impl.hpp"
#include "client/client_exchange.hpp"
#include "client/http1_client_connection.hpp"
#include "stream/socket_handle.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::client {

using http::error;

http::request_error client_exchange::make_error(error_code ec, http::request_phase phase,
                                                std::string text) const {
  if (text.empty()) {
    text = ec.category() == http::error_category()
               ? ec.message()
               : std::string(http::to_string(phase)) + " " + std::string(http::code_name(ec)) +
                     ": " + ec.message();
  }
  http::request_error e(ec, std::move(text), phase, judge().verdict, reused_, sent_, received_);
  detail::access::set_details(e, error_reason_, bytes_parsed_, raw_packet_, cause_);
  return e;
}

// A reader of the body gets the error of the request. The response's own events report only the
// abort, as in Node.
void client_exchange::throw_failure() const {
  if (error_) {
    throw make_error();
  }
  throw make_error(response.error() ? response.error() : make_error_code(error::aborted),
                   http::request_phase::body, {});
}

void client_exchange::notify_socket() {
  if (std::exchange(pending_socket_, false) && connection_ && !on_socket_.empty()) {
    on_socket_.emit(stream::handle_to(connection_->core()));
  }
}

// Emits in Node's order: the request first, unless its timeout was set after the response's head.
void client_exchange::timed_out() {
  detail::ptr<client_exchange> const self(this);
  if (response.ended() || (response_done_ && !response_acquired_)) {
    return;
  }
  bool const tell_request = timeout_wanted_ && !std::exchange(timeout_notified_, true);
  if (tell_request && !response_timeout_first_) {
    on_timeout_.emit();
  }
  if (response_ready_) {
    response.emit_timeout();
  }
  if (tell_request && response_timeout_first_) {
    on_timeout_.emit();
  }
}

void client_exchange::notify_error() {
  if (std::exchange(pending_error_, false)) {
    http::request_error const e = make_error();
    if (watched_) {
      watch_failed(e);
    }
    request.on_error.emit(error_);
    on_error_.emit(e);
  }
}

void client_exchange::notify_abort() {
  if (std::exchange(pending_abort_, false)) {
    on_abort_.emit();
  }
}

void client_exchange::notify_request_close() {
  if (std::exchange(close_notified_, true)) {
    return;
  }
  disconnect_signal();
  if (watched_) {
    watch_close();
  }
  if (response_done_ && response.ended()) {
    response.retire();
  }
  request.emit_close();
  changed_.notify();
}

// Closes the response once it is read, or when it will not be read.
void client_exchange::notify_response_close() {
  if (response.closed() || !(response.ended() || response.aborted() || response.body_discarded() ||
                             response.destroyed())) {
    return;
  }
  if (response_done_ && response.destroyed() && response.ended()) {
    response.emit_error();
  }
  response.emit_close();
}

// Emits the pending events in Node's order: socket, abort, error, and the close of request and
// response.
void client_exchange::run_deferred() {
  detail::ptr<client_exchange> const self(this);
  return_to_pool();
  notify_socket();
  if (std::exchange(pending_finish_, false)) {
    request.emit_finish();
  }
  if (!close_notified_) {
    request.emit_misuse();
  }
  bool const unread = response_done_ && !response.ended();
  if (!abort_last_ && (!returned_to_pool_ || unread)) {
    notify_abort();
  }
  bool const interrupted = closed_ && response_ready_ && !response_done_ && !response.aborted();
  if (interrupted && response.destroyed()) {
    // The user has destroyed the response, which also destroys the request.
    response.abort(error_);
    notify_error();
    response.emit_error();
    notify_response_close();
    notify_request_close();
    drop_listeners();
    return;
  }
  bool const aborted_unread =
      unread && response.destroyed() && response.abort_unread(response.error());
  notify_error();
  if (aborted_unread) {
    response.emit_error();
  }
  if (std::exchange(pending_discard_, false)) {
    response.discard_body();
  }
  if (!closed_) {
    if (response_done_ && response.ended()) {
      notify_response_close();
    }
    return;
  }
  if (returned_to_pool_ && unread && response_acquired_ && !response.ended() &&
      !response.destroyed()) {
    return;  // the response closes once it is read
  }
  if (interrupted) {
    response.abort(error::connection_reset);
  }
  if (response_done_ && (!returned_to_pool_ || !response.ended())) {
    notify_response_close();
  }
  notify_request_close();
  if (!abort_last_) {
    notify_abort();
  }
  if (interrupted) {
    response.emit_error();
  }
  notify_response_close();
  notify_abort();
  drop_listeners();
}

// Removes the listeners after the last event, because they may own handles to this exchange. The
// listeners of `abort` stay, because Node emits it even then.
void client_exchange::drop_listeners() {
  if (!close_notified_ || (response_ready_ && !response.closed())) {
    return;
  }
  auto const drop = [](auto& listeners) {
    if (listeners) {
      std::exchange(listeners, {});
    }
  };
  auto const none = [&](auto&... listeners) { (drop(listeners), ...); };
  none(response.on_end, response.on_aborted, response.on_error, response.on_timeout,
       response.on_close);
  none(request.on_finish, request.on_prefinish, request.on_drain, request.on_timeout,
       request.on_error, request.on_close);
  none(on_information_, on_continue_, on_socket_, on_timeout_, on_error_);
  none(on_response, on_upgrade, on_connect);
  if (request.staged()) {
    request.clear_stages();
  }
}

}  // namespace anode::client
