// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/client_exchange.hpp"

#include "connection/agent_core.hpp"
#include "connection/client_connection.hpp"
#include "protocol/encoder.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::connection {

using http::error;
using http::request_phase;

namespace {

// What a dropped response may still have to come so that reading it away beats a new connection.
constexpr std::uint64_t worth_draining = 65536;

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

client_exchange::~client_exchange() { agent_->clock().cancel(deadline_); }

void client_exchange::deadline_timer::expired() {
  of->fail(error::timed_out, of->phase_, "The request took longer than its deadline");
}

// Going out.

void client_exchange::assign(client_connection& c, bool reused) {
  connection_ = &c;
  reused_ = reused;
  phase_ = request_phase::send;
  socket_core& core = c.core();
  sent_before_ = core.output().end();
  received_before_ = core.bytes_read();
  core.set_high_water_mark(options.high_water_mark);
  core.set_timeout(timeout_.value_or(agent_->options().timeout));
  c.begin(*this);
  request.assign_socket(core);
  if (!on_socket_.empty()) {
    on_socket_.emit(anode::socket(core));
  }
}

void client_exchange::on_message_ended() {}

void client_exchange::output_moved(outbox::position sent) {
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
  if (!on_information_.empty()) {
    http::information info;
    info.status_code = head.status;
    info.status_message = head.reason();
    info.raw_headers = head.fields;
    on_information_.emit(info);
  }
  if (head.status == 100) {
    continued_ = true;
    changed_.notify();
    on_continue_.emit();
  }
}

void client_exchange::response_begun() {
  phase_ = request_phase::body;
  response_ready_ = true;
  if (on_response && !response_taken_) {
    response_taken_ = true;
    std::function<void(http::incoming_message)> const f = on_response;
    f(response_handle());
  }
  changed_.notify();
}

void client_exchange::response_ended() {
  response_done_ = true;
  // First the connection, so that a reader who goes on with another request finds it free.
  detail::ptr<client_exchange> const self(this);
  release_if_done();
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
  agent_->handed_over(*c);
  bool const connect = request.method == "CONNECT";
  auto const& handler = connect ? on_connect : on_upgrade;
  socket->set_timeout({});
  if (handler) {
    response_taken_ = true;
    auto const f = handler;
    f(response_handle(), anode::socket(*socket));
  } else if (changed_.has_waiters()) {
    upgraded_socket_ = socket;
    changed_.notify();
  } else {
    socket->destroy();
    fail(error::connection_reset, request_phase::head, "socket hang up");
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
  detail::ptr<client_connection> const c = std::move(connection_);
  sent_ = c->core().output().sent() - sent_before_;
  received_ = c->core().bytes_read() - received_before_;
  request.detach_socket();
  agent_->release(*c, reusable && request_done_);
  closed_ = true;
  agent_->clock().cancel(deadline_);
  turn::enlist(*this, agent_->executor());
}

void client_exchange::connection_closed(error_code ec) {
  if (!connection_) {
    return;
  }
  sent_ = connection_->core().output().sent() - sent_before_;
  received_ = connection_->core().bytes_read() - received_before_;
  connection_.reset();
  request.connection_lost();
  if (!response_ready_) {
    fail(ec ? ec : make_error_code(error::connection_reset), phase_,
         ec ? std::string() : "socket hang up");
  } else if (!response_done_) {
    response.fail(ec ? ec : make_error_code(error::connection_reset));
  }
  closed_ = true;
  turn::enlist(*this, agent_->executor());
}

// Ending.

void client_exchange::fail(error_code ec, request_phase phase, std::string message) {
  if (std::exchange(destroyed_, true)) {
    return;
  }
  error_ = ec;
  phase_ = phase;
  error_message_ = std::move(message);
  detail::ptr<client_exchange> const self(this);
  if (connection_) {
    sent_ = connection_->core().output().sent() - sent_before_;
    received_ = connection_->core().bytes_read() - received_before_;
    connection_->close();
    connection_.reset();
  }
  request.connection_lost();
  agent_->clock().cancel(deadline_);
  agent_->cancel(*this);
  if (response_ready_ && !response_done_) {
    response.fail(ec);
  }
  closed_ = true;
  turn::enlist(*this, agent_->executor());
}

void client_exchange::destroy_exchange(error_code ec) {
  if (closed_ && !connection_) {
    return;
  }
  if (!ec) {
    ec = error::connection_reset;
  }
  fail(ec, phase_, ec == error::connection_reset ? "socket hang up" : std::string());
}

http::request_error client_exchange::make_error() const {
  std::string text = error_message_;
  if (text.empty()) {
    text = error_.category() == http::error_category()
               ? error_.message()
               : std::string(http::to_string(phase_)) + " " + std::string(http::code_name(error_)) +
                     ": " + error_.message();
  }
  http::verdict v = http::verdict::not_sent;
  if (response_ready_ || received_ > 0) {
    v = http::verdict::response_started;
  } else if (sent_ > 0) {
    v = http::verdict::maybe_processed;
  }
  return {error_, std::move(text), phase_, v, reused_, sent_, received_};
}

// Reports what was put off: Node's order is error, then close.
void client_exchange::end_turn() {
  if (!closed_) {
    return;
  }
  detail::ptr<client_exchange> const self(this);
  if (error_ && !std::exchange(error_told_, true) && !response_ready_) {
    http::request_error const e = make_error();
    request.on_error.emit(error_);
    on_error_.emit(e);
  }
  if (!std::exchange(close_told_, true)) {
    request.emit_close();
    changed_.notify();
    if (response_ready_) {
      response.emit_close();
    }
  }
}

// The user's side.

namespace {

// Aborts the request when the coroutine that waits for it is cancelled or goes away.
class abort_guard {
public:
  explicit abort_guard(detail::ptr<client_exchange> x) : exchange_(std::move(x)) {}
  abort_guard(abort_guard const&) = delete;
  abort_guard& operator=(abort_guard const&) = delete;
  ~abort_guard() {
    if (exchange_) {
      exchange_->destroy_exchange(error::aborted);
    }
  }
  void done() noexcept { exchange_.reset(); }

private:
  detail::ptr<client_exchange> exchange_;
};

}  // namespace

net::awaitable<http::incoming_message> client_exchange::wait_response(
    detail::ptr<client_exchange> self) {
  abort_guard guard(self);
  while (!self->response_ready_ && !self->error_) {
    co_await self->changed_.wait();
  }
  guard.done();
  if (!self->response_ready_) {
    self->error_told_ = true;
    throw self->make_error();
  }
  self->response_taken_ = true;
  co_return self->response_handle();
}

net::awaitable<http::upgrade_result> client_exchange::wait_upgraded(
    detail::ptr<client_exchange> self) {
  abort_guard guard(self);
  while (!self->response_ready_ && !self->error_) {
    co_await self->changed_.wait();
  }
  guard.done();
  if (!self->response_ready_) {
    self->error_told_ = true;
    throw self->make_error();
  }
  self->response_taken_ = true;
  anode::socket socket;
  if (self->upgraded_socket_) {
    socket = anode::socket(*self->upgraded_socket_);
    self->upgraded_socket_.reset();
  }
  co_return http::upgrade_result(self->response_handle(), std::move(socket));
}

net::awaitable<bool> client_exchange::wait_continued(detail::ptr<client_exchange> self) {
  abort_guard guard(self);
  while (!self->continued_ && !self->response_ready_ && !self->error_) {
    co_await self->changed_.wait();
  }
  guard.done();
  co_return self->continued_;
}

void client_exchange::set_timeout(std::chrono::milliseconds timeout) {
  timeout_ = timeout;
  if (connection_) {
    connection_->core().set_timeout(timeout);
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
  bool const answer_wanted = response_taken_ || on_response || on_upgrade || on_connect;
  if (!request.ended() || !answer_wanted) {
    destroy_exchange(error::aborted);
  }
}

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
  if (response_done_ || destroyed_) {
    return;
  }
  bool const known = response.head.body == protocol::body_kind::length;
  if (known && response.head.content_length <= worth_draining) {
    response.dump();
  } else {
    destroy_exchange(error::aborted);
  }
}

}  // namespace anode::connection
