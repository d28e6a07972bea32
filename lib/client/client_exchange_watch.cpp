// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How a client exchange calls the hooks of its traces, and limits the time to the head and the time
// without a byte. All of it is out of line, because most requests have neither.
#include "base/access.hpp"
#include "client/agent_impl.hpp"
#include "client/client_exchange.hpp"
#include "client/exchange_watch.hpp"
#include "client/http1_client_connection.hpp"

#include <anode/error.hpp>

#include <atomic>
#include <utility>

namespace anode::client {

using http::client_trace;
using http::error;

namespace {

std::uint64_t next_id() noexcept {
  static std::atomic<std::uint64_t> last{0};  // agents of several threads share it
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

// A handle for a hook. It does not count as the program's handle, whose end aborts the request.
class borrowed_request {
public:
  explicit borrowed_request(client_exchange& x)
      : exchange_(x), handle_(detail::access::make<http::client_request>(x)) {}
  borrowed_request(borrowed_request const&) = delete;
  borrowed_request& operator=(borrowed_request const&) = delete;
  ~borrowed_request() { detail::access::forget(handle_, exchange_); }

  http::client_request& operator*() noexcept { return handle_; }

private:
  client_exchange& exchange_;
  http::client_request handle_;
};

}  // namespace

// A hook may destroy the request, its handle, and the agent. The exchange keeps its traces until
// it is disposed of.
template <class Hook, class... Args>
void client_exchange::call_hook(Hook client_trace::* hook, Args const&... args) {
  detail::ptr<client_exchange> const self(this);
  for (auto const& trace : watch_->traces) {
    if (trace && (*trace).*hook) {
      borrowed_request handle(*this);
      http::traced_request const facts{*handle,      watch_->id,   request.method, options.host,
                                       options.port, options.path, 1 + retries_,   watch_->started};
      runtime::tick::call_user(agent_->executor(), [&] { ((*trace).*hook)(facts, args...); });
    }
  }
}

bool client_exchange::begin_watch(std::shared_ptr<client_trace const> const& of_agent) {
  if (!watch_) {
    watch_ = std::make_unique<exchange_watch>();
    watch_->head_limit.of = watch_->idle_limit.of = this;
    watch_->head_limit.call = [](client_exchange& x) { x.head_expired(); };
    watch_->idle_limit.call = [](client_exchange& x) { x.idle_expired(); };
  }
  watched_ = true;
  watch_->traces[0] = of_agent;
  watch_->traces[1] = std::move(options.trace);
  watch_->id = next_id();
  watch_->started = agent_->clock().now();
  call_hook(&client_trace::created);
  return !closed_;
}

// Keeps the memory.
void client_exchange::end_watch() noexcept {
  stop_limits();
  exchange_watch& w = *watch_;
  for (auto& t : w.traces) {
    t.reset();
  }
  w.idle = {};
  w.outcome = {};
  w.first_byte = w.settled = false;
}

void client_exchange::watch_queued() { call_hook(&client_trace::queued); }

void client_exchange::watch_failed_head(std::exception_ptr cause) {
  try {
    std::rethrow_exception(cause);
  } catch (boost::system::system_error const& e) {
    error_ = e.code();
    error_message_ = e.what();
  } catch (...) {
    error_ = error::aborted;
  }
  phase_ = http::request_phase::queued;
  cause_ = std::move(cause);
  watch_failed(make_error());
}

void client_exchange::watch_assigning(http1_client_connection& c) {
  watch_->idle = c.idle_time();
  watch_->first_byte = false;
}

void client_exchange::watch_socket() {
  watch_->last_byte = agent_->clock().now();
  agent_->clock().arm(watch_->idle_limit, options.idle_timeout);
  call_hook(&client_trace::socket, reused_, watch_->idle);
}

void client_exchange::watch_output() { watch_->last_byte = agent_->clock().now(); }

void client_exchange::watch_sent() {
  if (!closed_ && !response_ready_) {
    agent_->clock().arm(watch_->head_limit, options.head_timeout);
  }
  call_hook(&client_trace::sent);
}

void client_exchange::watch_input() {
  watch_->last_byte = agent_->clock().now();
  if (!std::exchange(watch_->first_byte, true)) {
    call_hook(&client_trace::first_byte);
  }
}

void client_exchange::fill(http::information& info, message::message_head const& head) {
  info.status_code = head.status;
  info.status_message = head.reason();
  info.http_version_major = head.version_major;
  info.http_version_minor = head.version_minor;
  info.raw_headers = head.fields;
}

void client_exchange::watch_information(message::message_head const& head) {
  if (watch_->has(&client_trace::information)) {
    fill(watch_->information, head);
    call_hook(&client_trace::information, watch_->information);
  }
}

// The message is a reference without ownership, therefore the hook gets it as a constant.
void client_exchange::watch_response() {
  agent_->clock().cancel(watch_->head_limit);
  http::incoming_message const message = detail::access::make<http::incoming_message>(response);
  call_hook(&client_trace::response, message);
}

void client_exchange::watch_complete() {
  exchange_watch& w = *watch_;
  if (!connection_) {
    return;
  }
  w.outcome.status = response.head.status;
  w.outcome.bytes_sent = sent_earlier_ + (connection_->core().output().sent() - sent_before_);
  w.outcome.bytes_received = connection_->core().bytes_read() - received_before_;
  w.outcome.duration = agent_->clock().now() - w.started;
  w.outcome.reused_socket = reused_;
}

// A request whose response is complete can still fail, because of input behind the response.
void client_exchange::watch_finished() {
  if (!error_ && !std::exchange(watch_->settled, true)) {
    call_hook(&client_trace::finished, watch_->outcome);
  }
}

void client_exchange::watch_retried() {
  stop_limits();
  call_hook(&client_trace::retried);
}

void client_exchange::watch_failed(http::request_error const& e) {
  if (!std::exchange(watch_->settled, true)) {
    call_hook(&client_trace::failed, e);
  }
}

// Settles a request that ends without a complete response, and without an error of its own.
void client_exchange::watch_close() {
  if (watch_->settled) {
    return;
  }
  if (response_done_) {
    watch_finished();
  }
  if (error_) {
    watch_failed(make_error());
  } else {
    error_code const ec = response.error() ? response.error() : make_error_code(error::aborted);
    watch_failed(make_error(ec, phase(), {}));
  }
}

void client_exchange::stop_limits() noexcept {
  agent_->clock().cancel(watch_->head_limit);
  agent_->clock().cancel(watch_->idle_limit);
}

void client_exchange::head_expired() {
  fail(error::timed_out, phase(), "The head of the response took longer than head_timeout");
}

// Returns whether the next byte is the peer's to send or to read. Otherwise the program is due.
bool client_exchange::awaits_peer() {
  stream::buffered_socket& core = connection_->core();
  if (!core.output().empty() || core.stream().unsent() > 0) {
    return true;
  }
  if (response_ready_) {
    return response.wants_body();
  }
  return request.ended() || (request.head_sent() && request.framing().expect() && !continued_);
}

// The time of the last byte is read here, because moving the timer for each byte would cost more.
void client_exchange::idle_expired() {
  if (closed_ || !connection_ || connection_->core().connecting()) {
    return;
  }
  exchange_watch& w = *watch_;
  runtime::protocol_time const now = agent_->clock().now();
  if (!awaits_peer()) {
    w.last_byte = now;
  }
  auto const left = options.idle_timeout - (now - w.last_byte);
  if (left.count() > 0) {
    agent_->clock().arm(w.idle_limit, std::chrono::ceil<std::chrono::milliseconds>(left));
  } else {
    fail(error::timed_out, phase(), "No byte was sent or received for idle_timeout");
  }
}

void client_exchange::watch_lookup(std::string_view host) {
  call_hook(&client_trace::lookup_start, host);
}

void client_exchange::watch_lookup_done(std::span<endpoint const> found, error_code ec) {
  call_hook(&client_trace::lookup_done, found, ec);
}

void client_exchange::watch_attempt(endpoint const& to) {
  call_hook(&client_trace::connect_start, to);
}

void client_exchange::watch_attempt_done(endpoint const& to, error_code ec) {
  call_hook(&client_trace::connect_done, to, ec);
}

void client_exchange::watch_tunnel(std::string_view proxy, int status) {
  call_hook(&client_trace::tunnel, proxy, status);
}

void client_exchange::watch_secure(secure_info const& info, bool with_proxy) {
  call_hook(&client_trace::secure, info, with_proxy);
}

}  // namespace anode::client
