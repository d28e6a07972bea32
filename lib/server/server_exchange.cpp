// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "server/server_exchange.hpp"

#include "base/access.hpp"
#include "http1/head_writer.hpp"
#include "http1/head_writer_fast_path.hpp"
#include "policy/request_dispatch.hpp"
#include "runtime/clock.hpp"
#include "server/handler_runner.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_impl.hpp"

#include <utility>

namespace anode::server {

write_operation server_response_state::send_interim(std::string_view head, bool needed) {
  if (destroyed()) {
    return stream::written();
  }
  if (needed || has_room()) {
    sink().append(head);
    send_soon();
  }
  return room();
}

void server_response_state::reset_fast() {
  exchange::outgoing_state::reset_fast();
  status = 200;
  reason.reset();
  head_request = max_requests_reached = expect_continue = continue_sent = closes = false;
  request_has_body = false;
  server = nullptr;
}

// Closes the connection after a response that completes before its request, if too much of the body
// is unread.
bool server_response_state::closes_now() {
  if (!request_has_body || !should_keep_alive || !of_->leaves_body()) {
    return false;
  }
  should_keep_alive = false;
  return true;
}

bool server_response_state::without_body() const noexcept {
  return head_request || message::is_bodyless_status(status);
}

message::outgoing_framing server_response_state::write_head(
    std::string& out, std::optional<std::uint64_t> content_length) {
  if (of_->record != nullptr) {
    return write_recorded_head(out, content_length);
  }
  return make_head(out, content_length);
}

[[gnu::noinline]] message::outgoing_framing server_response_state::write_recorded_head(
    std::string& out, std::optional<std::uint64_t> content_length) {
  std::size_t const before = out.size();
  message::outgoing_framing const framing = make_head(out, content_length);
  if (of_->record->head_made(out.size() - before, runtime::clock::of(server->executor()).now()) &&
      of_->connection != nullptr) {
    runtime::tick::defer(*of_->connection, server->executor());
  }
  return framing;
}

// Returns what decides about the head, without the prepared lines.
[[gnu::always_inline]] inline http1::response_context server_response_state::context_for(
    std::optional<std::uint64_t> content_length) const {
  http1::response_context context;
  context.status = status;
  if (reason) {
    context.reason = *reason;
  }
  context.head_request = head_request;
  context.should_keep_alive = should_keep_alive && !server->draining();
  context.chunked_by_default = chunked_by_default;
  context.max_requests_reached = max_requests_reached;
  context.continue_withheld = expect_continue && !continue_sent;
  context.send_date = send_date;
  context.content_length = content_length;
  return context;
}

bool server_response_state::write_whole(std::string& out, std::string_view body,
                                        message::outgoing_framing& framing) {
  if (request_has_body || of_->record != nullptr ||
      !http1::has_fast_path(context_for(body.size()), headers)) {
    return false;
  }
  http1::write_message_fast_path(out, headers, server->fast_path_fields(), body);
  framing = {message::body_end::length, body.size()};
  return true;
}

message::outgoing_framing server_response_state::make_head(
    std::string& out, std::optional<std::uint64_t> content_length) {
  if (request_has_body && content_length) {
    closes_now();
  }
  http1::response_context context = context_for(content_length);
  if (http1::has_fast_path(context, headers)) {
    return http1::write_head_fast_path(out, headers, server->fast_path_fields(), *content_length);
  }
  context.date_line = server->date_line();
  context.keep_alive_line = server->keep_alive_line();
  context.unique = unique_headers;
  return http1::write_response_head(out, context, headers);
}

server_exchange::server_exchange(server_impl& server)
    : request(*this, server.executor()),
      response(*this, server.executor(), *this),
      req(detail::access::make<http::incoming_message>(request)),
      res(detail::access::make<http::server_response>(*this)) {
  request.closes_at_end = true;
  request.answer = &response;
}

void server_exchange::attach_server(server_impl& server) { server_ = &server; }

void server_exchange::begin(http1_server_connection& c) {
  begun_ = true;
  connection = &c;
  request.attach(c);
  request.join_duplicate_headers = server_->options().join_duplicate_headers;
  request.high_water_mark = server_->options().high_water_mark;
  request.text_limit = server_->options().max_text_size;
  response.server = server_.get();
  response.headers.accept_relaxed_values(server_->relaxed_values());
  response.high_water_mark = server_->options().high_water_mark;
  response.reject_non_standard_body_writes = server_->options().reject_non_standard_body_writes;
  if (server_->unique_headers()) {
    unique_headers_ = server_->unique_headers();
    response.unique_headers = unique_headers_.get();
  }
  response.head_request = request.head.method == message::method::head;
  response.chunked_by_default = policy::understands_chunks(request.head);
  response.should_keep_alive = request.head.should_keep_alive;
  if (server_->times_requests()) {
    received = server_->clock().now();
  }
}

exchange_record& server_exchange::observe() {
  if (record == nullptr) {
    if (!own_record_) {
      own_record_ = std::make_unique<exchange_record>();
    }
    record = own_record_.get();
    if (!server_->times_requests()) {
      server_->time_requests();
      received = server_->clock().now();
    }
  }
  return *record;
}

bool server_exchange::leaves_body() const noexcept {
  return !request.is_complete() && (handler_done || !request.body_touched()) &&
         request.head.body == message::body_kind::length &&
         request.head.content_length - body_received > http1_server_connection::discard_limit;
}

void server_exchange::cancel_handler() {
  if (runner != nullptr && !std::exchange(handler_cancelled, true)) {
    runner->cancel();
  }
}

void server_exchange::reset_fast() {
  request.reset_fast();
  response.reset_fast();
  connection = nullptr;
  handler_done = handler_cancelled = holds_input = left_http = false;
  queued_bytes = 0;
  body_received = 0;
  begun_ = false;
}

// Destroys the program's data while the exchange is still whole: a destructor may use the messages
// and may make new references to the exchange.
void server_exchange::drop_data() noexcept {
  detail::ptr<server_exchange> const self(this);  // disposes of the exchange if it is the last one
  response.clear_stages();
  request.clear_data();
}

void server_exchange::dispose() noexcept {
  if (has_data()) {
    drop_data();
    return;
  }
  if (begun_) {
    request.reset();
    response.reset();
    connection = nullptr;
    unique_headers_.reset();
    next = nullptr;
    next_deferred = nullptr;
    readers_deferred = handler_done = handler_cancelled = begun_ = false;
    holds_input = left_http = false;
    queued_bytes = 0;
    body_received = 0;
    runner = nullptr;
    if (record != nullptr) {
      std::exchange(record, nullptr)->clear();
    }
  }
  detail::ptr<server_impl> const server = std::move(server_);
  server->recycle(*this);
}

}  // namespace anode::server
