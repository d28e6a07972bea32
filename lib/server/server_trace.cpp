// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// What a server reports to the hooks of its trace, and to the listeners of `on_done`.

#include "runtime/clock.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_exchange.hpp"
#include "server/server_impl.hpp"
#include "stream/socket_handle.hpp"

#include <utility>

namespace anode::server {

void server_impl::trace_opened(http1_server_connection& c) {
  shared_handler<http::server_trace> const trace = handlers_->trace;
  if (trace->connection_opened || trace->connection_closed) {
    c.record = new connection_record;
    c.record->trace = trace;
    c.record->opened = timers_->now();
    call_hook(trace->connection_opened, stream::handle_to(*c.core()));
  }
}

void server_impl::trace_closed(connection_record const& record, stream::buffered_socket& socket) {
  http::connection_facts facts;
  facts.requests = record.requests;
  facts.bytes_read = socket.bytes_read();
  facts.bytes_written = socket.bytes_sent();
  facts.opened = record.opened;
  facts.closed = timers_->now();
  call_hook(record.trace->connection_closed, stream::handle_to(socket), facts);
}

// Closes a connection over the limit.
void server_impl::drop(byte_stream& stream) {
  shared_handler<http::server_trace> const trace = handlers_->trace;
  detail::ptr<handlers> const on = handlers_;
  bool const traced = trace && trace->drop;
  http::drop_facts facts;
  if (traced || !on->drop.empty()) {
    facts.local = stream.local_endpoint();
    facts.remote = stream.remote_endpoint();
  }
  stream.close();
  if (traced) {
    call_hook(trace->drop, facts);
  }
  on->drop.emit(facts);
}

// Completes the record for the close of the connection, which the caller reports.
detail::ptr<connection_record> http1_server_connection::end_record() {
  if (record) {
    record->requests = requests_;
  }
  return std::exchange(record, nullptr);
}

// Notifies the trace of a request before its handler is called.
// @return false if the hook has responded or closed the connection: the handler is not called then
bool http1_server_connection::start_trace(server_exchange& x) {
  shared_handler<http::server_trace> const trace = server_->on()->trace;
  if (!trace->request_start && !trace->response_head && !trace->response_finish) {
    return true;
  }
  x.observe().trace = trace;
  server_->call_hook(trace->request_start, x.req, x.res);
  if (x.response.ended()) {
    x.handler_done = true;
    return false;
  }
  return !left_http_ && !socket_->destroyed();
}

void http1_server_connection::trace_head(server_exchange& x) {
  if (std::exchange(x.record->head_pending, false)) {
    shared_handler<http::server_trace> const trace = x.record->trace;
    server_->call_hook(trace->response_head, x.req, x.res);
  }
}

// Reports the facts of an exchange, once.
void http1_server_connection::finish_trace(server_exchange& x, bool aborted) {
  exchange_record& r = *x.record;
  if (std::exchange(r.finished, true)) {
    return;
  }
  trace_head(x);
  http::exchange_facts facts;
  if (r.head_bytes > 0 && (x.response.head_sent() || x.left_http)) {
    facts.status = x.response.status;
    facts.head_bytes = r.head_bytes;
    facts.head_sent = r.head_sent;
  }
  facts.request_bytes = x.body_received;
  facts.body_bytes = x.response.body_written();
  facts.received = x.received;
  // Not the time of the tick: a handler may have worked for long since it began.
  facts.finished = runtime::clock::of(server_->executor()).now();
  facts.aborted = aborted;
  if (aborted) {
    facts.error = x.response.error()  ? x.response.error()
                  : x.request.error() ? x.request.error()
                  : socket_->error()  ? socket_->error()
                  : cause_            ? cause_
                                      : make_error_code(http::error::connection_reset);
  }
  if (shared_handler<http::server_trace> const trace = r.trace) {
    server_->call_hook(trace->response_finish, x.req, x.res, facts);
  }
  r.on_done.emit(facts);
}

}  // namespace anode::server
