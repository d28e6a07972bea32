// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "exchange/incoming_state.hpp"
#include "exchange/outgoing_state.hpp"
#include "http1/parser.hpp"
#include "policy/connection_pool.hpp"
#include "policy/retry.hpp"

#include <anode/agent.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <string>

namespace anode::client {

class agent_impl;
class http1_client_connection;

/// The state behind an `http::client_request`: what is sent.
class client_request_state final : public exchange::outgoing_state {
public:
  using exchange::outgoing_state::outgoing_state;
  using exchange::outgoing_state::send_soon;

  void reset_fast() override;

  /// Makes the head at once, before anything is known of a body: for headers that are given as
  /// they are to be sent, and for `Expect`, with which the head also leaves at once.
  void fix_head();

  std::string method = "GET";
  std::string target = "/";
  bool has_agent = true;
  std::string proxied_authority;  ///< of the target that a proxy gets; Host has to be the same

  /// Refuses a Host that differs from `proxied_authority`.
  void check_host() const;

private:
  message::outgoing_framing write_head(std::string& out,
                                       std::optional<std::uint64_t> content_length) override;
};

/// How far an exchange has come: what is to be forgotten when the object is used again.
class exchange_progress {
protected:
  error_code error_;
  std::string_view error_reason_;  // of static storage, with a response that is not HTTP
  std::size_t bytes_parsed_ = 0;
  http::request_phase phase_ = http::request_phase::connect;
  std::uint64_t sent_before_ = 0;  // bytes of the connection before this exchange
  std::uint64_t received_before_ = 0;
  std::uint64_t sent_ = 0;          // once the connection is gone
  std::uint64_t sent_earlier_ = 0;  // of `sent_`, by connections that failed
  std::uint64_t received_ = 0;
  std::optional<std::chrono::milliseconds> timeout_;
  unsigned response_handles_ = 0;
  unsigned retries_ = 0;
  std::size_t interim_responses_ = 0;
  std::size_t interim_bytes_ = 0;
  bool reused_ = false;
  bool waited_ = false;
  bool timeout_set_ = false;  // by the program, after the request was made
  bool continued_ = false;
  bool response_ready_ = false;     // its head is here
  bool response_acquired_ = false;  // the user has it
  bool response_done_ = false;
  bool request_done_ = false;
  bool handle_dropped_ = false;
  bool returned_to_pool_ = false;  // the connection went back to the pool
  bool peer_ended_ = false;        // when the response ended
  bool closed_ = false;            // no more is to come from the connection
  bool aborted_ = false;
  // What is to be told at the end of the turn, and what was told.
  bool pending_head_ = false;
  bool pending_socket_ = false;
  bool pending_abort_ = false;
  bool abort_last_ = false;  // it was called before the connection was told
  bool pending_error_ = false;
  bool pending_discard_ = false;
  bool timeout_wanted_ = false;          // by the request; the response's may be set alone
  bool response_timeout_first_ = false;  // of the two that are told
  bool timeout_notified_ = false;
  bool close_notified_ = false;
  bool pending_finish_ = false;  // it ended when its connection was handed over
};

/// One request of a client and its response, from `agent.request` until both are over. Reused.
class client_exchange final : public runtime::deferred_task,
                              public exchange::outgoing_state::observer,
                              public exchange::incoming_state::observer,
                              private exchange_progress {
public:
  explicit client_exchange(net::any_io_executor const& ex);
  ~client_exchange() override = default;

  /// Begins a request of the agent, as `options` says; the agent takes the object back when it is
  /// over.
  void begin(agent_impl& agent);

  http::request_options options;
  std::string name;  ///< of the origin, in the pool
  policy::request_id id;
  message::unique_headers unique;
  client_request_state request;
  exchange::incoming_state response;

  agent_impl& agent() noexcept { return *agent_; }

  // For the agent and the connection.

  /// Gives the request a connection: what was written goes out, once it is connected.
  /// @param waited whether the request had been queued before
  void assign(http1_client_connection& c, bool reused, bool waited);

  /// Says that the connection, which was given while it was being made, is there.
  void connected();

  /// Tells which connection the request has got, if that was not told.
  void notify_socket();

  /// Says that the request has lost its connection, or will have none.
  /// @param cause the exception behind that, if there is one
  void fail(error_code ec, http::request_phase phase, std::string message = {},
            std::exception_ptr cause = nullptr);

  /// Says that the agent has given up the request's connection.
  void abort_response();

  /// Says that what was received is not HTTP.
  /// @param packet what was received last
  /// @param behind whether the response is complete: then it is only told
  void fail_to_parse(http1::parse_error const& e, std::string_view packet, bool behind);

  /// The head of the final response is in `response.head`.
  /// @param wait whether coroutines that wait for it go on only at `notify_head`
  void response_begun(bool wait);

  /// Lets coroutines go on that wait for the head, if they have not.
  void notify_head();

  /// Returns whether the request may get this interim response, by number and bytes.
  bool may_inform(message::message_head const& head) noexcept;

  /// Returns whether the request has asked to leave HTTP in the way that this 101 says.
  bool awaits_switch(message::message_head const& head) const noexcept {
    return head.upgrade && request.method != "CONNECT" && request.headers.contains("Upgrade");
  }

  /// An interim response.
  void information(message::message_head const& head);

  /// The response is complete.
  void response_ended();

  /// HTTP has ended on the connection, which is the user's now.
  void upgraded(detail::ptr<stream::buffered_socket> socket);

  /// Takes back all that was written, of which nothing has left, from a connection that cannot be
  /// used. @return whether the request still needs one
  bool leave_stale(http1_client_connection& c);

  /// Reports that bytes of the request have left.
  void output_moved(stream::write_queue::position sent);

  /// Reports that the connection was closed; `ec` says why, if it failed.
  void connection_closed(error_code ec);

  /// Reports that nothing has happened on the connection for its timeout.
  void timed_out();

  /// Returns whether a request that did not have to wait got a connection used before.
  /// **Node**: `reusedSocket`.
  bool reused() const noexcept { return reused_ && !waited_; }
  bool aborted() const noexcept { return aborted_; }
  bool response_done() const noexcept { return response_done_; }

  /// Returns how often the request was sent again.
  unsigned retries() const noexcept { return retries_; }

  // For the user.

  /// Ends the request and waits for the response; drops the handle then.
  static net::awaitable<http::incoming_message> get(detail::ptr<client_exchange> self,
                                                    http::client_request request);
  static net::awaitable<http::incoming_message> wait_response(detail::ptr<client_exchange> self);
  static net::awaitable<http::upgrade_result> wait_upgraded(detail::ptr<client_exchange> self);
  static net::awaitable<bool> wait_continued(detail::ptr<client_exchange> self);

  /// Destroys the request. **Node**: `request.abort()`.
  void abort();

  void set_timeout(std::chrono::milliseconds timeout);
  void set_max_headers_count(std::size_t lines);
  void set_no_delay(bool on);
  void set_keep_alive(bool on, std::chrono::milliseconds delay);
  void drop_request_handle();
  void add_response_handle() noexcept { ++response_handles_; }

  runtime::event<http::information const&>& on_information() noexcept { return on_information_; }
  runtime::event<>& on_continue() noexcept { return on_continue_; }
  runtime::event<anode::socket>& on_socket() noexcept { return on_socket_; }
  runtime::event<>& on_timeout() noexcept { return on_timeout_; }
  runtime::event<>& on_abort() noexcept { return on_abort_; }
  runtime::event<http::request_error const&>& on_error() noexcept { return on_error_; }
  detail::function<void(http::incoming_message)> on_response;
  detail::function<void(http::incoming_message, anode::socket)> on_upgrade;
  detail::function<void(http::incoming_message, anode::socket)> on_connect;

  // outgoing::target and incoming::source.
  void on_message_ended() override;
  void on_misuse() override;
  void destroy_exchange(error_code ec) override;
  void want_body() override;
  stream::buffered_socket* core() noexcept override;
  void end_notified() override;
  void handle_dropped() override;
  void wait_cancelled() override;
  void read_cancelled() override;
  void throw_failure() const override;

  void run_deferred() override;

private:
  struct deadline_timer final : runtime::timer {
    client_exchange* of = nullptr;
    void expired() override;
  };

  void dispose() noexcept override;
  void drop_user_objects() noexcept;
  http::incoming_message acquire_response();
  http::incoming_message response_handle();
  void disconnect_signal() noexcept;
  http::request_phase phase() const;
  void release_if_done();
  void return_to_pool();
  policy::retry_decision judge() const;
  void note_error(error_code ec, http::request_phase phase, std::string message);
  void detach();
  void detach_after_error(error_code ec);
  void discard_later();
  void count_bytes(http1_client_connection& c);
  void notify_error();
  void notify_abort();
  void notify_request_close();
  void notify_response_close();
  void drop_listeners();
  bool settled() const noexcept { return response_ready_ || error_ || closed_; }
  http::request_error make_error() const { return make_error(error_, phase_, error_message_); }
  http::request_error make_error(error_code ec, http::request_phase phase, std::string text) const;

  detail::ptr<agent_impl> agent_;
  detail::ptr<http1_client_connection> connection_;
  detail::ptr<http1_client_connection> leaving_;  // to be handed back to the agent
  runtime::async_condition changed_;
  deadline_timer deadline_;
  runtime::event<http::information const&> on_information_;
  runtime::event<> on_continue_;
  runtime::event<anode::socket> on_socket_;
  runtime::event<> on_timeout_;
  runtime::event<> on_abort_;
  runtime::event<http::request_error const&> on_error_;
  detail::ptr<stream::buffered_socket> upgraded_socket_;
  std::string error_message_;
  std::shared_ptr<std::string const> raw_packet_;  // with a response that is not HTTP
  std::exception_ptr cause_;
};

}  // namespace anode::client
