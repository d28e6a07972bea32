// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/text.hpp"
#include "http1/head_writer.hpp"
#include "runtime/clock.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_exchange.hpp"
#include "server/server_impl.hpp"
#include "stream/socket_write.hpp"

#include <anode/error.hpp>
#include <anode/server_response.hpp>
#include <anode/status.hpp>

#include <utility>

namespace anode::http {

using anode::server::server_response_state;

server_response::server_response(anode::server::server_exchange& exchange) noexcept
    : own_type(&exchange.response), exchange_(exchange) {}

incoming_message& server_response::req() noexcept { return exchange_.req; }

int server_response::status_code() const noexcept { return exchange_.response.status; }

server_response& server_response::set_status_code(int status) noexcept {
  exchange_.response.status = status;
  return *this;
}

std::string_view server_response::status_message() const noexcept {
  server_response_state const& r = exchange_.response;
  if (r.reason || !r.head_written()) {
    return r.reason ? std::string_view(*r.reason) : std::string_view();
  }
  std::string_view const standard = reason_phrase(r.status);
  return standard.empty() ? "unknown" : standard;
}

server_response& server_response::set_status_message(std::string_view reason) {
  exchange_.response.reason.reset();
  if (!reason.empty()) {
    exchange_.response.reason.emplace(reason);
  }
  return *this;
}

bool server_response::has_body() const noexcept { return !exchange_.response.without_body(); }

namespace {

// Writes the head with `status`. On an exception the status is restored.
void make_head(server_response_state& r, int status, std::optional<std::string_view> reason,
               header_list const* headers) {
  if (r.head_written()) {
    throw exception(error::headers_sent, "Cannot write headers after they are sent to the client");
  }
  int const old_status = std::exchange(r.status, status);
  try {
    if (status < 100 || status > 999) {
      throw exception(error::invalid_status_code,
                      base::formatted("Invalid status code: {}", status));
    }
    if (reason) {
      r.reason.emplace(*reason);
    }
    if (headers != nullptr) {
      r.headers.merge(*headers);
    }
    r.store_head();
  } catch (...) {
    r.status = old_status;
    throw;
  }
}

}  // namespace

server_response& server_response::write_head(int status) {
  make_head(exchange_.response, status, std::nullopt, nullptr);
  return *this;
}

server_response& server_response::write_head(int status, header_list const& headers) {
  make_head(exchange_.response, status, std::nullopt, &headers);
  return *this;
}

server_response& server_response::write_head_with(int status, std::string_view reason) {
  make_head(exchange_.response, status, reason, nullptr);
  return *this;
}

server_response& server_response::write_head(int status, std::string_view reason,
                                             header_list const& headers) {
  make_head(exchange_.response, status, reason, &headers);
  return *this;
}

void server_response::require_interim_allowed() const {
  if (exchange_.response.head_written()) {
    throw exception(error::headers_sent,
                    "Cannot write informational headers after they are sent to the client");
  }
}

write_operation server_response::write_continue() {
  require_interim_allowed();
  // The client waits for the first 100 response.
  bool const first = !std::exchange(exchange_.response.continue_sent, true);
  return exchange_.response.send_interim(http1::continue_head, first);
}

write_operation server_response::write_processing() {
  require_interim_allowed();
  return exchange_.response.send_interim(http1::processing_head);
}

write_operation server_response::write_early_hints(header_list const& hints) {
  require_interim_allowed();
  std::string head;
  if (!http1::write_early_hints_head(head, hints, exchange_.response.headers.relaxed_values())) {
    return stream::written();
  }
  return exchange_.response.send_interim(head);
}

write_operation server_response::write_information(int status, header_list const& headers) {
  require_interim_allowed();
  std::string head;
  http1::write_information_head(head, status, headers, exchange_.response.headers.relaxed_values());
  bool const first_continue =
      status == 100 && !std::exchange(exchange_.response.continue_sent, true);
  return exchange_.response.send_interim(head, first_continue);
}

server_response& server_response::set_send_date(bool on) noexcept {
  exchange_.response.send_date = on;
  return *this;
}
bool server_response::send_date() const noexcept { return exchange_.response.send_date; }

server_response& server_response::set_should_keep_alive(bool on) noexcept {
  exchange_.response.should_keep_alive = on;
  return *this;
}
bool server_response::should_keep_alive() const noexcept {
  return exchange_.response.should_keep_alive;
}

server_response& server_response::set_timeout(std::chrono::milliseconds timeout,
                                              anode::detail::function<void()> f) {
  if (f) {
    exchange_.response.on_timeout.add(std::move(f));
  }
  if (exchange_.connection != nullptr) {
    exchange_.connection->core()->set_timeout(timeout);
  }
  return *this;
}

server_response& server_response::on_timeout(anode::detail::function<void()> f) {
  exchange_.response.on_timeout.add(std::move(f));
  return *this;
}

server_response& server_response::on_done(anode::detail::function<void(exchange_facts const&)> f) {
  if (!exchange_.response.closed()) {
    exchange_.observe().on_done.add(std::move(f));
  }
  return *this;
}

namespace {

// Returns whether the exchange can leave HTTP; false if its connection is lost. Throws if the
// exchange has begun to respond or is not alone on the connection.
bool require_detachable(anode::server::server_exchange const& exchange) {
  if (exchange.response.head_written()) {
    throw exception(error::headers_sent,
                    "Cannot detach the socket after headers are sent to the client");
  }
  if (exchange.connection == nullptr || exchange.connection->is_lost(exchange)) {
    return false;
  }
  if (!exchange.connection->may_detach(exchange)) {
    throw exception(error::invalid_state,
                    "Cannot detach the socket: the request is not complete, or is not the only one "
                    "of the connection");
  }
  return true;
}

}  // namespace

anode::socket server_response::detach_socket() {
  if (!require_detachable(exchange_)) {
    return {};
  }
  return exchange_.connection->detach_socket(exchange_, {});
}

anode::socket server_response::upgrade(header_list const& headers) {
  if (!require_detachable(exchange_)) {
    return {};
  }
  server_response_state& r = exchange_.response;
  if (!exchange_.request.head.upgrade) {
    throw exception(error::invalid_state, "Cannot upgrade: the request does not ask for it");
  }
  anode::detail::ptr<anode::detail::counted> const keep = r.keep();
  r.headers.merge(headers);
  bool const tunnel = exchange_.request.head.method == message::method::connect;
  int const status = std::exchange(r.status, !tunnel ? 101 : r.status / 100 == 2 ? r.status : 200);
  std::string head;
  try {
    r.call_head_listeners();
    if (!require_detachable(exchange_)) {  // a listener may do anything
      return {};
    }
    http1::upgrade_context context;
    context.status = r.status;
    context.reason = r.reason                          ? std::string_view(*r.reason)
                     : tunnel && context.status == 200 ? "Connection Established"
                                                       : reason_phrase(context.status);
    context.protocol = exchange_.request.head.value(message::field_id::upgrade);
    http1::write_upgrade_head(head, context, r.headers);
  } catch (...) {
    r.status = status;
    throw;
  }
  if (exchange_.record != nullptr) {
    exchange_.record->head_made(head.size(), runtime::clock::of(r.server->executor()).now());
  }
  return exchange_.connection->detach_socket(exchange_, head);
}

}  // namespace anode::http
