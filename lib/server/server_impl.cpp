// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "server/server_impl.hpp"

#include "http1/head_writer.hpp"
#include "http1/head_writer_fast_path.hpp"
#include "server/unhandled_error.hpp"
#include "stream/socket_handle.hpp"
#include "transport/preface/proxied_stream.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>

#include <algorithm>
#include <utility>

namespace anode::server {
namespace {

constexpr std::size_t spare_server_exchanges = 64;
constexpr std::size_t spare_decoder_count = 64;

void require_trusted(http::proxy_protocol_options const& proxies) {
  if (proxies.mode == http::proxy_protocol_mode::required && proxies.trusted.empty()) {
    throw http::exception(http::error::invalid_arg_value,
                          "The PROXY protocol needs a list of trusted proxies");
  }
}

}  // namespace

server_impl::server_impl(net::any_io_executor ex, http::server_options options,
                         detail::ptr<detail::secure_server> secure)
    : options_(std::move(options)),
      secure_(std::move(secure)),
      timers_(new stream::socket_context(std::move(ex))),
      changed_(executor()) {
  check_.of = this;
  idle_check_.of = this;
  apply_options();
  join(executor());
}

server_impl::~server_impl() {
  timers_->stop();
  stop_runners();
  for (server_exchange* x : spare_exchanges_) {
    delete x;
  }
}

// Derives internal values from the options.
void server_impl::apply_options() {
  timeouts_.headers_timeout =
      policy::default_headers_timeout(options_.headers_timeout, options_.request_timeout);
  timeouts_.request_timeout = options_.request_timeout;
  timeouts_.keep_alive_timeout = options_.keep_alive_timeout;
  timeouts_.keep_alive_timeout_buffer = options_.keep_alive_timeout_buffer;
  if (!policy::timeouts_consistent(timeouts_.headers_timeout, timeouts_.request_timeout)) {
    throw http::exception(http::error::out_of_range,
                          "The value of \"headers_timeout\" is out of range. It must be <= "
                          "request_timeout.");
  }
  relaxed_values_ =
      message::validation_of(options_.http_validation, options_.insecure_http_parser) !=
      http::http_validation::strict;
  keep_alive_line_ = http1::keep_alive_line(
      static_cast<std::uint64_t>(std::max<std::int64_t>(options_.keep_alive_timeout.count(), 0)),
      options_.max_requests_per_socket);
  fast_path_fields_until_ = {};
  spare_parsers_.clear();
  ++parser_generation_;
  unique_headers_.reset();
  if (!options_.unique_headers.empty()) {
    unique_headers_ = std::make_shared<message::unique_headers const>(options_.unique_headers);
  }
}

void server_impl::set_options(http::server_options options) {
  std::swap(options_, options);
  try {
    apply_options();
  } catch (...) {
    std::swap(options_, options);
    apply_options();
    throw;
  }
}

http1::parser server_impl::acquire_parser(unsigned& age) {
  age = parser_generation_;
  if (spare_parsers_.empty()) {
    std::size_t const size =
        options_.max_header_size != 0 ? options_.max_header_size : http::max_header_size();
    http1::parser_options limits{size, options_.max_headers_count};
    limits.set(options_.http_validation, options_.insecure_http_parser);
    return http1::parser(message::message_kind::request, limits);
  }
  http1::parser decoder = std::move(spare_parsers_.back());
  spare_parsers_.pop_back();
  return decoder;
}

void server_impl::recycle_parser(http1::parser& decoder, unsigned age) {
  if (age == parser_generation_ && spare_parsers_.size() < spare_decoder_count) {
    spare_parsers_.push_back(std::move(decoder));
  }
}

std::string_view server_impl::fast_path_fields() {
  if (timers_->now() >= fast_path_fields_until_) {
    fast_path_fields_ = http1::fast_path_fields(date_line(), keep_alive_line_);
    fast_path_fields_until_ = date_.valid_until();
  }
  return fast_path_fields_;
}

policy::dispatch_context server_impl::make_dispatch_context() const noexcept {
  policy::dispatch_context f;
  f.has_upgrade = static_cast<bool>(handlers_->upgrade);
  f.has_connect = static_cast<bool>(handlers_->connect);
  f.upgrade_requests = options_.upgrade_requests;
  f.has_check_continue = static_cast<bool>(handlers_->check_continue);
  f.has_check_expectation = static_cast<bool>(handlers_->check_expectation);
  f.require_host_header = options_.require_host_header;
  f.max_requests_per_socket = options_.max_requests_per_socket;
  return f;
}

std::optional<bool> server_impl::wants_upgrade(http::incoming_message const& req) const {
  std::function<bool(http::incoming_message const&)> const ask = options_.should_upgrade_callback;
  return ask ? std::optional<bool>(ask(req)) : std::nullopt;
}

// Listening.

void server_impl::require_not_listening() const {
  if (listening()) {
    throw http::exception(http::error::server_already_listen,
                          make_error_code(http::error::server_already_listen).message());
  }
}

void server_impl::listen(transport::listen_target const& target,
                         http::proxy_protocol_options const& proxies) {
  detail::ptr<transport::listener> const next(new transport::listener(executor(), *this));
  require_not_listening();
  require_trusted(proxies);
  error_code ec;
  next->open(target, ec);
  if (ec) {
    transport::throw_listen_error(ec, target);
  }
  accepted_no_delay_ = options_.no_delay && next->inherit_no_delay();
  start_listening(next, proxies);
}

void server_impl::listen(native_handle_type descriptor,
                         http::proxy_protocol_options const& proxies) {
  detail::ptr<transport::listener> const next(new transport::listener(executor(), *this));
  error_code ec;
  next->open(descriptor, ec);  // owns the descriptor, and closes it if this function throws
  require_not_listening();
  require_trusted(proxies);
  if (ec) {
    throw http::exception(ec, "listen " + std::string(http::code_name(ec)) + ": " + ec.message());
  }
  accepted_no_delay_ = false;  // others may accept from the descriptor too
  start_listening(next, proxies);
}

void server_impl::start_listening(detail::ptr<transport::listener> const& on,
                                  http::proxy_protocol_options const& proxies) {
  listener_ = on;
  proxies_.reset();
  if (proxies.mode == http::proxy_protocol_mode::required) {
    proxies_ = std::make_unique<http::proxy_protocol_options const>(proxies);
  }
  closing_ = draining_ = false;
  listener_->start();
  net::post(executor(), [self = detail::ptr<server_impl>(this)] {
    runtime::tick const t(self->executor());
    if (!self->released_) {
      self->handlers_->listening.emit();
    }
  });
}

endpoint server_impl::address() const {
  return listening() ? listener_->local_endpoint() : endpoint{};
}

void server_impl::on_accept(std::unique_ptr<byte_stream> stream) {
  detail::ptr<server_impl> const self(this);
  runtime::tick const t(executor());
  if (options_.max_connections > 0 && connection_count() >= options_.max_connections) {
    drop(*stream);
    return;
  }
  if (options_.no_delay != accepted_no_delay_) {
    stream->set_no_delay(options_.no_delay);
  }
  bool const proxied = proxies_ != nullptr;
  if (proxied) {
    bool const trusted = proxies_->trusted.contains(stream->remote_endpoint());
    stream = std::make_unique<transport::proxied_stream>(std::move(stream), trusted,
                                                         proxies_->max_header_size);
  }
  detail::ptr<stream::buffered_socket> const socket = begin(std::move(stream), proxied);
  // The first request has often arrived already: read it at once. During a drain a user function
  // is the caller, therefore handlers must not be called here.
  socket->start_read(!draining_);
}

void server_impl::on_accept_error(error_code ec) {
  detail::ptr<server_impl> const self(this);
  runtime::tick const t(executor());
  report(std::make_exception_ptr(boost::system::system_error(ec, "accept")));
}

void server_impl::serve(std::unique_ptr<byte_stream> stream) {
  if (options_.no_delay) {
    stream->set_no_delay(true);
  }
  begin(std::move(stream))->start_read(false);
}

detail::ptr<stream::buffered_socket> server_impl::begin(std::unique_ptr<byte_stream> stream,
                                                        bool proxied) {
  if (options_.keep_alive) {
    stream->set_keep_alive_probes({true, options_.keep_alive_initial_delay,
                                   options_.keep_alive_interval, options_.keep_alive_count});
  }
  if (secure_) {
    stream = secure_->accept(std::move(stream));
  }
  detail::ptr<http1_server_connection> const c(
      new http1_server_connection(*this, std::move(stream)));
  add(*c);
  c->start(proxied);
  detail::ptr<stream::buffered_socket> socket(c->core());
  if (!proxied) {
    opened(*c);
  }
  return socket;
}

void server_impl::opened(http1_server_connection& c) {
  detail::ptr<stream::buffered_socket> const socket(c.core());
  if (handlers_->trace) {
    trace_opened(c);
  }
  if (!handlers_->connection.empty()) {
    handlers_->connection.emit(stream::handle_to(*socket));
  }
}

// Connections.

void server_impl::add(http1_server_connection& c) {
  intrusive_ptr_add_ref(static_cast<runtime::deferred_task*>(&c));
  c.next = connections_;
  if (connections_ != nullptr) {
    connections_->prev = &c;
  }
  connections_ = &c;
  if (++connection_count_ == 1 && !check_.armed()) {
    timers_->arm(check_, options_.connections_checking_interval);
  }
}

void server_impl::remove(http1_server_connection& c) {
  (c.prev != nullptr ? c.prev->next : connections_) = c.next;
  if (c.next != nullptr) {
    c.next->prev = c.prev;
  }
  c.next = c.prev = nullptr;
  --connection_count_;
  drop_checks();
  check_closed();
  intrusive_ptr_release(static_cast<runtime::deferred_task*>(&c));
}

// The timers stay armed while the server listens, because arming and cancelling them for each
// single connection would cost a system call.
void server_impl::drop_checks() {
  if (connection_count_ == 0 && !listening()) {
    timers_->cancel(check_);
    timers_->cancel(idle_check_);
  }
}

std::vector<http::connection_info> server_impl::connections() const {
  std::vector<http::connection_info> all;
  all.reserve(connection_count());
  for (http1_server_connection* c = connections_; c != nullptr; c = c->next) {
    all.push_back(c->describe());
  }
  for (auto const& [raw, s] : upgraded_sockets_) {
    http::connection_info info;
    info.socket = stream::handle_to(*s);
    info.state = http::connection_state::upgraded;
    info.unread_bytes = s->input().size();
    info.unsent_bytes = s->output().size();
    all.push_back(std::move(info));
  }
  return all;
}

void server_impl::became_idle(http1_server_connection& c) {
  connection_timers_.became_idle(c.clock(), timers_->now());
  if (!idle_check_.armed()) {
    timers_->arm(idle_check_, policy::kept_alive_for(timeouts_));
  }
}

void server_impl::check_connections() {
  detail::ptr<server_impl> const self(this);
  connection_timers_.sweep(timers_->now(), timeouts_,
                           [](policy::connection_timer& clock, policy::expired_phase phase) {
                             http1_server_connection::of(clock).expire(phase);
                           });
  if (connection_count_ > 0) {
    timers_->arm(check_, options_.connections_checking_interval);
  }
}

void server_impl::check_idle() {
  detail::ptr<server_impl> const self(this);
  base::steady_time const now = timers_->now();
  connection_timers_.for_each_idle([&](policy::connection_timer& clock) {
    if (clock.expired(now, timeouts_) == policy::expired_phase::keep_alive) {
      http1_server_connection::of(clock).expire(policy::expired_phase::keep_alive);
    }
  });
  base::steady_time const next = connection_timers_.next_idle_deadline(timeouts_);
  if (next != base::no_deadline) {
    timers_->arm(idle_check_, std::max(std::chrono::milliseconds(1),
                                       std::chrono::ceil<std::chrono::milliseconds>(next - now)));
  }
}

// Exchanges and errors.

detail::ptr<server_exchange> server_impl::acquire_exchange() {
  detail::ptr<server_exchange> x;
  if (spare_exchanges_.empty()) {
    x = new server_exchange(*this);
  } else {
    x = spare_exchanges_.back();
    spare_exchanges_.pop_back();
  }
  x->attach_server(*this);
  return x;
}

void server_impl::recycle(server_exchange& exchange) noexcept {
  if (!released_ && spare_exchanges_.size() < spare_server_exchanges) {
    spare_exchanges_.push_back(&exchange);
  } else {
    delete &exchange;
  }
}

void server_impl::report(std::exception_ptr e, server_exchange* of) {
  detail::ptr<handlers> const on = handlers_;
  if (!on->error.empty()) {
    on->error.emit(e);
  } else if (of != nullptr) {
    print_unhandled(e, of->request.head.method_name(), of->request.head.target());
  } else if (!std::exchange(unhandled_reported_, true)) {
    print_unhandled(e, {}, {});  // once, because a server that cannot accept fails repeatedly
  }
}

}  // namespace anode::server
