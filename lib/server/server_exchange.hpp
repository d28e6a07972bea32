// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "exchange/incoming_state.hpp"
#include "exchange/outgoing_state.hpp"
#include "server/exchange_record.hpp"

#include <anode/server_response.hpp>

#include <memory>
#include <optional>
#include <string>

namespace anode::http1 {
struct response_context;
}

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
  bool closes = false;  // close the connection, even without `Connection: close`
  bool request_has_body = false;
  server_impl* server = nullptr;

  /// Sends an interim head, immediately if the response is the current one of its connection.
  /// Without `needed`, the head is dropped unless the unsent bytes are below the high-water mark.
  write_operation send_interim(std::string_view head, bool needed = false);

  void reset_fast() override;

  bool without_body() const noexcept override;

private:
  server_exchange const* of_;

  message::outgoing_framing write_head(std::string& out,
                                       std::optional<std::uint64_t> content_length) override;
  http1::response_context context_for(std::optional<std::uint64_t> content_length) const;
  message::outgoing_framing make_head(std::string& out,
                                      std::optional<std::uint64_t> content_length);
  message::outgoing_framing write_recorded_head(std::string& out,
                                                std::optional<std::uint64_t> content_length);
  bool write_whole(std::string& out, std::string_view body,
                   message::outgoing_framing& framing) override;
  bool closes_now() override;
};

/// One request and its response, from the request's head until both are complete. Reused.
class server_exchange final : public detail::counted {
public:
  explicit server_exchange(server_impl& server);
  ~server_exchange() override = default;

  /// Keeps the server alive until the exchange is recycled.
  void attach_server(server_impl& server);

  /// Starts the exchange for the request whose head is parsed.
  void begin(http1_server_connection& connection);

  /// Returns whether no one can observe the exchange: its handler has finished, its events have no
  /// listeners, and there are exactly `references` references to it.
  bool is_unobserved(unsigned references) const noexcept {
    return handler_done && this->references() == references && record == nullptr &&
           !response.has_listeners() && !request.has_listeners();
  }

  /// Returns whether both messages are complete, nothing observes their end, and the caller has the
  /// only reference. Unlike `is_unobserved`, this includes a callback that may keep the address of
  /// a message until the response is sent.
  bool is_forgotten() const noexcept {
    return references() == 1 && record == nullptr && request.is_complete() &&
           !response.destroyed() && !has_data() && !response.has_listeners() &&
           !request.has_listeners() && runner == nullptr;
  }

  /// Returns the record of the exchange, which is made if there is none. The server then begins to
  /// time its requests. Of an exchange that began before, the time is the first call of this
  /// function, usually in the same tick.
  exchange_record& observe();

  /// Returns whether more of the request's body is unread than a persistent connection discards.
  bool leaves_body() const noexcept;

  /// Cancels a coroutine handler that has enabled cancellation, once.
  void cancel_handler();

  /// Returns whether the exchange stores objects of the program besides listeners of events.
  bool has_data() const noexcept { return request.has_data() || response.staged(); }

  /// Destroys these objects.
  void drop_data() noexcept;

  /// Resets an unobserved exchange without such objects for the next request of the same
  /// connection.
  void reset_fast();

  /// Detaches the exchange from its connection, which may then be destroyed. Later calls of the
  /// handler have no effect on the connection. The buffered body can still be read.
  ///
  /// Each exchange that leaves the connection's list, or is no longer being received, must pass
  /// through this function or `reset_fast`.
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
  server_exchange* next = nullptr;  // the next exchange of the same connection
  server_exchange* next_deferred = nullptr;
  bool readers_deferred = false;     // the exchange is in the connection's list of deferred readers
  handler_runner* runner = nullptr;  // set while a coroutine handler runs
  bool handler_done = false;         // the handler has finished
  bool handler_cancelled = false;
  bool holds_input = false;      // the bytes behind the request may belong to another protocol
  bool left_http = false;        // the program has detached the connection
  std::size_t queued_bytes = 0;  // its share of the connection's `queued_bytes_`
  std::uint64_t body_received = 0;
  base::steady_time received{};       // when the head was complete, if the server times requests
  exchange_record* record = nullptr;  // null: nobody observes the exchange

private:
  void dispose() noexcept override;

  detail::ptr<server_impl> server_;
  std::shared_ptr<message::unique_headers const> unique_headers_;  // survives option changes
  std::unique_ptr<exchange_record> own_record_;                    // reused
  bool begun_ = false;  // `dispose` must reset the exchange
};

}  // namespace anode::server
