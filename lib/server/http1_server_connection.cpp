// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "server/http1_server_connection.hpp"

#include "http1/head_writer.hpp"
#include "server/server_exchange.hpp"
#include "server/server_impl.hpp"
#include "stream/socket_handle.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace anode::server {
http1_server_connection::http1_server_connection(server_impl& server,
                                                 std::unique_ptr<byte_stream> stream)
    : server_(&server), socket_(new stream::buffered_socket(std::move(stream), server.sockets())) {
  clock_.of = this;
  socket_->set_owner(this);
  socket_->set_high_water_mark(std::max<std::size_t>(server.options().high_water_mark, 1));
}

http1_server_connection::~http1_server_connection() { drop_handshake(); }

void http1_server_connection::start(bool proxied) {
  if (server_->options().timeout.count() > 0) {
    socket_->set_timeout(server_->options().timeout);
  }
  server_->connection_timers().accepted(clock_, server_->clock().now());
  if (proxied || server_->secure() != nullptr) {
    begin_handshake(proxied);
  }
  socket_->schedule_read();
}

void http1_server_connection::set_timeout(std::chrono::milliseconds timeout) {
  if (socket_->timeout() != timeout) {
    socket_->set_timeout(timeout);
  }
}

void http1_server_connection::on_input() {
  if (handshake_) {
    end_handshake();
  }
  if (failed_) {
    discard_input();
  } else {
    parse_input(false);
  }
}

void http1_server_connection::want_body() {
  if (!parsing_) {
    parse_input(true);
  }
}

void http1_server_connection::run_deferred() {
  if (detached_) {
    finish_detached();
    return;
  }
  for (detail::ptr<server_exchange> x(first_); x; x = detail::ptr<server_exchange>(x->next)) {
    x->response.emit_misuse();
    if (x->record != nullptr) {
      trace_head(*x);
    }
  }
  parse_input(false);
}

void http1_server_connection::on_misuse() { runtime::tick::defer(*this, server_->executor()); }

// Starts the request whose head is in `spare_`. `whole` means that the request has no body.
void http1_server_connection::begin_request(bool whole) {
  using anode::policy::dispatch;
  detail::ptr<server_exchange> const x = std::move(spare_);
  x->begin(*this);
  receiving_ = x;
  ++requests_;
  if (!whole) {
    x->response.request_has_body = true;
    defer_readers(*x);
  }
  dispatch how = dispatch::request;
  bool holds = false;
  bool const misdirected = server_->secure() != nullptr && is_misdirected(x->request.head);
  if (socket_->destroyed()) {
    closing_ = true;  // by the program's function that chooses contexts
    return;
  }
  if (misdirected || !policy::is_fast_path(x->request.head) ||
      server_->options().max_requests_per_socket > 0) {
    policy::dispatch_context context = server_->make_dispatch_context();
    context.misdirected = misdirected;
    if (policy::asks_for_upgrade(x->request.head) && !misdirected) {
      try {
        context.upgrades = server_->wants_upgrade(x->req);
      } catch (...) {
        server_->report(std::current_exception(), x.get());
        closing_ = true;
        socket_->destroy();
        return;
      }
    }
    how = policy::dispatch_request(x->request.head, context, requests_served_,
                                   x->response.max_requests_reached);
    holds = policy::holds_input(x->request.head, context);
  }
  if (how == dispatch::upgrade || how == dispatch::connect || how == dispatch::refuse_connect ||
      how == dispatch::refuse_upgrade) {
    begin_to_leave(*x, how);
    return;
  }
  if (whole) {
    server_->connection_timers().message_completed(clock_);
  } else {
    server_->connection_timers().headers_completed(clock_);
  }
  append(*x);
  if (holds) {
    hold_input(*x);
  }
  if (server_->on()->trace && !start_trace(*x)) {
    return;
  }
  server_response_state& response = x->response;
  switch (how) {
    case dispatch::continue_and_request:
      response.expect_continue = response.continue_sent = true;
      response.send_interim(http1::continue_head, true);
      server_->run(server_->on()->request, *x);
      break;
    case dispatch::check_continue:
      response.expect_continue = true;
      server_->run(server_->on()->check_continue, *x);
      break;
    case dispatch::check_expectation:
      server_->run(server_->on()->check_expectation, *x);
      break;
    case dispatch::drop:
      if (auto const trace = server_->on()->trace) {
        server_->call_hook(trace->drop_request, x->req, stream::handle_to(*socket_));
      }
      if (auto const h = server_->on()->drop_request) {
        runtime::tick::call_user([&] { (*h)(x->req, stream::handle_to(*socket_)); });
      }
      answer(response, 503);
      break;
    case dispatch::refuse_expectation:
      answer(response, 417);
      break;
    case dispatch::misdirected:
      answer(response, 421);
      break;
    case dispatch::missing_host:
      response.headers.set("Connection", "close");
      answer(response, 400);
      break;
    default:
      server_->run(server_->on()->request, *x);
      break;
  }
}

void http1_server_connection::append(server_exchange& x) {
  intrusive_ptr_add_ref(&x);
  if (last_ != nullptr) {
    last_->next = &x;
  } else {
    first_ = &x;
  }
  last_ = &x;
  ++under_way_;
  x.queued_bytes = x.request.head.fields.bytes().size();
  queued_bytes_ += x.queued_bytes;
  x.response.set_observer(this);
  if (current_ == nullptr) {
    current_ = &x;
    x.response.assign_socket(*socket_);
  }
}

void http1_server_connection::pass_body() {
  detail::ptr<server_exchange> const x = receiving_;
  std::string_view const segment = parser_->body();
  x->body_received += segment.size();
  if (x->request.body_discarded()) {
    discarded_ += segment.size();
    if (discarded_ > discard_limit) {
      stop_reading();
    }
    return;
  }
  x->request.deliver(segment, socket_->incoming());
}

void http1_server_connection::end_request() {
  detail::ptr<server_exchange> const x = std::move(receiving_);
  if (!parser_->trailers().empty()) {
    std::swap(x->request.trailers, parser_->trailers());
  }
  discarded_ = 0;
  if (x->has_data() && is_retirable(*x)) {
    x->drop_data();  // its destructor may change whether the exchange is retirable
  }
  if (is_retirable(*x)) {
    retire(*x);
    spare_ = x;
    return;
  }
  server_->connection_timers().message_completed(clock_);
  x->queued_bytes += x->request.buffered();
  queued_bytes_ += x->request.buffered();
  defer_readers(*x);
  x->request.complete();
  if (x->response.finished()) {
    detach(*x);
    after_response();
  }
}

// Returns whether the exchange has no work left except to send its response. Its request has just
// ended.
bool http1_server_connection::is_retirable(server_exchange const& x) const noexcept {
  constexpr unsigned here_and_in_list = 2;
  return x.is_unobserved(here_and_in_list) && first_ == &x && current_ == nullptr && !closing_ &&
         x.response.ended();
}

// Retires an exchange early. It has no listeners, therefore no completion event is emitted.
void http1_server_connection::retire(server_exchange& x) {
  detail::ptr<server_exchange> const in_list(first_, false);
  first_ = last_ = nullptr;
  --under_way_;
  queued_bytes_ = 0;
  ++answered_;
  answered_end_ = socket_->output().end();
  x.reset_fast();
}

void http1_server_connection::answers_sent() {
  if (answered_ > 0 && socket_->output().sent() >= answered_end_) {
    answered_ = 0;
    after_response();
  }
}

// Detaches an exchange with two complete messages. A handler may still read the buffered body or
// use the messages after the connection is destroyed.
void http1_server_connection::detach(server_exchange& x) {
  x.request.close_after_end();
  x.sever();
}

// Returns whether the next request must not be read: too many requests are in progress, too many
// bytes are buffered for them or their responses, or the last one may leave HTTP. The end of one of
// them resumes reading.
bool http1_server_connection::backed_up() const noexcept {
  std::size_t const most = socket_->high_water_mark();
  return socket_->output().size() >= most ||
         (under_way_ > 0 &&
          (under_way_ >= server_->options().max_pipelined_requests || last_->holds_input ||
           queued_bytes_ >= most || waiting_bytes() >= most));
}

// Returns the bytes that pipelined responses have buffered. There are at most
// `max_pipelined_requests` of them.
std::size_t http1_server_connection::waiting_bytes() const noexcept {
  std::size_t bytes = 0;
  if (current_ != nullptr) {
    for (server_exchange const* x = current_->next; x != nullptr; x = x->next) {
      bytes += x->response.writable_length();
    }
  }
  return bytes;
}

http::connection_info http1_server_connection::describe() const {
  using http::connection_state;
  http::connection_info info;
  info.socket = stream::handle_to(*socket_);
  info.requests = requests_under_way();
  if (closing_ && !leaving_) {
    info.state = connection_state::closing;
  } else if (receiving_ || in_message()) {
    info.state = connection_state::receiving;
  } else if (info.requests > 0) {
    info.state = connection_state::responding;
  }
  info.unread_bytes = socket_->input().size();
  for (server_exchange const* x = first_; x != nullptr; x = x->next) {
    info.unread_bytes += x->request.buffered();
  }
  info.unsent_bytes = socket_->output().size() + waiting_bytes();
  return info;
}

void http1_server_connection::on_message_ended() {
  while (current_ != nullptr && current_->response.ended()) {
    if (current_->response.framing().last() || current_->response.closes) {
      closing_ = true;
      if (current_->response.on_finish.empty()) {
        socket_->close_behind_output();
      }
      current_ = nullptr;
      break;
    }
    current_ = current_->next;
    if (current_ != nullptr) {
      current_->response.assign_socket(*socket_);
      closing_ = closing_ || current_->response.destroyed();
    }
  }
}

void http1_server_connection::on_output() {
  detail::ptr<http1_server_connection> const self(this);
  answers_sent();
  while (first_ != nullptr && first_->response.all_sent(socket_->output().sent())) {
    finish_first();
  }
  if (current_ != nullptr) {
    current_->response.emit_drain();
  }
  if (may_leave_http() && !left_http_) {
    leave_http();
  } else if (!closing_ && !left_http_ && (receiving_ || !socket_->waits_for_input())) {
    parse_input(false);  // reads on, unless the body buffer is full
  }
}

// Completes the first exchange after its response was passed to the system.
void http1_server_connection::finish_first() {
  detail::ptr<server_exchange> const x(first_, false);
  first_ = x->next;
  x->next = nullptr;
  --under_way_;
  queued_bytes_ -= x->queued_bytes;
  x->queued_bytes = 0;
  if (last_ == x.get()) {
    last_ = nullptr;
  }
  bool const last = x->response.framing().last() || x->response.closes;
  if (!last && x->is_forgotten()) {
    x->reset_fast();
    after_response();
    return;
  }
  x->response.emit_finish();
  x->response.emit_misuse();
  if (x->record != nullptr) {
    finish_trace(*x, false);
  }
  x->response.emit_close();
  if (x->handler_done || !x->request.body_touched()) {
    x->request.discard_body();
  }
  if (x->request.is_complete()) {
    detach(*x);
  }
  if (last) {
    close_behind(*x);
  } else {
    after_response();
  }
}

void http1_server_connection::after_response() {
  if (!is_quiet() || receiving_ || closing_ || in_message()) {
    return;
  }
  if (!socket_->input().empty()) {
    return;
  }
  if (socket_->read_is_scheduled()) {
    socket_->report_wait();  // on a busy connection the next request has often arrived
    return;
  }
  idle_ = true;
  if (server_->options().keep_alive_timeout.count() > 0) {
    set_timeout({});  // the keep-alive timeout applies instead
  }
  socket_->incoming().release_memory();
  if (parser_ && between_messages_ && !parser_->closed()) {
    release_parser();
  }
  server_->became_idle(*this);
}

void http1_server_connection::on_wait() {
  if (!idle_) {
    after_response();
  }
}

}  // namespace anode::server
