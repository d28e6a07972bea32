// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/header_validation.hpp"
#include "policy/request_dispatch.hpp"
#include "policy/request_timeouts.hpp"
#include "runtime/event.hpp"
#include "runtime/shutdown_hook.hpp"
#include "server/date_cache.hpp"
#include "server/exchange_record.hpp"
#include "server/handler_runner.hpp"
#include "server/http1_server_connection.hpp"
#include "server/server_exchange.hpp"
#include "server/shared_handler.hpp"
#include "stream/socket_context.hpp"
#include "transport/listener.hpp"

#include <anode/server.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace anode::server {

/// The state behind an `http::server`: handlers, listening socket, connections and their timeouts.
/// It lives as long as one of them is active.
class server_impl final : public detail::counted,
                          private runtime::shutdown_hook,
                          private transport::listener::accept_observer {
public:
  server_impl(net::any_io_executor ex, http::server_options options,
              detail::ptr<detail::secure_server> secure = nullptr);
  ~server_impl() override;

  net::any_io_executor const& executor() const noexcept { return timers_->executor(); }
  runtime::timers& clock() noexcept { return *timers_; }
  detail::ptr<stream::socket_context> const& sockets() const noexcept { return timers_; }
  http::server_options const& options() const noexcept { return options_; }
  detail::secure_server* secure() const noexcept { return secure_.get(); }
  void set_options(http::server_options options);

  /// Returns whether header values may have any bytes but NUL, CR and LF.
  bool relaxed_values() const noexcept { return relaxed_values_; }

  /// Returns the whole Date field line for now.
  std::string_view date_line() { return date_.line(*timers_); }

  /// Returns the whole Keep-Alive field line.
  std::string_view keep_alive_line() const noexcept { return keep_alive_line_; }

  /// Returns the fields of the fast-path head (see http1/head_writer_fast_path.hpp) for now.
  std::string_view fast_path_fields();

  /// Returns the names of the `unique_headers` option; null if there are none.
  std::shared_ptr<message::unique_headers const> const& unique_headers() const noexcept {
    return unique_headers_;
  }
  policy::dispatch_context make_dispatch_context() const noexcept;

  /// Calls `should_upgrade_callback` for a request with an Upgrade header. Returns nothing if the
  /// option is not set.
  std::optional<bool> wants_upgrade(http::incoming_message const& req) const;

  /// Returns a parser, reused if possible.
  /// @param age set to the value that `recycle_parser` needs
  http1::parser acquire_parser(unsigned& age);

  /// Returns the number of times that the options of parsers were set.
  unsigned parser_generation() const noexcept { return parser_generation_; }

  /// Takes back a parser that is between two messages. Idle connections own no parser.
  void recycle_parser(http1::parser& decoder, unsigned age);

  policy::connection_timers& connection_timers() noexcept { return connection_timers_; }

  /// Returns whether `drain` was called: responses then announce `Connection: close`.
  bool draining() const noexcept { return draining_; }
  bool closing() const noexcept { return closing_ || released_; }

  // Listening and closing.

  void listen(transport::listen_target const& target, http::proxy_protocol_options const& proxies);

  /// Accepts from a listening descriptor, which this object then owns.
  void listen(native_handle_type descriptor, http::proxy_protocol_options const& proxies);
  bool listening() const noexcept { return listener_ != nullptr && listener_->is_open(); }
  endpoint address() const;

  /// Serves a stream that the program has accepted.
  void serve(std::unique_ptr<byte_stream> stream);

  /// Stops listening and closes idle connections. Emits `close` when no connection is left.
  void close();
  void close_idle_connections();
  void close_all_connections();
  static net::awaitable<http::drain_result> drain(detail::ptr<server_impl> self,
                                                  std::chrono::milliseconds grace);
  static net::awaitable<void> wait_closed(detail::ptr<server_impl> self);

  /// Releases all resources, because the `http::server` object is destroyed.
  void release();

  /// Returns the number of connections, including upgraded sockets.
  std::size_t connection_count() const noexcept {
    return connection_count_ + upgraded_sockets_.size();
  }

  std::vector<http::connection_info> connections() const;

  // For connections.

  void add(http1_server_connection& c);
  void remove(http1_server_connection& c);

  /// Notifies the trace and the listeners of a connection whose addresses are known.
  void opened(http1_server_connection& c);

  /// Counts a connection whose socket is closed.
  void connection_ended() noexcept { ++ended_connections_; }

  /// Tracks a socket that has left HTTP, for closing and draining.
  /// @param record of the connection; null if no trace observes it
  void track_upgraded(detail::ptr<stream::buffered_socket> socket,
                      detail::ptr<connection_record> record);

  /// Returns whether an exchange was observed: from then on each one records when it begins.
  bool times_requests() const noexcept { return times_requests_; }
  void time_requests() noexcept { times_requests_ = true; }

  /// Calls a hook of a trace, if it is set. An exception goes to `on_error`.
  template <class... Parameters, class... Args>
  void call_hook(std::function<void(Parameters...)> const& hook, Args&&... args) {
    if (hook) {
      try {
        hook(std::forward<Args>(args)...);
      } catch (...) {
        report(std::current_exception());
      }
    }
  }

  /// Reports a closed connection to the trace of its record.
  void trace_closed(connection_record const& record, stream::buffered_socket& socket);

  /// Starts the keep-alive timeout of a connection.
  void became_idle(http1_server_connection& c);

  /// Runs the handler of an event for an exchange.
  void run(shared_handler<http::handler> const& h, server_exchange& exchange);
  void run(shared_handler<http::upgrade_handler> const& h, server_exchange& exchange,
           anode::socket socket);

  /// Returns an exchange, reused if possible.
  detail::ptr<server_exchange> acquire_exchange();
  void recycle(server_exchange& exchange) noexcept;

  /// Keeps an idle runner for the next handler.
  /// @return false if the runner must stop
  bool recycle_runner(handler_runner& runner);

  /// Emits `error`. Without listeners, prints the error to standard error.
  /// @param of the exchange whose handler threw, or null
  void report(std::exception_ptr e, server_exchange* of = nullptr);

  struct handlers final : detail::counted {
    shared_handler<http::handler> request;
    shared_handler<http::handler> check_continue;
    shared_handler<http::handler> check_expectation;
    shared_handler<http::upgrade_handler> upgrade;
    shared_handler<http::upgrade_handler> connect;
    shared_handler<detail::function<void(http::client_error const&, anode::socket)>> client_error;
    shared_handler<detail::function<void(http::incoming_message&, anode::socket)>> drop_request;
    shared_handler<detail::function<void(anode::socket)>> timeout;
    shared_handler<
        detail::function<bool(http::incoming_message&, http::server_response&, std::exception_ptr)>>
        handler_error;
    shared_handler<http::server_trace> trace;  // empty if no hook is set
    runtime::event<anode::socket> connection;
    runtime::event<anode::socket> secure_connection;
    runtime::event<> listening;
    runtime::event<> close;
    runtime::event<http::drop_facts const&> drop;
    runtime::event<std::exception_ptr> error;
  };

  /// Returns the handlers. They may change while one of them runs: copy a pointer before the call.
  detail::ptr<handlers> const& on() const noexcept { return handlers_; }

private:
  struct check final : runtime::timer {
    server_impl* of = nullptr;
    void expired() override { of->check_connections(); }
  };
  struct idle_check final : runtime::timer {
    server_impl* of = nullptr;
    void expired() override { of->check_idle(); }
  };

  void on_context_shutdown() override;
  void on_accept(std::unique_ptr<byte_stream> stream) override;
  void on_accept_error(error_code ec) override;
  void require_not_listening() const;
  void start_listening(detail::ptr<transport::listener> const& on,
                       http::proxy_protocol_options const& proxies);
  void drop(byte_stream& stream);
  detail::ptr<stream::buffered_socket> begin(std::unique_ptr<byte_stream> stream,
                                             bool proxied = false);
  void trace_opened(http1_server_connection& c);
  void check_connections();
  void check_idle();
  void drop_checks();
  void check_closed();
  void close_drained();
  void destroy_upgraded();
  void apply_options();
  policy::request_timeouts request_timeouts() const noexcept;
  detail::ptr<handler_runner> acquire_runner();
  void stop_runners();

  http::server_options options_;
  detail::ptr<detail::secure_server> secure_;  // null: connections are not encrypted
  detail::ptr<stream::socket_context> timers_;
  detail::ptr<handlers> handlers_{new handlers};
  detail::ptr<transport::listener> listener_;
  std::unique_ptr<http::proxy_protocol_options const> proxies_;  // null: no PROXY protocol
  policy::connection_timers connection_timers_;
  policy::request_timeouts timeouts_;
  check check_;
  idle_check idle_check_;
  std::vector<http1::parser> spare_parsers_;
  unsigned parser_generation_ = 0;  // counts the changes of the parser options
  date_cache date_;
  std::string keep_alive_line_;
  std::string fast_path_fields_;
  base::steady_time fast_path_fields_until_{};  // valid as long as the date in them
  std::shared_ptr<message::unique_headers const> unique_headers_;
  http1_server_connection* connections_ = nullptr;
  std::size_t connection_count_ = 0;
  std::uint64_t ended_connections_ = 0;
  std::unordered_map<stream::buffered_socket*, detail::ptr<stream::buffered_socket>>
      upgraded_sockets_;
  std::vector<server_exchange*> spare_exchanges_;
  std::vector<detail::ptr<handler_runner>> spare_runners_;
  runtime::async_condition changed_;
  bool accepted_no_delay_ = false;  // accepted sockets inherit TCP_NODELAY from the listener
  bool closing_ = false;            // `close` is still to be emitted
  bool draining_ = false;
  bool times_requests_ = false;
  bool unhandled_reported_ = false;
  bool relaxed_values_ = false;
  bool released_ = false;
  bool context_shut_down_ = false;
};

}  // namespace anode::server
