// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How a connection of a server ends: errors of its client, deadlines, and closing.

#include "http1/head_writer.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_exchange.hpp"
#include "server/server_impl.hpp"

#include <string>
#include <utility>

namespace anode::server {

void http1_server_connection::close_when_idle() {
  if (idle()) {
    closing_ = true;
    socket_->destroy_soon(false);
  }
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

// Tells who wants to know of a client's error. Returns whether it is handled.
bool http1_server_connection::report(http::client_error const& e) {
  detail::ptr<server_impl::handlers> const on = server_->on();
  if (auto const trace = on->trace; trace && trace->client_error) {
    trace->client_error(e, anode::socket(*socket_));
  }
  if (auto const h = on->client_error) {
    (*h)(e, anode::socket(*socket_));
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
    cause_ = code;  // the end of input in a message means that the client has gone
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

// Tells who reads the request that the rest of it will not come.
void http1_server_connection::fail_receiving() {
  if (detail::ptr<server_exchange> const x = receiving_) {
    x->request.fail(cause_ ? cause_ : make_error_code(http::error::connection_reset));
  }
}

// Behind an error nothing is read, but the end of the connection must not go unnoticed.
void http1_server_connection::discard_input() {
  discarded_ += socket_->input().size();
  socket_->consume(socket_->input().size());
  if (discarded_ > discard_limit) {
    socket_->destroy();
  } else {
    socket_->resume();
  }
}

// Cuts exchanges off whose responses can not be sent any more.
void http1_server_connection::drop_requests() {
  for (server_exchange* x = first_; x != nullptr; x = x->next) {
    if (!x->response.ended() || x->response.core() == nullptr) {
      x->response.connection_lost();
    }
  }
}

void http1_server_connection::expire(policy::expired_phase phase) {
  if (phase == policy::expired_phase::keep_alive) {
    // Told once: who handles it may leave the connection open.
    server_->connection_timers().message_completed(clock_);
    on_timeout();
  } else if (failed_) {
    socket_->destroy();  // who was told of the error has done nothing about it
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
    end_due_ = true;
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
    // The owner of the new protocol finds the end.
  } else if (last_ != nullptr) {
    last_->response.closes = true;
  } else {
    socket_->destroy_soon(false);
  }
  resume_readers();
}

// Whether there is input before the end of input that is still to be read.
bool http1_server_connection::end_waits() const noexcept {
  return !socket_->input().empty() && !leaving_ &&
         (receiving_ || server_->options().http_allow_half_open);
}

// The client has ended its direction, which means that it waits for no response.
void http1_server_connection::client_has_gone() {
  closing_ = true;
  leaving_ = false;
  abort_requests();
  socket_->destroy_soon(false);
  if (!socket_->output().empty()) {
    cancel_handlers();  // the end may take time
  }
}

// The client has ended its direction, and there is input before that which waits for a handler, or
// for the responses before a change of the protocol.
void http1_server_connection::on_hangup() {
  detail::ptr<http1_server_connection> const self(this);
  if (failed_ || (closing_ && !leaving_) || server_->options().http_allow_half_open) {
    return;
  }
  if (receiving_ && !leaving_) {
    // The body may be complete for all we know; who reads it gets it all.
    cancel_handlers();
  } else {
    client_has_gone();
  }
}

// The program has ended the connection past its responses: none can be sent any more.
void http1_server_connection::on_local_end() {
  closing_ = true;
  socket_->destroy_soon(true);
}

// Lets handlers that have asked for it stop.
void http1_server_connection::cancel_handlers() {
  for (detail::ptr<server_exchange> x(first_); x; x = detail::ptr<server_exchange>(x->next)) {
    x->cancel_handler();
  }
}

void http1_server_connection::on_error(error_code ec) {
  if (failed_) {
    return;  // told already
  }
  std::string const message = ec.message();
  http::client_error info;
  info.code = ec;
  info.message = message;
  report(info);
}

void http1_server_connection::on_timeout() {
  detail::ptr<http1_server_connection> const self(this);
  detail::ptr<server_impl::handlers> const on = server_->on();
  if (auto const trace = on->trace; trace && trace->timeout) {
    trace->timeout(anode::socket(*socket_));
  }
  bool told = receiving_ && receiving_->request.emit_timeout();
  told = (first_ != nullptr && first_->response.emit_timeout()) || told;
  if (auto const h = on->timeout) {
    (*h)(anode::socket(*socket_));
    told = true;
  }
  if (!told) {
    cause_ = http::error::timed_out;
    socket_->destroy();
  }
}

// Tells handlers that their client has gone.
void http1_server_connection::abort_requests() {
  // Handlers that fail because of this have nothing to answer any more.
  for (server_exchange* x = first_; x != nullptr; x = x->next) {
    x->response.connection_lost();
  }
  if (receiving_) {
    detail::ptr<server_exchange> const x = std::move(receiving_);
    x->request.fail(cause_ ? cause_ : make_error_code(http::error::connection_reset));
    x->request.emit_close();
    if (x->response.finished()) {
      detach(*x);
    }
  }
  for (detail::ptr<server_exchange> x(first_); x; x = detail::ptr<server_exchange>(x->next)) {
    if (x->request.abort_unread(http::error::connection_reset)) {
      x->request.emit_error();
    }
    x->request.emit_close();
  }
}

void http1_server_connection::on_close() {
  detail::ptr<http1_server_connection> const self(this);
  closing_ = left_http_ = true;
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
    x->response.emit_close();
    x->cancel_handler();
    x->sever();
  }
  last_ = nullptr;
  resume_readers();
  if (parser_ && between_messages_ && !parser_->in_message()) {
    give_decoder_back();
  }
  server_->connection_ended();
  server_->remove(*this);
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
