// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "exchange/incoming_state.hpp"
#include "exchange/outgoing_state.hpp"

#include <anode/server_response.hpp>

#include <memory>
#include <optional>
#include <string>

namespace anode::server {

class server_impl;
class http1_server_connection;
class handler_runner;

/// The state behind an `http::server_response`.
class server_response_state final : public exchange::outgoing_state {
public:
  server_response_state(detail::counted& keep, net::any_io_executor const& ex,
                        server_exchange const& of)
      : exchange::outgoing_state(keep, ex), of_(&of) {}

  using exchange::outgoing_state::sink;
  using exchange::outgoing_state::store_head;

  int status = 200;
  std::optional<std::string> reason;
  bool head_request = false;
  bool max_requests_reached = false;
  bool expect_continue = false;
  bool continue_sent = false;
  bool closes = false;  // the connection, though its head need not say so
  bool request_has_body = false;
  server_impl* server = nullptr;

  /// Sends an interim head: at once if the response has the connection's turn. One that is not
  /// `needed` is dropped while more than the high-water mark waits to leave.
  write_operation send_interim(std::string_view head, bool needed = false);

  void reset_fast() override;

private:
  server_exchange const* of_;

  message::outgoing_framing write_head(std::string& out,
                                       std::optional<std::uint64_t> content_length) override;
  bool without_body() const noexcept override;
  bool closes_now() override;
};

/// One request and its response, from the request's head to the end of both. Reused.
class server_exchange final : public detail::counted {
public:
  explicit server_exchange(server_impl& server);
  ~server_exchange() override = default;

  /// Takes part in the life of its server until the exchange is over.
  void attach_server(server_impl& server);

  /// Prepares for the request whose head has been received.
  void begin(http1_server_connection& connection);

  /// Returns whether nobody can hear of the exchange any more, or do anything with it: its handler
  /// has run to its end, nobody listens, and there are `references` to it.
  bool is_unobserved(unsigned references) const noexcept {
    return handler_done && this->references() == references && !response.has_listeners() &&
           !request.has_listeners();
  }

  /// Returns whether a response that is complete leaves more of the request's body unread than is
  /// thrown away on a connection that is kept.
  bool leaves_body() const noexcept;

  /// Lets a coroutine handler that has asked for it stop, once.
  void cancel_handler();

  /// Makes an exchange as new of which nobody can hear any more; its connection goes on with it.
  void reset_fast();

  /// Cuts the exchange off from its connection: whatever a handler still does with the messages
  /// does not reach the connection, which may be destroyed. What was received can still be read.
  ///
  /// Every exchange that leaves the connection's list, or stops being the one that is received,
  /// passes through here or through `renew`.
  void sever() noexcept {
    request.detach();
    response.set_observer(nullptr);
    response.detach_socket();
    connection = nullptr;
  }

  exchange::incoming_state request;
  server_response_state response;
  http::incoming_message req;
  http::server_response res;
  http1_server_connection* connection = nullptr;
  server_exchange* next = nullptr;  // behind this one, on the same connection
  server_exchange* next_deferred = nullptr;
  bool readers_deferred = false;     // in the connection's list of those whose readers wait
  handler_runner* runner = nullptr;  // while a coroutine handler runs
  bool handler_done = false;         // a coroutine handler has run to its end
  bool handler_cancelled = false;
  std::size_t queued_bytes = 0;  // counted by the connection
  std::uint64_t body_received = 0;

private:
  void dispose() noexcept override;

  detail::ptr<server_impl> server_;
  std::shared_ptr<message::unique_headers const> unique_headers_;  // the options may change
  bool begun_ = false;  // there is something to make as new
};

}  // namespace anode::server
