// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/client_exchange.hpp"

#include "base/access.hpp"
#include "client/agent_impl.hpp"
#include "client/exchange_watch.hpp"
#include "client/http1_client_connection.hpp"
#include "stream/socket_handle.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::client {

using http::error;
using http::request_phase;

client_exchange::client_exchange(net::any_io_executor const& ex)
    : request(*this, ex), response(*this, ex), changed_(ex) {
  deadline_.of = this;
}

client_exchange::~client_exchange() = default;

void client_exchange::begin(agent_impl& agent) {
  agent_ = &agent;
  request.set_observer(this);
  request.reject_non_standard_body_writes = true;  // without framing, a body cannot be sent
  request.method = options.method;
  request.target = options.path;
  request.high_water_mark = options.high_water_mark;
  response.attach(*this);
  response.high_water_mark = options.high_water_mark;
  response.text_limit = options.max_text_size.value_or(agent.options().max_text_size);
  response.join_duplicate_headers = options.join_duplicate_headers;
  request.headers.accept_relaxed_values(
      message::validation_of(options.http_validation, options.insecure_http_parser) !=
      http::http_validation::strict);
  timeout_ = options.timeout;
  timeout_wanted_ = options.timeout.has_value() || agent.options().timeout.count() > 0;
  options.retry = options.retry.value_or(agent.options().retry);
  if (*options.retry > 0) {
    request.keep_copy(policy::replay_limit);
  }
  if (!options.unique_headers.empty()) {
    unique = message::unique_headers(options.unique_headers);
    request.unique_headers = &unique;
  }
  if (options.deadline.count() > 0) {
    agent.clock().arm(deadline_, options.deadline);
  }
  if (options.signal.is_connected()) {
    options.signal.assign([this](net::cancellation_type) { destroy_exchange(error::aborted); });
  }
}

// Resets the exchange for the next request. Keeps its memory.
void client_exchange::dispose() noexcept {
  if (response.has_data() || request.staged()) {
    // A destructor of the program's objects may use the messages and may make new references to the
    // exchange.
    detail::ptr<client_exchange> const self(this);  // disposes of it if it is the last one
    request.clear_stages();
    response.clear_data();
    return;
  }
  agent_->clock().cancel(deadline_);
  disconnect_signal();
  drop_user_objects();
  request.reset();
  response.reset();
  id = {};
  error_message_.clear();
  raw_packet_.reset();
  cause_ = nullptr;
  if (watched_) {
    end_watch();
  }
  static_cast<exchange_progress&>(*this) = {};
  detail::ptr<agent_impl> const agent = std::move(agent_);
  agent->recycle(*this);
}

// Releases the user's objects as soon as the exchange is complete, because they may own anything.
void client_exchange::drop_user_objects() noexcept {
  options.headers = {};
  options.create_connection = {};
  options.lookup = {};
  if (options.trace) {
    options.trace.reset();
  }
  on_response = {};
  on_upgrade = {};
  on_connect = {};
  on_information_.clear();
  on_continue_.clear();
  on_socket_.clear();
  on_timeout_.clear();
  on_abort_.clear();
  on_error_.clear();
  connection_.reset();
  leaving_.reset();
  upgraded_socket_.reset();
}

// Disconnects the signal, because it may be destroyed after the request has completed.
void client_exchange::disconnect_signal() noexcept {
  if (options.signal.is_connected()) {
    options.signal.clear();
    options.signal = {};
  }
}

void client_exchange::deadline_timer::expired() {
  of->fail(error::timed_out, of->phase(), "The request took longer than its deadline");
}

// Sending.

void client_exchange::assign(http1_client_connection& c, bool reused, bool waited) {
  connection_ = &c;
  reused_ = reused;
  waited_ = waited;
  phase_ = c.core().connecting() ? request_phase::connect : request_phase::send;
  stream::buffered_socket& core = c.core();
  sent_before_ = core.output().end();
  received_before_ = core.bytes_read();
  core.set_high_water_mark(options.high_water_mark);
  // A timeout in the options applies immediately; one set later applies after the connect.
  auto const& timeout = core.connecting() ? options.timeout : timeout_;
  core.set_timeout(timeout.value_or(agent_->options().timeout));
  if (watched_) {
    watch_assigning(c);
  }
  c.begin(*this, reused);
  request.assign_socket(core);
  // Emitted at the end of the tick, because the caller must be able to register listeners first.
  pending_socket_ = true;
  runtime::tick::defer(*this, agent_->executor());
  if (watched_ && !core.connecting()) {
    watch_socket();
  }
}

void client_exchange::connected() {
  if (timeout_set_ && connection_) {
    connection_->core().set_timeout(*timeout_);
  }
  if (watched_ && connection_) {
    watch_socket();
  }
}

void client_exchange::on_message_ended() {
  if (request.detached_for_upgrade()) {
    pending_finish_ = true;
    runtime::tick::defer(*this, agent_->executor());
  }
}

void client_exchange::on_misuse() { runtime::tick::defer(*this, agent_->executor()); }

void client_exchange::output_moved(stream::write_queue::position sent) {
  if (phase_ == request_phase::connect) {
    phase_ = request_phase::send;
  }
  notify_socket();
  if (watched_) {
    watch_output();
  }
  if (!request_done_ && request.all_sent(sent)) {
    request_done_ = true;
    if (phase_ == request_phase::send) {
      phase_ = request_phase::head;
    }
    request.emit_finish();
    if (watched_) {
      watch_sent();
    }
    release_if_done();
  } else {
    request.emit_drain();
  }
}

// Receiving.

bool client_exchange::may_inform(message::message_head const& head) noexcept {
  interim_bytes_ += head.fields.bytes().size();
  return ++interim_responses_ <= options.max_interim_responses &&
         interim_bytes_ <= options.max_header_size;
}

void client_exchange::information(message::message_head const& head) {
  detail::ptr<client_exchange> const self(this);
  if (watched_) {
    watch_information(head);
    if (closed_) {
      return;
    }
  }
  if (head.status == 100) {
    continued_ = true;
    changed_.notify();
    on_continue_.emit();
  }
  if (!on_information_.empty()) {
    http::information info;
    fill(info, head);
    on_information_.emit(info);
  }
}

void client_exchange::response_begun(bool wait) {
  if (watched_) {
    watch_response();
    if (closed_) {
      return;
    }
  }
  phase_ = request_phase::body;
  response_ready_ = true;
  if (on_response && !response_acquired_) {
    response_acquired_ = true;
    detail::function<void(http::incoming_message)> const f = std::move(on_response);
    runtime::tick::call_user([&] { f(response_handle()); });
  }
  pending_head_ = true;
  if (!wait) {
    notify_head();
  }
}

void client_exchange::notify_head() {
  if (std::exchange(pending_head_, false)) {
    changed_.notify();
  }
}

void client_exchange::response_ended() {
  response_done_ = true;
  detail::ptr<client_exchange> const self(this);
  if (watched_) {
    watch_complete();
  }
  release_if_done();
  if (watched_) {
    watch_finished();  // before the connection serves the next request
  }
  response.complete();
}

http::incoming_message client_exchange::response_handle() {
  return detail::access::make<http::incoming_message>(response, *this);
}

void client_exchange::upgraded(detail::ptr<stream::buffered_socket> socket) {
  detail::ptr<client_exchange> const self(this);
  if (watched_) {
    watch_response();
    if (closed_) {
      return;
    }
    watch_complete();
  }
  response_ready_ = response_done_ = request_done_ = true;
  detail::ptr<http1_client_connection> const c = std::move(connection_);
  response.complete();
  request.detach_socket();
  agent_->connection_detached(*c);
  bool const connect = request.method == "CONNECT";
  auto& handler = connect ? on_connect : on_upgrade;
  socket->set_timeout({});
  if (handler) {
    response_acquired_ = true;
    request.detach_for_upgrade();
    auto const f = std::move(handler);
    runtime::tick::call_user([&] { f(response_handle(), stream::handle_to(*socket)); });
  } else if (changed_.has_waiters() || (!on_response && !handle_dropped_)) {
    // The caller may be about to await `upgraded()`: keep the socket.
    request.detach_for_upgrade();
    upgraded_socket_ = socket;
    changed_.notify();
  } else {
    request.connection_lost();
    socket->destroy();
  }
  closed_ = true;
  runtime::tick::defer(*this, agent_->executor());
  if (watched_) {
    stop_limits();
    watch_finished();
  }
}

// For the user.

void client_exchange::set_timeout(std::chrono::milliseconds timeout) {
  if (timeout.count() < 0) {
    throw http::exception(error::out_of_range,
                          "The value of \"msecs\" is out of range. It must not be negative");
  }
  if (response.ended()) {
    return;
  }
  timeout_ = timeout;
  timeout_set_ = true;
  if (!std::exchange(timeout_wanted_, true)) {
    response_timeout_first_ = response_ready_;
  }
  if (connection_ && !connection_->core().connecting()) {
    connection_->core().set_timeout(timeout);
  }
}

void client_exchange::set_max_headers_count(std::size_t lines) {
  url.clear();
  options.max_headers_count = lines;
  if (connection_ && !response_ready_) {
    connection_->set_limits(*this);
  }
}

void client_exchange::set_no_delay(bool on) {
  if (connection_) {
    connection_->core().stream().set_no_delay(on);
  } else {
    on_socket_.add([on](anode::socket s) { s.set_no_delay(on); });
  }
}

void client_exchange::set_keep_alive(keep_alive_probes const& probes) {
  if (connection_) {
    connection_->core().stream().set_keep_alive_probes(probes);
  } else {
    on_socket_.add([probes](anode::socket s) {
      s.set_keep_alive(probes.on, probes.initial_delay, probes.interval, probes.count);
    });
  }
}

void client_exchange::want_body() {
  if (connection_ && !connection_->parsing()) {
    connection_->parse_input(true);
  }
}

stream::buffered_socket* client_exchange::core() noexcept {
  http1_client_connection* const c = connection_ ? connection_.get() : leaving_.get();
  return c != nullptr ? &c->core() : nullptr;
}

}  // namespace anode::client
