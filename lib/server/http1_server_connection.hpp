// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "exchange/incoming_state.hpp"
#include "exchange/outgoing_state.hpp"
#include "http1/parser.hpp"
#include "policy/request_dispatch.hpp"
#include "policy/request_timeouts.hpp"
#include "server/exchange_record.hpp"
#include "stream/buffered_socket.hpp"

#include <anode/error.hpp>

#include <memory>
#include <optional>

namespace anode::http {
struct client_error;
struct connection_info;
}  // namespace anode::http

namespace anode::server {

class server_impl;
class server_exchange;
class server_response_state;

/// An HTTP/1 connection of a server. It parses requests, starts the handler of each request at the
/// end of its head, and sends the responses in request order.
class http1_server_connection final : public runtime::deferred_task,
                                      public stream::socket_observer,
                                      public exchange::incoming_state::observer,
                                      public exchange::outgoing_state::observer {
  struct connection_clock final : policy::connection_timer {
    http1_server_connection* of = nullptr;
  };
  struct handshake final : runtime::timer {
    http1_server_connection* of = nullptr;
    bool proxied = false;  // the connection begins with a PROXY header
    void expired() override { of->handshake_timed_out(); }
  };

public:
  /// The most bytes of unread body that are discarded before the connection is closed instead.
  static constexpr std::size_t discard_limit = 1024 * 1024;

  http1_server_connection(server_impl& server, std::unique_ptr<byte_stream> stream);
  ~http1_server_connection() override;

  /// Starts the timeouts. The caller starts the first read.
  /// @param proxied whether the stream begins with a PROXY header; `connection` is emitted after it
  void start(bool proxied = false);

  stream::buffered_socket* core() noexcept override { return socket_.get(); }
  policy::connection_timer& clock() noexcept { return clock_; }

  /// Returns the connection that owns a clock.
  static http1_server_connection& of(policy::connection_timer& clock) noexcept {
    return *static_cast<connection_clock&>(clock).of;
  }

  /// Returns whether no request is being received or answered.
  bool idle() const noexcept { return is_quiet() && !in_message(); }

  /// Returns the number of requests whose responses are not sent completely.
  std::size_t requests_under_way() const noexcept {
    return std::size_t{under_way_} + answered_ + (leaving_ ? 1 : 0);
  }

  /// Returns a snapshot of the connection for the program.
  http::connection_info describe() const;

  /// Closes the connection if it is idle. A busy connection is not affected.
  void close_when_idle();

  /// Releases all exchanges without notification, because the context has shut down.
  void detach_server();

  /// Handles an expired timeout: sends 408, or closes an idle connection without a response.
  void expire(policy::expired_phase phase);

  http1_server_connection* next = nullptr;  // in the server's list
  http1_server_connection* prev = nullptr;
  detail::ptr<connection_record> record;  // null: no trace observes the connection

  // incoming_state::observer and outgoing_state::observer.
  void want_body() override;
  void destroy_exchange(error_code ec) override;
  void on_message_ended() override;
  void on_misuse() override;
  bool is_pipelined() const noexcept override { return true; }

  void run_deferred() override;

  /// Returns whether HTTP has ended for the exchange, or its connection is being closed.
  bool is_lost(server_exchange const& x) const noexcept;

  /// Returns whether the connection may leave HTTP in the exchange: its request is complete, its
  /// response is the only one, and nothing behind the request is parsed.
  bool may_detach(server_exchange const& x) const noexcept;

  /// Leaves HTTP in the exchange, for which `may_detach` returns true. Events are emitted at the
  /// end of the tick.
  /// @param head sent first
  /// @return the connection; the input behind the request is its first input
  anode::socket detach_socket(server_exchange& x, std::string_view head);

private:
  // socket_observer.
  void on_input() override;
  void on_end() override;
  void on_error(error_code ec) override;
  void on_output() override;
  void on_timeout() override;
  void on_hangup() override;
  void on_local_end() override;
  void on_wait() override;
  void on_close() override;

  bool in_message() const noexcept { return parser_ && parser_->in_message(); }

  /// Returns whether all responses are passed to the system.
  bool may_leave_http() const noexcept;
  bool is_quiet() const noexcept { return first_ == nullptr && answered_ == 0; }
  http1::parser& acquire_parser();
  void release_parser();
  /// The result of a parsing step.
  enum class step : std::uint8_t {
    more,     ///< continue with another step
    put_off,  ///< continue at the end of the tick
    blocked,  ///< back-pressure: the input must wait
    over,     ///< the input is consumed, or does not belong to HTTP
  };
  void parse_input(bool one_segment);
  step parse_head(bool one_segment);
  step parse_body(bool one_segment);
  void leave_idle();
  void set_timeout(std::chrono::milliseconds timeout);
  void begin_handshake(bool proxied);
  void end_handshake();
  void drop_handshake();
  void handshake_timed_out();
  bool is_misdirected(message::message_head const& head);
  void begin_request(bool whole);
  void defer_readers(server_exchange& x);
  void resume_readers();
  void append(server_exchange& x);
  bool start_trace(server_exchange& x);
  void trace_head(server_exchange& x);
  void finish_trace(server_exchange& x, bool aborted);
  detail::ptr<connection_record> end_record();
  static void answer(server_response_state& response, int status);
  void pass_body();
  void notify_finished();
  void end_request();
  static void detach(server_exchange& x);
  bool is_retirable(server_exchange const& x) const noexcept;
  void retire(server_exchange& x);
  void answers_sent();
  void begin_to_leave(server_exchange& x, policy::dispatch how);
  step fill_upgrade_body();
  step end_upgrade_request();
  void leave_http();
  void stop_http();
  void hold_input(server_exchange& x);
  void finish_detached();
  bool backed_up() const noexcept;
  std::size_t waiting_bytes() const noexcept;
  void finish_first();
  void close_behind(server_exchange& x);
  void after_response();
  void stop_reading();
  void fail_to_parse(std::string_view input);
  bool end_waits() const noexcept;
  bool report(http::client_error const& e);
  void report(error_code ec);
  void client_error(error_code code, std::string message, std::size_t bytes_parsed = 0,
                    std::string_view packet = {});
  void discard_input();
  void fail_receiving();
  void client_has_gone();
  void drop_requests();
  void abort_requests();
  void cancel_handlers();

  detail::ptr<server_impl> server_;
  detail::ptr<stream::buffered_socket> socket_;
  std::optional<http1::parser> parser_;  // null until the next request starts to arrive
  unsigned parser_generation_ = 0;
  bool between_messages_ = true;  // the parser is between two messages
  connection_clock clock_;
  std::unique_ptr<handshake> handshake_;    // null once the connection is ready for requests
  detail::ptr<server_exchange> receiving_;  // its request is not complete
  detail::ptr<server_exchange> spare_;      // for the next head
  detail::ptr<server_exchange> detached_;   // it has left HTTP, and its events are to be emitted
  // The exchanges in request order. Those in [first_, current_) have ended and are being sent. The
  // response of current_ uses the socket. Those after current_ wait for it.
  server_exchange* first_ = nullptr;
  server_exchange* last_ = nullptr;
  server_exchange* current_ = nullptr;
  server_exchange* deferred_readers_ = nullptr;  // resumed once all input is parsed
  server_exchange* last_deferred_reader_ = nullptr;
  std::uint32_t under_way_ = 0;
  // Exchanges retired early: only the last bytes of their responses are unsent.
  std::uint32_t answered_ = 0;
  stream::write_queue::position answered_end_ = 0;
  std::size_t discarded_ = 0;
  std::size_t queued_bytes_ = 0;  // heads and unread bodies of the requests in progress
  error_code cause_;              // why the current request stays incomplete
  error_code socket_error_;       // why the connection was lost
  std::uint32_t requests_served_ = 0;
  std::uint64_t requests_ = 0;                             // requests with a complete head
  policy::dispatch leave_as_ = policy::dispatch::request;  // other: the connection leaves HTTP
  bool parsing_ = false;
  bool pending_end_ = false;  // handle the end of input once the input is parsed
  bool closing_ = false;      // no further request is read
  bool leaving_ = false;      // HTTP has ended; earlier responses are still being sent
  bool left_http_ = false;
  bool idle_ = false;
  bool failed_ = false;  // a client error was reported
};

}  // namespace anode::server
