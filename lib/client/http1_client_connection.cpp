// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/http1_client_connection.hpp"

#include "client/agent_impl.hpp"
#include "client/client_exchange.hpp"

#include <anode/error.hpp>

#include <algorithm>
#include <utility>

namespace anode::client {

using anode::http1::parse_result;

namespace {

// Complete responses up to this size are buffered before the waiter resumes, which saves one
// suspension.
constexpr std::size_t eager_body_limit = 4096;

bool is_here(message::message_head const& head, std::size_t input) {
  using anode::message::body_kind;
  return head.body == body_kind::none ||
         (head.body == body_kind::length &&
          head.content_length <= std::min<std::uint64_t>(input, eager_body_limit));
}

}  // namespace

http1_client_connection::http1_client_connection(agent_impl& agent,
                                                 detail::ptr<stream::buffered_socket> socket,
                                                 policy::socket_id id)
    : agent_(&agent),
      socket_(std::move(socket)),
      id_(id),
      parser_(message::message_kind::response) {
  socket_->set_owner(this);
}

http1_client_connection::~http1_client_connection() {
  if (socket_->owner() == this) {
    socket_->set_owner(nullptr);
  }
}

void http1_client_connection::begin(client_exchange& x, bool reused) {
  exchange_ = &x;
  if (reused) {
    socket_->check_before_output();
  }
  interim_ = final_begun_ = false;
  parked_ = {};
  set_limits(x);
  parser_.expect_response_to(x.request.method);
  socket_->resume();
}

void http1_client_connection::set_limits(client_exchange const& x) {
  http1::parser_options o;
  o.max_header_size = x.options.max_header_size;
  o.max_headers_count = x.options.max_headers_count;
  o.set(x.options.http_validation, x.options.insecure_http_parser);
  if (o != parser_options_ && !parser_.in_message()) {
    parser_options_ = o;
    parser_ = http1::parser(message::message_kind::response, o);
    parser_.expect_response_to(x.request.method);
  }
}

void http1_client_connection::detach() noexcept { exchange_.reset(); }

void http1_client_connection::leave_agent() { join(agent_->executor()); }

void http1_client_connection::on_context_shutdown() {
  detail::ptr<http1_client_connection> const self(this);
  detach();
}

bool http1_client_connection::release() {
  exchange_.reset();
  return !socket_->destroyed() && !socket_->ended() && !parser_.closed() && !left_http_ &&
         !not_reusable_ && socket_->input().empty() && socket_->output().empty();
}

void http1_client_connection::park(std::chrono::milliseconds timeout) {
  socket_->resume();
  parked_ = socket_->clock().now();
  parked_timeout_ = timeout;
  if (socket_->read_is_scheduled()) {
    socket_->report_wait();  // of a busy agent the next request has often begun before
  } else {
    become_idle();
  }
}

void http1_client_connection::become_idle() {
  socket_->incoming().release_memory();
  parser_.release_memory();
  socket_->set_timeout(parked_timeout_);
}

void http1_client_connection::on_wait() {
  if (!exchange_) {
    become_idle();
  }
}

// Costs a system call, which is skipped in the first millisecond after parking. Correctness does
// not depend on it: `buffered_socket::check_before_output` checks again before the request is sent.
bool http1_client_connection::stale() {
  return socket_->clock().now() - parked_ >= std::chrono::milliseconds(1) &&
         socket_->stream().has_input();
}

std::chrono::nanoseconds http1_client_connection::idle_time() {
  return parked_ == runtime::protocol_time() ? std::chrono::nanoseconds(0)
                                             : socket_->clock().now() - parked_;
}

void http1_client_connection::on_input() {
  if (exchange_ && socket_->output_unchecked()) {
    on_stale();
  } else if (exchange_ && exchange_->watched()) {
    watched_input();
  } else if (exchange_) {
    parse_input(false);
  } else {
    // Unsolicited data on an idle connection: close it, because the data must not be read as the
    // next response.
    socket_->destroy();
  }
}

void http1_client_connection::watched_input() {
  detail::ptr<http1_client_connection> const self(this);
  detail::ptr<client_exchange> const x = exchange_;
  x->watch_input();  // may destroy the request
  parse_input(false);
}

void http1_client_connection::parse_input(bool one_segment) {
  if (parsing_ || left_http_) {
    return;
  }
  if (exchange_ && exchange_->response_done()) {
    // Unsolicited data after the response: discard it and do not reuse the connection.
    not_reusable_ = not_reusable_ || !socket_->input().empty();
    socket_->consume(socket_->input().size());
    return;
  }
  detail::ptr<http1_client_connection> const self(this);
  detail::ptr<client_exchange> const x = exchange_;
  parse_messages(one_segment);
  if (x) {
    x->notify_head();
  }
}

void http1_client_connection::parse_messages(bool one_segment) {
  parsing_ = true;
  bool blocked = false;
  bool more = true;
  bool used_up = false;
  while (more && !used_up && exchange_ && !exchange_->response_done() && !socket_->destroyed()) {
    detail::ptr<client_exchange> const x = exchange_;
    blocked = final_begun_ && !x->response.wants_body();
    std::string_view input = socket_->input();
    if (blocked) {
      break;
    }
    std::size_t const before = input.size();
    parse_result const found = parser_.next(input, x->response.head);
    if (found == parse_result::error) {
      std::string_view const read = socket_->incoming().last_read();
      x->fail_to_parse(parser_.error(), read.size() >= before ? read : socket_->input(), false);
      socket_->destroy();
      break;
    }
    socket_->consume(before - input.size());
    switch (found) {
      case parse_result::head:
        handle_head(*x);
        break;
      case parse_result::body:
        x->response.deliver(parser_.body(), socket_->incoming());
        more = !one_segment;
        break;
      case parse_result::end:
        handle_end(*x);
        more = !one_segment;
        break;
      case parse_result::upgrade:
        left_http_ = true;
        socket_->pause();
        socket_->set_owner(nullptr);
        exchange_.reset();
        parsing_ = false;
        x->upgraded(socket_);
        return;
      default:
        used_up = true;
        break;
    }
  }
  parsing_ = false;
  if (socket_->destroyed()) {
    return;
  }
  if (blocked) {
    socket_->pause();
  } else {
    socket_->resume();
    if (!more && exchange_) {
      runtime::tick::defer(*this, socket_->executor());
    }
  }
}

void http1_client_connection::handle_head(client_exchange& x) {
  message::message_head const& head = x.response.head;
  interim_ = head.status >= 100 && head.status < 200 && head.status != 101;
  if (interim_ && !x.may_inform(head)) {
    refuse(x, http::error::header_overflow, "Too many interim responses");
  } else if (head.status == 101 && !x.awaits_switch(head)) {
    refuse(x, http::error::invalid_status, "Unexpected 101 Switching Protocols");
  } else if (interim_) {
    x.information(head);
  } else {
    final_begun_ = true;
    keep_hint_ = policy::read_keep_alive_hint(head.value(message::field_id::keep_alive),
                                              agent_->options().keep_alive_timeout_buffer);
    // After 101, and after any final response to CONNECT, the input is not HTTP: `upgraded`
    // follows.
    if (head.status != 101 && x.request.method != "CONNECT") {
      x.response_begun(is_here(head, socket_->input().size()));
    }
  }
}

// Fails the exchange because of a well-formed but unexpected head.
void http1_client_connection::refuse(client_exchange& x, http::error code,
                                     std::string_view reason) {
  http1::parse_error e;
  e.code = code;
  e.reason = reason;
  x.fail_to_parse(e, socket_->incoming().last_read(), false);
  socket_->destroy();
}

void http1_client_connection::handle_end(client_exchange& x) {
  if (std::exchange(interim_, false)) {
    return;
  }
  std::swap(x.response.trailers, parser_.trailers());
  check_unsolicited(x);
  x.response_ended();
}

// Checks input that follows the response. If it cannot begin a response, the request emits a parse
// error. The connection is not reused in any case.
void http1_client_connection::check_unsolicited(client_exchange& x) {
  std::string_view rest = socket_->input();
  if (rest.empty()) {
    return;
  }
  message::message_head ignored;
  if (parser_.next(rest, ignored) == parse_result::error) {
    x.fail_to_parse(parser_.error(), socket_->incoming().last_read(), true);
  }
}

void http1_client_connection::on_end() {
  detail::ptr<http1_client_connection> const self(this);
  if (detail::ptr<client_exchange> const x = exchange_) {
    if (final_begun_ && !x->response_done() && parser_.finish() == parse_result::end) {
      if (socket_->truncated()) {
        error_ = http::error::truncated;  // an attacker may have cut off a part of the body
      } else {
        handle_end(*x);
      }
    }
  }
  socket_->destroy();
}

void http1_client_connection::on_error(error_code ec) { error_ = ec; }

void http1_client_connection::on_output() {
  if (detail::ptr<client_exchange> const x = exchange_) {
    x->output_moved(socket_->output().sent());
  }
}

// The server has sent unsolicited data or has closed the connection. Nothing of the request was
// sent, therefore it is sent on another connection.
void http1_client_connection::on_stale() {
  detail::ptr<http1_client_connection> const self(this);
  detail::ptr<client_exchange> const x = std::move(exchange_);
  bool const resend = x && x->leave_stale(*this);
  agent_->abandon(*this);
  if (resend) {
    agent_->request_again(*x, false);
  }
}

void http1_client_connection::on_timeout() {
  if (detail::ptr<client_exchange> const x = exchange_) {
    x->timed_out();
  } else {
    socket_->destroy();
  }
}

void http1_client_connection::on_close() {
  detail::ptr<http1_client_connection> const self(this);
  detail::ptr<client_exchange> const x = std::move(exchange_);
  agent_->connection_closed(*this);
  if (x) {
    x->connection_closed(error_, socket_->write_error());
  }
}

}  // namespace anode::client
