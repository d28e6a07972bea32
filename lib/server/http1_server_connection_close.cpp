// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The end of a server connection: client errors, timeouts, and closing.

#include "http1/head_writer.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_exchange.hpp"
#include "server/server_impl.hpp"
#include "stream/socket_handle.hpp"

#include <string>
#include <utility>

namespace anode::server {

void http1_server_connection::close_when_idle() {
  if (idle()) {
    closing_ = true;
    socket_->destroy_soon(false);
  }
}

// Closes the connection after a response. Further requests get no response.
void http1_server_connection::close_behind(server_exchange& x) {
  bool const unread = !x.request.is_complete() || !socket_->input().empty();
  closing_ = true;
  drop_requests();
  socket_->destroy_soon(unread);
}

void http1_server_connection::stop_reading() {
  closing_ = true;
  socket_->destroy_soon(true);
}

void http1_server_connection::fail_to_parse(std::string_view input) {
  http1::parse_error const& e = parser_->error();
  std::string_view const read = socket_->incoming().last_read();
  client_error(e.code, "Parse Error: " + std::string(e.reason), e.bytes_parsed,
               read.size() >= input.size() ? read : input);
}

// Sends a response of the server's own.
void http1_server_connection::answer(server_response_state& response, int status) {
  response.status = status;
  response.store_head();
  response.end({}, false);
}

// Reports a client error to the trace and the handler. Returns whether a handler is set.
bool http1_server_connection::report(http::client_error const& e) {
  detail::ptr<server_impl::handlers> const on = server_->on();
  if (auto const trace = on->trace) {
    server_->call_hook(trace->client_error, e, stream::handle_to(*socket_));
  }
  if (auto const h = on->client_error) {
    runtime::tick::call_user([&] { (*h)(e, stream::handle_to(*socket_)); });
    return true;
  }
  return false;
}

void http1_server_connection::client_error(error_code code, std::string message,
                                           std::size_t bytes_parsed, std::string_view packet) {
  detail::ptr<http1_server_connection> const self(this);
  closing_ = true;
  failed_ = true;
  if (code != http::error::invalid_eof_state) {
    cause_ = code;  // an end of input within a message means a disconnected client
  }
  socket_->pause();
  http::client_error info;
  info.code = code;
  info.message = message;
  info.bytes_parsed = bytes_parsed;
  info.raw_packet = packet;
  if (report(info)) {
    if (!socket_->writable()) {
      drop_requests();
      server_->connection_timers().closed(clock_);
      socket_->destroy_soon(true);
      fail_receiving();
    }
    return;
  }
  if (socket_->writable() && answered_ == 0 &&
      (first_ == nullptr || !first_->response.head_sent())) {
    http1::write_error_head(socket_->output().buffer(),
                            policy::status_of(static_cast<http::error>(code.value())));
  }
  drop_requests();
  server_->connection_timers().closed(clock_);
  socket_->destroy_soon(true, code);
  fail_receiving();
}

// Fails the request that is being received.
void http1_server_connection::fail_receiving() {
  if (detail::ptr<server_exchange> const x = receiving_) {
    x->request.fail(cause_ ? cause_ : make_error_code(http::error::connection_reset));
  }
}

// After a client error the input is discarded, but the end of input must still be detected.
void http1_server_connection::discard_input() {
  discarded_ += socket_->input().size();
  socket_->consume(socket_->input().size());
  if (discarded_ > discard_limit) {
    socket_->destroy();
  } else {
    socket_->resume();
  }
}

// Detaches the responses that cannot be sent any more.
void http1_server_connection::drop_requests() {
  for (server_exchange* x = first_; x != nullptr; x = x->next) {
    if (!x->response.ended() || x->response.core() == nullptr) {
      x->response.connection_lost();
    }
  }
}

void http1_server_connection::expire(policy::expired_phase phase) {
  if (phase == policy::expired_phase::keep_alive) {
    // Report once: the timeout handler may leave the connection open.
    server_->connection_timers().message_completed(clock_);
    on_timeout();
  } else if (failed_) {
    socket_->destroy();  // the client error handler has not closed the connection
  } else if (handshake_) {
    handshake_timed_out();
  } else {
    client_error(http::error::request_timeout, "Request timeout");
  }
}

void http1_server_connection::on_end() {
  detail::ptr<http1_server_connection> const self(this);
  if (failed_) {
    socket_->destroy_soon(false);
    return;
  }
  if (closing_ && !leaving_) {
    return;
  }
  if (end_waits()) {
    pending_end_ = true;
    return;
  }
  http1::parse_result const found = acquire_parser().finish();
  if (found == http1::parse_result::end && receiving_) {
    end_request();
  }
  if (found == http1::parse_result::error) {
    client_error(parser_->error().code, "Parse Error: " + std::string(parser_->error().reason));
  } else if (!server_->options().http_allow_half_open) {
    client_has_gone();
  } else if (leaving_) {
    // The end of input belongs to the new protocol: the next owner of the socket detects it.
  } else if (last_ != nullptr) {
    last_->response.closes = true;
  } else {
    socket_->destroy_soon(false);
  }
  resume_readers();
}

// Returns whether unparsed input precedes the end of input.
bool http1_server_connection::end_waits() const noexcept {
  return !socket_->input().empty() && !leaving_ &&
         (receiving_ || server_->options().http_allow_half_open);
}

// Handles a half-close by the client, which means that it expects no response.
void http1_server_connection::client_has_gone() {
  closing_ = true;
  leaving_ = false;
  abort_requests();
  socket_->destroy_soon(false);
  if (!socket_->output().empty()) {
    cancel_handlers();  // because sending may take time
  }
}

// The client has half-closed while reading is paused, because a handler or the output applies
// back-pressure, or because an upgrade waits for earlier responses.
void http1_server_connection::on_hangup() {
  detail::ptr<http1_server_connection> const self(this);
  if (failed_ || (closing_ && !leaving_) || server_->options().http_allow_half_open) {
    return;
  }
  if (receiving_ && !leaving_) {
    // The buffered input may complete the body, therefore the reader still gets the whole body.
    cancel_handlers();
  } else {
    client_has_gone();
  }
}

// The program has ended the socket directly: no further response can be sent.
void http1_server_connection::on_local_end() {
  closing_ = true;
  socket_->destroy_soon(true);
}

// Cancels the handlers that have enabled cancellation.
void http1_server_connection::cancel_handlers() {
  for (detail::ptr<server_exchange> x(first_); x; x = detail::ptr<server_exchange>(x->next)) {
    x->cancel_handler();
  }
}

void http1_server_connection::on_error(error_code ec) {
  socket_error_ = ec;
  if (!failed_) {
    report(ec);
  }
}

void http1_server_connection::report(error_code ec) {
  std::string const message = ec.message();
  http::client_error info;
  info.code = ec;
  info.message = message;
  report(info);
}

void http1_server_connection::on_timeout() {
  detail::ptr<http1_server_connection> const self(this);
  detail::ptr<server_impl::handlers> const on = server_->on();
  if (auto const trace = on->trace) {
    server_->call_hook(trace->timeout, stream::handle_to(*socket_));
  }
  bool notified = receiving_ && receiving_->request.emit_timeout();
  notified = (first_ != nullptr && first_->response.emit_timeout()) || notified;
  if (auto const h = on->timeout) {
    runtime::tick::call_user([&] { (*h)(stream::handle_to(*socket_)); });
    notified = true;
  }
  if (!notified) {
    cause_ = http::error::timed_out;
    socket_->destroy();
  }
}

// Notifies the handlers that the client has disconnected.
void http1_server_connection::abort_requests() {
  // A handler that fails because of this has no response to send.
  for (server_exchange* x = first_; x != nullptr; x = x->next) {
    x->response.connection_lost();
  }
  if (receiving_) {
    detail::ptr<server_exchange> const x = std::move(receiving_);
    x->request.set_cause(socket_error_);
    x->request.fail(cause_ ? cause_ : make_error_code(http::error::connection_reset));
    x->request.emit_close();
    if (x->response.finished()) {
      detach(*x);
    }
  }
  for (detail::ptr<server_exchange> x(first_); x; x = detail::ptr<server_exchange>(x->next)) {
    x->request.set_cause(socket_error_);
    if (x->request.abort_unread(http::error::connection_reset)) {
      x->request.emit_error();
    }
    x->request.emit_close();
  }
}

void http1_server_connection::on_close() {
  detail::ptr<http1_server_connection> const self(this);
  closing_ = left_http_ = true;
  drop_handshake();
  server_->connection_timers().closed(clock_);
  detail::ptr<server_exchange> const receiving = receiving_;
  abort_requests();
  if (receiving) {
    receiving->sever();
  }
  current_ = nullptr;
  while (first_ != nullptr) {
    detail::ptr<server_exchange> const x(first_, false);
    first_ = x->next;
    x->next = nullptr;
    x->request.detach();
    if (x->record != nullptr) {
      finish_trace(*x, true);
    }
    x->response.emit_close();
    x->cancel_handler();
    x->sever();
  }
  last_ = nullptr;
  resume_readers();
  if (parser_ && between_messages_ && !parser_->in_message()) {
    release_parser();
  }
  server_->connection_ended();
  server_->remove(*this);
  if (record) {
    server_->trace_closed(*end_record(), *socket_);
  }
}

void http1_server_connection::detach_server() {
  closing_ = left_http_ = true;
  server_->connection_timers().closed(clock_);
  socket_->set_owner(nullptr);
  if (detail::ptr<server_exchange> const x = std::move(receiving_)) {
    x->sever();
  }
  spare_.reset();
  current_ = last_ = nullptr;
  while (deferred_readers_ != nullptr) {
    detail::ptr<server_exchange> const x(deferred_readers_, false);
    deferred_readers_ = std::exchange(x->next_deferred, nullptr);
    x->readers_deferred = false;
  }
  while (first_ != nullptr) {
    detail::ptr<server_exchange> const x(first_, false);
    first_ = std::exchange(x->next, nullptr);
    x->response.connection_lost();
    x->sever();
  }
}

void http1_server_connection::destroy_exchange(error_code) {
  closing_ = true;
  socket_->destroy();
}

}  // namespace anode::server
