// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/parser.hpp"
#include "policy/connection_pool.hpp"
#include "policy/origin_key.hpp"
#include "runtime/shutdown_hook.hpp"
#include "stream/buffered_socket.hpp"

namespace anode::client {

class agent_impl;
class client_exchange;

/// An HTTP/1 connection of a client. It carries one exchange at a time. While idle, it detects a
/// close by the server.
class http1_client_connection final : public runtime::deferred_task,
                                      public stream::socket_observer,
                                      private runtime::shutdown_hook {
public:
  http1_client_connection(agent_impl& agent, detail::ptr<stream::buffered_socket> socket,
                          policy::socket_id id);
  ~http1_client_connection() override;

  stream::buffered_socket& core() noexcept { return *socket_; }
  policy::socket_id id() const noexcept { return id_; }

  /// Starts an exchange.
  /// @param reused whether the connection has carried another exchange
  void begin(client_exchange& x, bool reused);

  /// Applies the parser limits and the leniency of the exchange's options.
  void set_limits(client_exchange const& x);

  /// Detaches the exchange.
  /// @return whether the connection is reusable
  bool release();

  /// Makes the connection idle. Any input, the end of input, or `timeout` closes it.
  void park(std::chrono::milliseconds timeout);

  /// Returns the Keep-Alive parameters of the last response.
  policy::keep_alive_hint const& keep_hint() const noexcept { return keep_hint_; }

  void close() { socket_->destroy(); }

  /// Returns for how long the connection was parked; 0 if it was not.
  std::chrono::nanoseconds idle_time();

  /// Returns whether a parked connection has input, which makes it unusable.
  bool stale();

  /// Returns whether the connection carries an exchange.
  bool busy() const noexcept { return exchange_ != nullptr; }

  /// Detaches the exchange, which owns this connection, when the context shuts down.
  void detach() noexcept;

  /// Marks a connection to the server itself, whose address the agent has checked.
  void set_direct(bool direct) noexcept { direct_ = direct; }
  bool direct() const noexcept { return direct_; }

  /// Closes the connection after the exchange in progress.
  void do_not_reuse() noexcept { not_reusable_ = true; }

  /// Completes the exchange after the agent has removed the connection. The agent then no longer
  /// calls `detach` when the context shuts down.
  void leave_agent();

  /// Parses the input. `one_segment` stops after the first body segment.
  void parse_input(bool one_segment);

  bool parsing() const noexcept { return parsing_; }

  void run_deferred() override { parse_input(false); }

private:
  void on_input() override;
  void on_end() override;
  void on_error(error_code ec) override;
  void on_output() override;
  void on_timeout() override;
  void on_stale() override;
  void on_wait() override;
  void on_close() override;
  void on_context_shutdown() override;

  void become_idle();
  void watched_input();
  void parse_messages(bool one_segment);
  void handle_head(client_exchange& x);
  void refuse(client_exchange& x, http::error code, std::string_view reason);
  void handle_end(client_exchange& x);
  void check_unsolicited(client_exchange& x);

  detail::ptr<agent_impl> agent_;
  detail::ptr<stream::buffered_socket> socket_;
  policy::socket_id id_;
  http1::parser_options parser_options_;
  http1::parser parser_;
  detail::ptr<client_exchange> exchange_;
  error_code error_;
  policy::keep_alive_hint keep_hint_;
  runtime::protocol_time parked_{};  // the time of the last `park`; none while it is in use
  std::chrono::milliseconds parked_timeout_{0};
  bool parsing_ = false;
  bool interim_ = false;      // the current message is an interim response
  bool final_begun_ = false;  // the head of the final response was received
  bool left_http_ = false;
  bool not_reusable_ = false;  // unsolicited data was received, or the address is refused
  bool direct_ = false;
};

}  // namespace anode::client
