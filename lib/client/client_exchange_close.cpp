// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The end of a client exchange: completion, failure, and abort.
#include "client/agent_impl.hpp"
#include "client/client_exchange.hpp"
#include "client/http1_client_connection.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace anode::client {

using http::error;
using http::request_phase;

namespace {

// The longest remainder of an unread response that is discarded. A longer one costs more than a new
// connection.
constexpr std::uint64_t drain_limit = 65536;

}  // namespace

// Releases the connection when the response has ended and the request is sent. A connection that
// cannot be reused is released as soon as the response has ended.
void client_exchange::release_if_done() {
  if (!connection_ || !response_done_) {
    return;
  }
  // With `Connection: close` from the program, the request ends as on a persistent connection (as
  // in Node), but the connection is not reused.
  bool const reusable = response.head.should_keep_alive &&
                        (request.should_keep_alive || request.framing().keep_alive());
  if (!request_done_ && reusable) {
    return;
  }
  leaving_ = std::move(connection_);
  count_bytes(*leaving_);
  peer_ended_ = leaving_->core().ended();
  request.detach_socket();
  returned_to_pool_ = reusable && request_done_;
  closed_ = returned_to_pool_;
  agent_->clock().cancel(deadline_);
  if (watched_) {
    stop_limits();
  }
  runtime::tick::defer(*this, agent_->executor());
}

// Releases the connection after the listeners of the response's end, which may still use it, and
// before a reader resumes, which may start the next request.
void client_exchange::return_to_pool() {
  if (detail::ptr<http1_client_connection> const c = std::move(leaving_)) {
    agent_->release(*c, returned_to_pool_ && request.framing().keep_alive());
    if (!returned_to_pool_) {
      // The agent closes the connection after this tick. Close the exchange after that.
      net::post(agent_->executor(), [self = detail::ptr<client_exchange>(this)] {
        runtime::tick const t(self->agent_->executor());
        self->closed_ = true;
        runtime::tick::defer(*self, self->agent_->executor());
      });
    }
  }
}

// The response closes once it is read, even if the request is still being sent.
void client_exchange::end_notified() {
  return_to_pool();
  runtime::tick::defer(*this, agent_->executor());
}

void client_exchange::connection_closed(error_code ec, error_code write) {
  if (!connection_) {
    return;
  }
  count_bytes(*connection_);
  if (judge().may_retry) {
    detail::ptr<client_exchange> const self(this);
    connection_.reset();
    pending_socket_ = request_done_ = false;
    sent_earlier_ = sent_;
    phase_ = request_phase::connect;
    ++retries_;
    request.replay();
    if (watched_) {
      watch_retried();
      if (closed_) {
        return;
      }
    }
    agent_->request_again(*this, true);
    return;
  }
  if ((ec || write) && !error_ && !cause_) {
    // "socket hang up" and "aborted" do not say why.
    cause_ = std::make_exception_ptr(boost::system::system_error(ec ? ec : write));
  }
  detach_after_error(ec);
}

bool client_exchange::leave_stale(http1_client_connection& c) {
  if (connection_ != &c) {
    return false;  // the request was aborted
  }
  connection_.reset();
  pending_socket_ = false;
  phase_ = request_phase::connect;
  request.reclaim_output();
  return true;
}

// Detaches the connection. Without a response this is an error: `ec`, or else "socket hang up".
void client_exchange::detach_after_error(error_code ec) {
  if (ec) {
    note_error(ec, phase(), {});
  } else if (!response_ready_) {
    note_error(error::connection_reset, phase(), "socket hang up");
  }
  detach();
}

request_phase client_exchange::phase() const {
  return phase_ == request_phase::connect ? agent_->connecting_phase(*this) : phase_;
}

void client_exchange::note_error(error_code ec, request_phase phase, std::string message) {
  if (!error_) {
    error_ = ec;
    phase_ = phase;
    error_message_ = std::move(message);
    pending_error_ = true;
  }
}

void client_exchange::fail(error_code ec, request_phase phase, std::string message,
                           std::exception_ptr cause, std::string_view reason) {
  if (!closed_) {
    if (!error_) {
      cause_ = std::move(cause);
      if (!reason.empty()) {
        error_reason_ = reason;
      }
    }
    note_error(ec, phase, std::move(message));
    detach();
  }
}

// The agent has closed the connection.
void client_exchange::abort_response() {
  if (!closed_) {
    if (!response_ready_) {
      note_error(error::connection_reset, phase_, "socket hang up");
    }
    detach();
  }
}

void client_exchange::fail_to_parse(http1::parse_error const& e, std::string_view packet,
                                    bool behind) {
  if (!error_) {
    error_reason_ = e.reason;
    bytes_parsed_ = e.bytes_parsed;
    raw_packet_ = std::make_shared<std::string const>(packet);
  }
  std::string message = "Parse Error: " + std::string(e.reason);
  request_phase const where = response_ready_ ? request_phase::body : request_phase::head;
  if (behind) {
    note_error(e.code, where, std::move(message));
    runtime::tick::defer(*this, agent_->executor());
  } else {
    fail(e.code, where, std::move(message));
  }
}

void client_exchange::count_bytes(http1_client_connection& c) {
  sent_ = sent_earlier_ + (c.core().output().sent() - sent_before_);
  received_ = c.core().bytes_read() - received_before_;
}

// Releases the connection, or the place in the queue. Events are emitted at the end of the tick.
void client_exchange::detach() {
  detail::ptr<client_exchange> const self(this);
  return_to_pool();
  if (detail::ptr<http1_client_connection> const c = std::move(connection_)) {
    count_bytes(*c);
    agent_->abandon(*c);
  } else {
    agent_->cancel(*this);
  }
  request.connection_lost();
  agent_->clock().cancel(deadline_);
  if (watched_) {
    stop_limits();
  }
  closed_ = true;
  runtime::tick::defer(*this, agent_->executor());
}

// Destroys the exchange. The request emits errors of the connection and the error of `destroy`; the
// response emits only that it was aborted.
void client_exchange::destroy_exchange(error_code ec) {
  bool const through = response_done_ && !connection_;  // its connection closes soon
  bool const unread = response_done_ && !response.ended();
  pending_discard_ = pending_discard_ || (unread && !response.destroyed());
  if (closed_ || through) {
    // Both messages are complete. Only the destroyed message emits the error. The request emits it
    // also if an unread response was destroyed.
    bool const response_only = response.destroyed() && !response.closed() && response.ended();
    if (ec && (!returned_to_pool_ || unread) && !peer_ended_ && !close_notified_ &&
        !response_only) {
      note_error(ec, phase(), {});
    }
    runtime::tick::defer(*this, agent_->executor());
    return;
  }
  detach_after_error(ec);
}

void client_exchange::abort() {
  if (std::exchange(aborted_, true)) {
    return;
  }
  pending_abort_ = true;
  abort_last_ = pending_socket_;
  bool const unsent = !closed_ && (connection_ == nullptr || pending_socket_);
  request.destroy({});
  if (unsent) {
    pending_error_ = false;  // Node: a request that was never sent emits no error
  }
  runtime::tick::defer(*this, agent_->executor());
}

// Judges a failure of the connection, based on the counts of `count_bytes`.
policy::retry_decision client_exchange::judge() const {
  using sent = policy::retry_context::sent;
  policy::retry_context context;
  context.request_sent = request_done_ ? sent::all : sent_ > 0 ? sent::some : sent::none;
  context.response_received = response_ready_ || received_ > 0;
  context.socket_reused = reused_;
  context.idempotent = options.idempotent.value_or(policy::is_idempotent(request.method));
  context.body_replayable = request.replayable();
  context.cancelled = closed_ || aborted_;
  context.retries_done = retries_;
  context.retry_budget = *options.retry;
  return policy::judge_failure(context);
}

void client_exchange::drop_request_handle() {
  handle_dropped_ = true;
  if (upgraded_socket_ && !changed_.has_waiters()) {
    std::exchange(upgraded_socket_, {})->destroy();
  }
  bool const answer_wanted = response_acquired_ || on_response || on_upgrade || on_connect;
  if (response_done_ && !answer_wanted) {
    discard_later();
  } else if (!request.ended() || !answer_wanted) {
    destroy_exchange(error::aborted);
  }
}

// A cancelled wait aborts the request.
void client_exchange::wait_cancelled() { destroy_exchange(error::aborted); }
void client_exchange::read_cancelled() { destroy_exchange(error::aborted); }

// Discards the rest of the response at the end of the tick.
void client_exchange::discard_later() {
  pending_discard_ = true;
  runtime::tick::defer(*this, agent_->executor());
}

// The response will not be read: discard a short remainder, otherwise close the connection.
void client_exchange::handle_dropped() {
  if (response_done_ || closed_) {
    discard_later();
    return;
  }
  using anode::message::body_kind;
  message::message_head const& head = response.head;
  bool const little = head.body == body_kind::none ||
                      (head.body == body_kind::length && head.content_length <= drain_limit);
  if (little) {
    discard_later();
  } else if (!response.body_discarded()) {
    destroy_exchange(error::aborted);
  }
}

}  // namespace anode::client
