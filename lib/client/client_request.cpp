// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/require_handle.hpp"
#include "client/client_exchange.hpp"

#include <anode/client_request.hpp>

#include <utility>

namespace anode::http {

using anode::client::client_exchange;

namespace {

client_exchange& self(client_exchange* exchange) {
  return base::require_handle(exchange, "client_request");
}

}  // namespace

std::string_view to_string(request_phase p) noexcept {
  constexpr std::string_view names[] = {"queued", "lookup", "connect", "tunnel",
                                        "secure", "send",   "head",    "body"};
  return names[static_cast<std::size_t>(p)];
}

request_error::request_error(error_code ec, std::string message, request_phase phase,
                             http::verdict v, bool reused_socket, std::uint64_t bytes_sent,
                             std::uint64_t bytes_received)
    : exception(ec, std::move(message)),
      phase_(phase),
      verdict_(v),
      reused_(reused_socket),
      sent_(bytes_sent),
      received_(bytes_received) {}

client_request::client_request(client_exchange& exchange) noexcept
    : own_type(&exchange.request), exchange_(&exchange) {
  intrusive_ptr_add_ref(static_cast<runtime::deferred_task*>(exchange_));
}

client_request::client_request(client_request&& other) noexcept
    : own_type(std::exchange(other.out_, nullptr)),
      exchange_(std::exchange(other.exchange_, nullptr)) {}

client_request& client_request::operator=(client_request&& other) noexcept {
  if (this != &other) {
    drop();
    out_ = std::exchange(other.out_, nullptr);
    exchange_ = std::exchange(other.exchange_, nullptr);
  }
  return *this;
}

client_request::~client_request() { drop(); }

void client_request::drop() noexcept {
  if (exchange_ != nullptr) {
    exchange_->drop_request_handle();
    intrusive_ptr_release(static_cast<runtime::deferred_task*>(exchange_));
    exchange_ = nullptr;
  }
}

void client_request::forget(client_exchange const& exchange) noexcept {
  if (exchange_ == &exchange) {
    intrusive_ptr_release(static_cast<runtime::deferred_task*>(exchange_));
    exchange_ = nullptr;
    out_ = nullptr;
  }
}

net::awaitable<incoming_message> client_request::response() {
  return client_exchange::wait_response(anode::detail::ptr<client_exchange>(&self(exchange_)));
}

net::awaitable<upgrade_result> client_request::upgraded() {
  return client_exchange::wait_upgraded(anode::detail::ptr<client_exchange>(&self(exchange_)));
}

net::awaitable<bool> client_request::continued() {
  return client_exchange::wait_continued(anode::detail::ptr<client_exchange>(&self(exchange_)));
}

std::string_view client_request::method() const noexcept {
  return exchange_ != nullptr ? std::string_view(exchange_->request.method) : std::string_view();
}
std::string_view client_request::path() const noexcept {
  return exchange_ != nullptr ? std::string_view(exchange_->options.path) : std::string_view();
}
std::string_view client_request::host() const noexcept {
  return exchange_ != nullptr ? std::string_view(exchange_->options.host) : std::string_view();
}
std::string_view client_request::protocol() const noexcept {
  return exchange_ != nullptr && !exchange_->options.protocol.empty()
             ? std::string_view(exchange_->options.protocol)
             : "http:";
}
bool client_request::reused_socket() const noexcept {
  return exchange_ != nullptr && exchange_->reused();
}

unsigned client_request::retries() const noexcept {
  return exchange_ != nullptr ? exchange_->retries() : 0;
}

bool client_request::aborted() const noexcept {
  return exchange_ != nullptr && exchange_->aborted();
}
std::size_t client_request::max_headers_count() const noexcept {
  return exchange_ != nullptr ? exchange_->options.max_headers_count : 0;
}

anode::detail::data_slot& client_request::slot() const { return self(exchange_).response.data; }
anode::detail::data_slot const* client_request::find_slot() const noexcept {
  return exchange_ != nullptr ? &exchange_->response.data : nullptr;
}

client_request& client_request::set_max_headers_count(std::size_t lines) {
  self(exchange_).set_max_headers_count(lines);
  return *this;
}

void client_request::abort() {
  if (exchange_ != nullptr) {
    exchange_->abort();
  }
}

client_request& client_request::set_timeout(std::chrono::milliseconds timeout,
                                            anode::detail::function<void()> f) {
  if (f) {
    self(exchange_).on_timeout().add(std::move(f));
  }
  self(exchange_).set_timeout(timeout);
  return *this;
}

client_request& client_request::set_no_delay(bool on) {
  self(exchange_).set_no_delay(on);
  return *this;
}

client_request& client_request::set_socket_keep_alive(bool on,
                                                      std::chrono::milliseconds initial_delay,
                                                      std::chrono::milliseconds interval,
                                                      std::uint32_t count) {
  self(exchange_).set_keep_alive({on, initial_delay, interval, count});
  return *this;
}

client_request& client_request::on_response(anode::detail::function<void(incoming_message)> f) {
  self(exchange_).on_response = std::move(f);
  return *this;
}

client_request& client_request::on_upgrade(
    anode::detail::function<void(incoming_message, anode::socket)> f) {
  self(exchange_).on_upgrade = std::move(f);
  return *this;
}

client_request& client_request::on_connect(
    anode::detail::function<void(incoming_message, anode::socket)> f) {
  self(exchange_).on_connect = std::move(f);
  return *this;
}

client_request& client_request::on_information(
    anode::detail::function<void(information const&)> f) {
  self(exchange_).on_information().add(std::move(f));
  return *this;
}

client_request& client_request::on_continue(anode::detail::function<void()> f) {
  self(exchange_).on_continue().add(std::move(f));
  return *this;
}

client_request& client_request::on_socket(anode::detail::function<void(anode::socket)> f) {
  self(exchange_).on_socket().add(std::move(f));
  return *this;
}

client_request& client_request::on_timeout(anode::detail::function<void()> f) {
  self(exchange_).on_timeout().add(std::move(f));
  return *this;
}

client_request& client_request::on_abort(anode::detail::function<void()> f) {
  self(exchange_).on_abort().add(std::move(f));
  return *this;
}

client_request& client_request::on_request_error(
    anode::detail::function<void(request_error const&)> f) {
  self(exchange_).on_error().add(std::move(f));
  return *this;
}

}  // namespace anode::http
