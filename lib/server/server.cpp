// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/access.hpp"
#include "base/require_handle.hpp"
#include "server/listen_target.hpp"
#include "server/server_impl.hpp"
#include "stream/socket_write.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <utility>

namespace anode::http {

using anode::server::server_impl;

namespace {

server_impl& self(anode::detail::ptr<server_impl> const& core) {
  return base::require_handle(core, "server");
}

net::awaitable<void> wait_closed(anode::detail::ptr<server_impl> core) {
  co_await server_impl::wait_closed(core);
}

}  // namespace

server::server(executor_type ex) : core_(new server_impl(std::move(ex), server_options{})) {}

server::server(executor_type ex, handler on_request) : server(std::move(ex)) {
  core_->on()->request = std::move(on_request);
}

server::server(executor_type ex, server_options options)
    : core_(new server_impl(std::move(ex), std::move(options))) {}

server::server(executor_type ex, server_options options, handler on_request)
    : server(std::move(ex), std::move(options)) {
  core_->on()->request = std::move(on_request);
}

server::server(executor_type ex, server_options options, request_handler on_request,
               anode::detail::ptr<anode::detail::secure_server> secure)
    : core_(new server_impl(std::move(ex), std::move(options), std::move(secure))) {
  core_->on()->request = std::move(on_request);
}

void server::add_secure_listener(anode::detail::function<void(anode::socket)> f) {
  self(core_).on()->secure_connection.add(std::move(f));
}

server::server(server&&) noexcept = default;

server& server::operator=(server&& other) noexcept {
  if (this != &other) {
    if (core_) {
      core_->release();
    }
    core_ = std::move(other.core_);
  }
  return *this;
}

server::~server() {
  if (core_) {
    core_->release();
  }
}

server::executor_type server::get_executor() const { return self(core_).executor(); }

server& server::listen(std::uint16_t port, std::string host, int backlog) {
  listen_options options;
  options.port = port;
  options.host = std::move(host);
  options.backlog = backlog;
  return listen(options);
}

server& server::listen(listen_options const& options) {
  if (options.descriptor != no_native_handle) {
    self(core_).listen(options.descriptor, options.proxy_protocol);
  } else {
    self(core_).listen(anode::server::listen_target_of(options), options.proxy_protocol);
  }
  return *this;
}

server& server::listen_descriptor(native_handle_type descriptor) {
  self(core_).listen(descriptor, {});
  return *this;
}

bool server::listening() const noexcept { return core_ && core_->listening(); }
endpoint server::address() const { return self(core_).address(); }

void server::emit_connection(std::unique_ptr<byte_stream> stream) {
  self(core_).serve(std::move(stream));
}

write_operation server::close() {
  if (!listening()) {
    close_idle_connections();
    return stream::write_failed(error::server_not_running);
  }
  self(core_).close();
  return anode::detail::access::make<write_operation>(wait_closed(core_), true);
}

void server::close_idle_connections() {
  if (core_) {
    core_->close_idle_connections();
  }
}
void server::close_all_connections() {
  if (core_) {
    core_->close_all_connections();
  }
}

net::awaitable<drain_result> server::drain(std::chrono::milliseconds grace) {
  return server_impl::drain(anode::detail::ptr<server_impl>(&self(core_)), grace);
}

std::size_t server::connection_count() const noexcept {
  return core_ ? core_->connection_count() : 0;
}
std::vector<connection_info> server::connections() const { return self(core_).connections(); }

server_options const& server::options() const noexcept {
  static server_options const none;
  return core_ ? core_->options() : none;
}
void server::set_options(server_options options) { self(core_).set_options(std::move(options)); }

server& server::set_timeout(std::chrono::milliseconds timeout,
                            anode::detail::function<void(anode::socket)> on_timeout) {
  server_options options = self(core_).options();
  options.timeout = timeout;
  self(core_).set_options(std::move(options));
  if (on_timeout) {
    self(core_).on()->timeout = std::move(on_timeout);
  }
  return *this;
}

server& server::on_request(handler h) {
  self(core_).on()->request = std::move(h);
  return *this;
}

server& server::on_check_continue(handler h) {
  self(core_).on()->check_continue = std::move(h);
  return *this;
}

server& server::on_check_expectation(handler h) {
  self(core_).on()->check_expectation = std::move(h);
  return *this;
}

server& server::on_upgrade(upgrade_handler h) {
  self(core_).on()->upgrade = std::move(h);
  return *this;
}

server& server::on_connect(upgrade_handler h) {
  self(core_).on()->connect = std::move(h);
  return *this;
}

server& server::on_client_error(
    anode::detail::function<void(client_error const&, anode::socket)> h) {
  self(core_).on()->client_error = std::move(h);
  return *this;
}

server& server::on_drop_request(anode::detail::function<void(incoming_message&, anode::socket)> h) {
  self(core_).on()->drop_request = std::move(h);
  return *this;
}

server& server::on_handler_error(
    anode::detail::function<bool(incoming_message&, server_response&, std::exception_ptr)> h) {
  self(core_).on()->handler_error = std::move(h);
  return *this;
}

server& server::on_timeout(anode::detail::function<void(anode::socket)> h) {
  self(core_).on()->timeout = std::move(h);
  return *this;
}

server& server::on_connection(anode::detail::function<void(anode::socket)> f) {
  self(core_).on()->connection.add(std::move(f));
  return *this;
}

server& server::on_drop(anode::detail::function<void(drop_facts const&)> f) {
  self(core_).on()->drop.add(std::move(f));
  return *this;
}

server& server::on_listening(anode::detail::function<void()> f) {
  self(core_).on()->listening.add(std::move(f));
  return *this;
}

server& server::on_close(anode::detail::function<void()> f) {
  self(core_).on()->close.add(std::move(f));
  return *this;
}

server& server::on_error(anode::detail::function<void(std::exception_ptr)> f) {
  self(core_).on()->error.add(std::move(f));
  return *this;
}

server& server::set_trace(server_trace trace) {
  bool const observes = trace.connection_opened || trace.connection_closed || trace.request_start ||
                        trace.response_head || trace.response_finish || trace.upgrade ||
                        trace.drop || trace.client_error || trace.timeout || trace.drop_request;
  if (observes) {
    self(core_).on()->trace = std::move(trace);
  } else {
    self(core_).on()->trace.reset();
  }
  return *this;
}

}  // namespace anode::http
