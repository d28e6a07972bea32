// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "http1/parser.hpp"
#include "policy/connection_pool.hpp"
#include "policy/origin_key.hpp"
#include "stream/buffered_socket.hpp"

namespace anode::client {

class agent_impl;
class client_exchange;

/// One connection of a client: carries one exchange at a time, and while it carries none watches
/// for the server to end it.
class http1_client_connection final : public runtime::deferred_task,
                                      public stream::socket_observer {
public:
  http1_client_connection(agent_impl& agent, detail::ptr<stream::buffered_socket> socket,
                          policy::socket_id id);
  ~http1_client_connection() override;

  stream::buffered_socket& core() noexcept { return *socket_; }
  policy::socket_id id() const noexcept { return id_; }

  /// Begins an exchange. @param reused whether the connection has carried another one
  void begin(client_exchange& x, bool reused);

  /// Sets the limits and the leniency that the exchange asks for.
  void set_limits(client_exchange const& x);

  /// Takes the exchange off. @return whether the connection can carry another one
  bool release();

  /// Waits without an exchange: any byte, or the end, closes the connection; so does `timeout`.
  void park(std::chrono::milliseconds timeout);

  /// Returns what the last response has said about keeping the connection.
  policy::keep_alive_hint const& keep_hint() const noexcept { return keep_hint_; }

  void close() { socket_->destroy(); }

  /// Returns whether a parked connection has something to read, which ends it.
  bool stale();

  /// Returns whether an exchange is under way.
  bool busy() const noexcept { return exchange_ != nullptr; }

  /// Parts with the exchange, which holds this one, when the context ends.
  void detach() noexcept;

  /// Takes the input apart; `one_piece` stops at the first piece of body.
  void parse_input(bool one_piece);

  bool parsing() const noexcept { return parsing_; }

  void run_deferred() override { parse_input(false); }

private:
  void on_input() override;
  void on_end() override;
  void on_error(error_code ec) override;
  void on_output() override;
  void on_timeout() override;
  void on_stale() override;
  void on_close() override;

  void parse_messages(bool one_piece);
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
  runtime::protocol_time parked_{};  // since when
  bool parsing_ = false;
  bool interim_ = false;      // the message being received is an interim response
  bool final_begun_ = false;  // the head of the final response was received
  bool left_http_ = false;
  bool not_reusable_ = false;  // something came that was not asked for
};

}  // namespace anode::client
