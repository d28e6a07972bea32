// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/client_exchange.hpp"

#include "connection/agent_core.hpp"
#include "connection/client_connection.hpp"
#include "protocol/encoder.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace anode::connection {

using http::error;
using http::request_phase;

namespace {

// What a dropped response may still have to come so that reading it away beats a new connection.
constexpr std::uint64_t worth_draining = 65536;

// How much of a request is kept so that it can be sent again.
constexpr std::size_t worth_replaying = 65536;

http::verdict public_verdict(protocol::request_verdict v) {
  switch (v) {
    case protocol::request_verdict::not_sent:
      return http::verdict::not_sent;
    case protocol::request_verdict::maybe_processed:
      return http::verdict::maybe_processed;
    default:
      return http::verdict::response_started;
  }
}

}  // namespace

protocol::outgoing_framing request_state::write_head(std::string& out,
                                                     std::optional<std::uint64_t> content_length) {
  protocol::request_facts facts;
  facts.method = method;
  facts.target = target;
  facts.should_keep_alive = should_keep_alive;
  facts.has_agent = has_agent;
  facts.content_length = content_length;
  facts.body_follows = !content_length && !flushing_;
  facts.unique = unique_headers;
  return protocol::write_request_head(out, facts, headers);
}

void request_state::fix_head() {
  flushing_ = true;
  store_head();
  flushing_ = false;
  if (framing().expect()) {
    flush_headers();
  }
}

client_exchange::client_exchange(agent_core& agent, http::request_options o)
    : options(std::move(o)),
      request(*this, agent.executor()),
      response(*this, agent.executor()),
      agent_(&agent),
      changed_(agent.executor()) {
  deadline_.of = this;
  request.set_target(this);
  request.method = options.method;
  request.target = options.path;
  request.high_water_mark = options.high_water_mark;
  response.attach(*this);
  response.high_water_mark = options.high_water_mark;
  response.join_duplicate_headers = options.join_duplicate_headers;
  timeout_ = options.timeout;
  options.retry = options.retry.value_or(agent.options().retry);
  if (*options.retry > 0) {
    request.keep_copy(worth_replaying);
  }
  if (!options.unique_headers.empty()) {
    unique = protocol::unique_headers(options.unique_headers);
    request.unique_headers = &unique;
  }
  if (options.deadline.count() > 0) {
    agent.clock().arm(deadline_, options.deadline);
  }
  if (options.signal.is_connected()) {
    options.signal.assign([this](net::cancellation_type) { destroy_exchange(error::aborted); });
  }
}

client_exchange::~client_exchange() {
  agent_->clock().cancel(deadline_);
  forget_signal();
}

// The signal need not live longer than the request.
void client_exchange::forget_signal() noexcept {
  if (options.signal.is_connected()) {
    options.signal.clear();
    options.signal = {};
  }
}

void client_exchange::deadline_timer::expired() {
  of->fail(error::timed_out, of->phase(), "The request took longer than its deadline");
}

// Going out.

void client_exchange::assign(client_connection& c, bool reused, bool waited) {
  connection_ = &c;
  reused_ = reused;
  waited_ = waited;
  phase_ = c.core().connecting() ? request_phase::connect : request_phase::send;
  socket_core& core = c.core();
  sent_before_ = core.output().end();
  received_before_ = core.bytes_read();
  core.set_high_water_mark(options.high_water_mark);
  // A timeout among the options counts from here on; one set later, once there is a connection.
  auto const& timeout = core.connecting() ? options.timeout : timeout_;
  core.set_timeout(timeout.value_or(agent_->options().timeout));
  c.begin(*this);
  request.assign_socket(core);
  // Told at the end of the turn, when who made the request had time to listen.
  socket_due_ = true;
  turn::enlist(*this, agent_->executor());
}

void client_exchange::connected() {
  if (timeout_set_ && connection_) {
    connection_->core().set_timeout(*timeout_);
  }
}

void client_exchange::on_message_ended() {
  if (request.handed_over()) {
    finish_due_ = true;
    turn::enlist(*this, agent_->executor());
  }
}

void client_exchange::on_misuse() { turn::enlist(*this, agent_->executor()); }

void client_exchange::output_moved(outbox::position sent) {
  if (phase_ == request_phase::connect) {
    phase_ = request_phase::send;
  }
  tell_socket();
  if (!request_done_ && request.all_sent(sent)) {
    request_done_ = true;
    if (phase_ == request_phase::send) {
      phase_ = request_phase::head;
    }
    request.emit_finish();
    release_if_done();
  } else {
    request.emit_drain();
  }
}

// Coming in.

void client_exchange::information(protocol::message_head const& head) {
  detail::ptr<client_exchange> const self(this);
  if (head.status == 100) {
    continued_ = true;
    changed_.notify();
    on_continue_.emit();
  }
  if (!on_information_.empty()) {
    http::information info;
    info.status_code = head.status;
    info.status_message = head.reason();
    info.http_version_major = head.version_major;
    info.http_version_minor = head.version_minor;
    info.raw_headers = head.fields;
    on_information_.emit(info);
  }
}

void client_exchange::response_begun() {
  phase_ = request_phase::body;
  response_ready_ = true;
  if (on_response && !response_taken_) {
    response_taken_ = true;
    std::function<void(http::incoming_message)> const f = on_response;
    turn::shield([&] { f(response_handle()); });
  }
  changed_.notify();
}

void client_exchange::response_ended() {
  response_done_ = true;
  detail::ptr<client_exchange> const self(this);
  release_if_done();
  if (!closed_) {
    // The response closes once it was read, whatever the request still has to do.
    response.on_end.add([this] { turn::enlist(*this, agent_->executor()); });
  }
  response.complete();
}

http::incoming_message client_exchange::response_handle() {
  return http::incoming_message(response, *this);
}

void client_exchange::upgraded(detail::ptr<socket_core> socket) {
  response_ready_ = response_done_ = request_done_ = true;
  detail::ptr<client_connection> const c = std::move(connection_);
  response.complete();
  request.detach_socket();
  request.hand_over();
  agent_->handed_over(*c);
  bool const connect = request.method == "CONNECT";
  auto const& handler = connect ? on_connect : on_upgrade;
  socket->set_timeout({});
  if (handler) {
    response_taken_ = true;
    auto const f = handler;
    turn::shield([&] { f(response_handle(), anode::socket(*socket)); });
  } else if (changed_.has_waiters() || (!on_response && !handle_dropped_)) {
    // Who does not go by events may be on the way to `upgraded`.
    upgraded_socket_ = socket;
    changed_.notify();
  } else {
    socket->destroy();
  }
  closed_ = true;
  turn::enlist(*this, agent_->executor());
}

// The connection goes back to the pool when the response has ended and the request is out; a
// connection that cannot be used again is closed as soon as the response has ended.
void client_exchange::release_if_done() {
  if (!connection_ || !response_done_) {
    return;
  }
  bool const reusable = response.head.should_keep_alive && request.framing().keep_alive();
  if (!request_done_ && reusable) {
    return;
  }
  leaving_ = std::move(connection_);
  count_bytes(*leaving_);
  request.detach_socket();
  kept_ = reusable && request_done_;
  closed_ = kept_;
  agent_->clock().cancel(deadline_);
  turn::enlist(*this, agent_->executor());
}

// Listeners for the end of the response still find the connection theirs; a reader who goes on with
// another request finds it free.
void client_exchange::hand_back() {
  if (detail::ptr<client_connection> const c = std::move(leaving_)) {
    agent_->release(*c, kept_);
    if (!kept_) {
      // Closes with its connection, which the agent does behind this turn.
      net::post(agent_->executor(), [self = detail::ptr<client_exchange>(this)] {
        turn const t(self->agent_->executor());
        self->closed_ = true;
        turn::enlist(*self, self->agent_->executor());
      });
    }
  }
}

void client_exchange::end_told() { hand_back(); }

void client_exchange::connection_closed(error_code ec) {
  if (!connection_) {
    return;
  }
  count_bytes(*connection_);
  if (judge().may_retry) {
    detail::ptr<client_exchange> const self(this);
    connection_.reset();
    socket_due_ = request_done_ = false;
    sent_earlier_ = sent_;
    phase_ = request_phase::connect;
    ++retries_;
    request.replay();
    agent_->retry(*this);
    return;
  }
  if (ec) {
    note_error(ec, phase(), {});
  } else if (!response_ready_) {
    note_error(error::connection_reset, phase(), "socket hang up");
  }
  leave();
}

void client_exchange::timed_out() {
  detail::ptr<client_exchange> const self(this);
  if (!std::exchange(timeout_told_, true)) {
    on_timeout_.emit();
  }
  if (response_ready_) {
    response.emit_timeout();
  }
}

// Ending.

request_phase client_exchange::phase() const {
  return phase_ == request_phase::connect ? agent_->connecting_phase(*this) : phase_;
}

void client_exchange::note_error(error_code ec, request_phase phase, std::string message) {
  if (!error_) {
    error_ = ec;
    phase_ = phase;
    error_message_ = std::move(message);
    error_due_ = true;
  }
}

void client_exchange::fail(error_code ec, request_phase phase, std::string message) {
  if (!closed_) {
    note_error(ec, phase, std::move(message));
    leave();
  }
}

// The agent has given up the connection.
void client_exchange::cut() {
  if (!closed_) {
    if (!response_ready_) {
      note_error(error::connection_reset, phase_, "socket hang up");
    }
    leave();
  }
}

void client_exchange::report(error_code ec, std::string message) {
  note_error(ec, request_phase::body, std::move(message));
  turn::enlist(*this, agent_->executor());
}

void client_exchange::count_bytes(client_connection& c) {
  sent_ = sent_earlier_ + (c.core().output().sent() - sent_before_);
  received_ = c.core().bytes_read() - received_before_;
}

// Parts with the connection, or with the place in the queue; the rest is told at the turn's end.
void client_exchange::leave() {
  detail::ptr<client_exchange> const self(this);
  hand_back();
  if (detail::ptr<client_connection> const c = std::move(connection_)) {
    count_bytes(*c);
    agent_->abandon(*c);
  } else {
    agent_->cancel(*this);
  }
  request.connection_lost();
  agent_->clock().cancel(deadline_);
  closed_ = true;
  turn::enlist(*this, agent_->executor());
}

// Whose error it is decides who hears of it: the request hears of what is wrong with the
// connection and of what it was destroyed with; the response only that it was cut off.
void client_exchange::destroy_exchange(error_code ec) {
  bool const through = response_done_ && !connection_;  // its connection is about to close
  if (closed_ || through) {
    // The messages are complete: only who was destroyed with an error hears of it.
    if (ec && !kept_ && !close_told_ && !response.destroyed()) {
      note_error(ec, phase(), {});
    }
    turn::enlist(*this, agent_->executor());
    return;
  }
  if (ec) {
    note_error(ec, phase(), {});
  } else if (!response_ready_) {
    note_error(error::connection_reset, phase(), "socket hang up");
  }
  leave();
}

void client_exchange::abort() {
  if (std::exchange(aborted_, true)) {
    return;
  }
  abort_due_ = true;
  abort_last_ = socket_due_;
  bool const unsent = !closed_ && (connection_ == nullptr || socket_due_);
  destroy_exchange({});
  if (unsent) {
    error_due_ = false;  // Node: nothing is wrong with a request that was never sent
  }
  turn::enlist(*this, agent_->executor());
}

http::request_error client_exchange::make_error() const {
  std::string text = error_message_;
  if (text.empty()) {
    text = error_.category() == http::error_category()
               ? error_.message()
               : std::string(http::to_string(phase_)) + " " + std::string(http::code_name(error_)) +
                     ": " + error_.message();
  }
  return {error_,  std::move(text), phase_,   public_verdict(judge().verdict),
          reused_, sent_,           received_};
}

// What a failure of the connection would mean, as far as `count_bytes` has counted.
protocol::retry_decision client_exchange::judge() const {
  using sent = protocol::retry_facts::sent;
  protocol::retry_facts facts;
  facts.request_sent = request_done_ ? sent::all : sent_ > 0 ? sent::some : sent::none;
  facts.response_received = response_ready_ || received_ > 0;
  facts.socket_reused = reused_;
  facts.idempotent = options.idempotent.value_or(protocol::is_idempotent(request.method));
  facts.body_replayable = request.replayable();
  facts.cancelled = closed_ || aborted_;
  facts.retries_done = retries_;
  facts.retry_budget = *options.retry;
  return protocol::judge_failure(facts);
}

void client_exchange::tell_socket() {
  if (std::exchange(socket_due_, false) && connection_ && !on_socket_.empty()) {
    on_socket_.emit(anode::socket(connection_->core()));
  }
}

void client_exchange::tell_error() {
  if (std::exchange(error_due_, false)) {
    http::request_error const e = make_error();
    request.on_error.emit(error_);
    on_error_.emit(e);
  }
}

void client_exchange::tell_abort() {
  if (std::exchange(abort_due_, false)) {
    on_abort_.emit();
  }
}

void client_exchange::tell_request_close() {
  if (std::exchange(close_told_, true)) {
    return;
  }
  forget_signal();
  bool const read = response_done_ && response.ended();
  if (read) {
    response.retire();
  }
  request.emit_close();
  changed_.notify();
  if (response_done_ && !read) {
    // Somebody still has to read it.
    response.on_end.add([this] { turn::enlist(*this, agent_->executor()); });
  }
}

// The response closes when it was read to its end, or will not be read.
void client_exchange::tell_response_close() {
  if (response.closed() ||
      !(response.ended() || response.aborted() || response.dumped() || response.destroyed())) {
    return;
  }
  if (response_done_ && response.destroyed()) {
    if (response.ended()) {
      response.emit_error();
    } else {
      response.abort_unread(response.error());
    }
  }
  response.emit_close();
}

// Reports what was put off, in Node's order: the connection, abort, what went wrong, the close of
// request and response.
void client_exchange::end_turn() {
  detail::ptr<client_exchange> const self(this);
  hand_back();
  tell_socket();
  if (std::exchange(finish_due_, false)) {
    request.emit_finish();
  }
  if (!close_told_) {
    request.emit_misuse();
  }
  if (!abort_last_ && !kept_) {
    tell_abort();
  }
  bool const cut = closed_ && response_ready_ && !response_done_ && !response.aborted();
  if (cut && response.destroyed()) {
    // The response was destroyed by its owner, and takes the request with it.
    response.cut_off(error_);
    tell_error();
    response.emit_error();
    tell_response_close();
    tell_request_close();
    drop_listeners();
    return;
  }
  tell_error();
  if (!closed_) {
    if (response_done_ && response.ended()) {
      tell_response_close();
    }
    return;
  }
  if (cut) {
    response.cut_off(error::connection_reset);
  }
  if (!kept_ && response_done_) {
    tell_response_close();
  }
  tell_request_close();
  if (!abort_last_) {
    tell_abort();
  }
  if (cut) {
    response.emit_error();
  }
  tell_response_close();
  tell_abort();
  drop_listeners();
}

// Listeners may hold handles to what they listen to: they go when nothing is left to be told. An
// abort is told even then, as in Node.
void client_exchange::drop_listeners() {
  if (!close_told_ || (response_ready_ && !response.closed())) {
    return;
  }
  auto const none = [](auto&... listeners) { (void(std::exchange(listeners, {})), ...); };
  none(response.on_end, response.on_aborted, response.on_error, response.on_timeout,
       response.on_close);
  none(request.on_finish, request.on_prefinish, request.on_drain, request.on_timeout,
       request.on_error, request.on_close);
  none(on_information_, on_continue_, on_socket_, on_timeout_, on_error_);
  none(on_response, on_upgrade, on_connect);
}

// The user's side.

void client_exchange::set_timeout(std::chrono::milliseconds timeout) {
  if (timeout.count() < 0) {
    throw http::exception(error::out_of_range,
                          "The value of \"msecs\" is out of range. It must not be negative");
  }
  timeout_ = timeout;
  timeout_set_ = true;
  if (connection_ && !connection_->core().connecting()) {
    connection_->core().set_timeout(timeout);
  }
}

void client_exchange::set_max_headers_count(std::size_t lines) {
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

void client_exchange::set_keep_alive(bool on, std::chrono::milliseconds delay) {
  if (connection_) {
    connection_->core().stream().set_keep_alive(on, delay);
  } else {
    on_socket_.add([on, delay](anode::socket s) { s.set_keep_alive(on, delay); });
  }
}

void client_exchange::drop_request_handle() {
  handle_dropped_ = true;
  if (upgraded_socket_ && !changed_.has_waiters()) {
    std::exchange(upgraded_socket_, {})->destroy();
  }
  bool const answer_wanted = response_taken_ || on_response || on_upgrade || on_connect;
  if (!request.ended() || !answer_wanted) {
    destroy_exchange(error::aborted);
  }
}

// Who waits no longer has given the request up.
void client_exchange::wait_cancelled() { destroy_exchange(error::aborted); }
void client_exchange::read_cancelled() { destroy_exchange(error::aborted); }

void client_exchange::want_body() {
  if (connection_ && !connection_->decoding()) {
    connection_->decode(true);
  }
}

socket_core* client_exchange::core() noexcept {
  return connection_ ? &connection_->core() : nullptr;
}

// Nobody will read the rest of the response: if it is short it is read away.
void client_exchange::handle_dropped() {
  if (response_done_ || closed_) {
    response.dump();
    return;
  }
  using protocol::body_kind;
  protocol::message_head const& head = response.head;
  bool const little = head.body == body_kind::none ||
                      (head.body == body_kind::length && head.content_length <= worth_draining);
  if (little) {
    response.dump();
  } else if (!response.dumped()) {
    destroy_exchange(error::aborted);
  }
}

}  // namespace anode::connection
