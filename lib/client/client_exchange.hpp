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
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace anode::client {

class agent_impl;
class http1_client_connection;
struct exchange_watch;

/// The state behind an `http::client_request`: the outgoing message.
class client_request_state final : public exchange::outgoing_state {
public:
  using exchange::outgoing_state::outgoing_state;
  using exchange::outgoing_state::send_soon;

  void reset_fast() override;

  /// Writes the head before a body is known. Needed for raw headers, which are sent unchanged, and
  /// for `Expect`, whose head is also sent immediately.
  void fix_head();

  std::string method = "GET";
  std::string target = "/";
  bool has_agent = true;
  std::string proxied_authority;  ///< the authority in the target for a proxy; Host must match

  /// Throws if the Host header differs from `proxied_authority`.
  void check_host() const;

private:
  message::outgoing_framing write_head(std::string& out,
                                       std::optional<std::uint64_t> content_length) override;
  bool write_whole(std::string& out, std::string_view body,
                   message::outgoing_framing& framing) override;
  bool filters_empty_body() const noexcept override;
};

/// The progress of an exchange. It is reset when the object is reused.
class exchange_progress {
protected:
  error_code error_;
  std::string_view error_reason_;  // static storage; set by the parser and by TLS
  std::size_t bytes_parsed_ = 0;
  http::request_phase phase_ = http::request_phase::connect;
  std::uint64_t sent_before_ = 0;  // bytes of the connection before this exchange
  std::uint64_t received_before_ = 0;
  std::uint64_t sent_ = 0;          // final count, set when the connection is detached
  std::uint64_t sent_earlier_ = 0;  // the part of `sent_` on failed connections
  std::uint64_t received_ = 0;
  std::optional<std::chrono::milliseconds> timeout_;
  unsigned response_handles_ = 0;
  unsigned retries_ = 0;
  std::size_t interim_responses_ = 0;
  std::size_t interim_bytes_ = 0;
  bool reused_ = false;
  bool waited_ = false;
  bool watched_ = false;      // a trace or a time limit observes the request
  bool timeout_set_ = false;  // set by the program after the request was created
  bool continued_ = false;
  bool response_ready_ = false;     // the head was received
  bool response_acquired_ = false;  // the user has the response
  bool response_done_ = false;
  bool request_done_ = false;
  bool handle_dropped_ = false;
  bool returned_to_pool_ = false;  // the connection was returned to the pool
  bool peer_ended_ = false;        // the peer had half-closed at the end of the response
  bool closed_ = false;            // the connection delivers no further events
  bool aborted_ = false;
  // Notifications that are pending until the end of the tick, and those already emitted.
  bool pending_head_ = false;
  bool pending_socket_ = false;
  bool pending_abort_ = false;
  bool abort_last_ = false;  // `abort` was called before `socket` was emitted
  bool pending_error_ = false;
  bool pending_discard_ = false;
  bool timeout_wanted_ = false;          // the request itself has a timeout, not only the response
  bool response_timeout_first_ = false;  // emit the response's `timeout` first
  bool timeout_notified_ = false;
  bool close_notified_ = false;
  bool pending_finish_ = false;  // the message ended after an upgrade
};

/// One client request and its response, from `agent.request` until both are complete. Reused.
class client_exchange final : public runtime::deferred_task,
                              public exchange::outgoing_state::observer,
                              public exchange::incoming_state::observer,
                              private exchange_progress {
public:
  explicit client_exchange(net::any_io_executor const& ex);
  ~client_exchange() override;

  /// Starts a request with `options`. The agent reuses the object when the request is complete.
  void begin(agent_impl& agent);

  http::request_options options;
  std::string url;                  ///< not empty: the options are those of a GET request for it
  unsigned options_generation = 0;  ///< of the agent, when the options were completed
  std::string name;                 ///< the pool key of the origin
  policy::request_id id;
  message::unique_headers unique;
  client_request_state request;
  exchange::incoming_state response;

  agent_impl& agent() noexcept { return *agent_; }

  // For the agent and the connection.

  /// Assigns a connection. Buffered output is sent once it is connected.
  /// @param reused whether the connection has carried another exchange
  /// @param waited whether the request was queued before
  void assign(http1_client_connection& c, bool reused, bool waited);

  /// Notifies the request that its assigned connection is now connected.
  void connected();

  /// Emits `socket`, unless it was emitted.
  void notify_socket();

  /// Fails the request: it has lost its connection, or cannot get one.
  /// @param cause the exception that caused the failure, if any
  /// @param reason OpenSSL's name of the failure, if it has one; static storage
  void fail(error_code ec, http::request_phase phase, std::string message = {},
            std::exception_ptr cause = nullptr, std::string_view reason = {});

  /// Fails the request because the agent has closed its connection.
  void abort_response();

  /// Fails the request because the input is not valid HTTP.
  /// @param packet the last received bytes
  /// @param behind whether the response is complete; then only the error is emitted
  void fail_to_parse(http1::parse_error const& e, std::string_view packet, bool behind);

  /// Handles the head of the final response, which is in `response.head`.
  /// @param wait whether coroutines that wait for the head resume only at `notify_head`
  void response_begun(bool wait);

  /// Resumes the coroutines that wait for the head, once.
  void notify_head();

  /// Returns whether an interim response is within the limits on number and bytes.
  bool may_inform(message::message_head const& head) noexcept;

  /// Returns whether the request has asked for the upgrade that a 101 response confirms.
  bool awaits_switch(message::message_head const& head) const noexcept {
    return head.upgrade && request.method != "CONNECT" && request.headers.contains("Upgrade");
  }

  /// Emits `continue` and `information` for an interim response.
  void information(message::message_head const& head);

  /// Handles the end of the response.
  void response_ended();

  /// Detaches the connection for the user after an upgrade or CONNECT.
  void upgraded(detail::ptr<stream::buffered_socket> socket);

  /// Moves all output of the request away from a stale connection, which has sent none of it.
  /// @return whether the request still needs a connection
  bool leave_stale(http1_client_connection& c);

  /// Handles progress of the output: emits `finish` or `drain`.
  void output_moved(stream::write_queue::position sent);

  /// Handles the close of the connection: retries or fails the request.
  /// @param ec the reason, if the connection failed
  /// @param write the error of a write before it was closed, if one failed
  void connection_closed(error_code ec, error_code write);

  /// Handles the inactivity timeout of the connection.
  void timed_out();

  /// Returns whether the request got a used connection without waiting. **Node**: `reusedSocket`.
  bool reused() const noexcept { return reused_ && !waited_; }
  bool aborted() const noexcept { return aborted_; }
  bool response_done() const noexcept { return response_done_; }

  /// Returns the number of retries.
  unsigned retries() const noexcept { return retries_; }

  // For traces and time limits. Only `watched` may be called for an exchange that is not watched.

  /// Returns whether hooks or limits observe the exchange.
  bool watched() const noexcept { return watched_; }

  /// Begins to observe a new request, and calls `created`.
  /// @return false if the hook has destroyed the request
  bool begin_watch(std::shared_ptr<http::client_trace const> const& of_agent);

  void watch_queued();

  /// Calls `failed`, because the head cannot be made and the caller gets an exception.
  void watch_failed_head(std::exception_ptr cause);

  /// Handles input before it is parsed: calls `first_byte`.
  void watch_input();

  /// Handles progress of the output.
  void watch_output();
  void watch_lookup(std::string_view host);
  void watch_lookup_done(std::span<endpoint const> found, error_code ec);
  void watch_attempt(endpoint const& to);
  void watch_attempt_done(endpoint const& to, error_code ec);
  void watch_tunnel(std::string_view proxy, int status);
  void watch_secure(secure_info const& info, bool with_proxy);

  // For the user.

  /// Ends the request, waits for the response, and destroys the request's handle.
  static net::awaitable<http::incoming_message> get(detail::ptr<client_exchange> self,
                                                    http::client_request request);

  /// Ends the request with a body, waits for the response, and destroys the request's handle.
  static net::awaitable<http::incoming_message> send(detail::ptr<client_exchange> self,
                                                     http::client_request request,
                                                     std::string body);
  static net::awaitable<http::incoming_message> wait_response(detail::ptr<client_exchange> self);
  static net::awaitable<http::upgrade_result> wait_upgraded(detail::ptr<client_exchange> self);
  static net::awaitable<bool> wait_continued(detail::ptr<client_exchange> self);

  /// Destroys the request. **Node**: `request.abort()`.
  void abort();

  void set_timeout(std::chrono::milliseconds timeout);
  void set_max_headers_count(std::size_t lines);
  void set_no_delay(bool on);
  void set_keep_alive(keep_alive_probes const& probes);
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

  // outgoing_state::observer and incoming_state::observer.
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
  std::exception_ptr cause() const noexcept override { return cause_; }

  void run_deferred() override;

private:
  struct deadline_timer final : runtime::timer {
    client_exchange* of = nullptr;
    void expired() override;
  };

  void dispose() noexcept override;
  void drop_user_objects() noexcept;
  template <class Hook, class... Args>
  void call_hook(Hook http::client_trace::* hook, Args const&... args);
  void end_watch() noexcept;
  void watch_assigning(http1_client_connection& c);
  void watch_socket();
  void watch_sent();
  void watch_information(message::message_head const& head);
  void watch_response();
  void watch_complete();
  void watch_finished();
  void watch_retried();
  void watch_failed(http::request_error const& e);
  void watch_close();
  void stop_limits() noexcept;
  void head_expired();
  void idle_expired();
  bool awaits_peer();
  static void fill(http::information& info, message::message_head const& head);
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
  detail::ptr<http1_client_connection> leaving_;  // to be released to the agent
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
  std::shared_ptr<std::string const> raw_packet_;  // set after a parse error
  std::exception_ptr cause_;
  std::unique_ptr<exchange_watch> watch_;  // made for the first request that is watched
};

}  // namespace anode::client
