// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/resume_handler.hpp"
#include "runtime/shutdown_hook.hpp"
#include "server/server_exchange.hpp"

#include <anode/server.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <exception>

namespace anode::server {

class server_impl;

/// A coroutine that runs handlers one after the other. A handler starts inside the call of `run`,
/// which saves a coroutine frame and a pass through the scheduler for each handler.
class handler_runner final : public detail::counted, private runtime::shutdown_hook {
public:
  explicit handler_runner(server_impl& server);
  ~handler_runner() override;

  /// Runs the coroutine of a request's handler. Returns when it finishes or suspends.
  /// @param h must stay valid while `keep` exists
  /// @param keep the owner of the handler
  void run(server_exchange& exchange, http::handler const& h, detail::ptr<detail::counted> keep,
           net::awaitable<void> work);

  /// Starts the handler of a socket that has left HTTP.
  void run(server_exchange& exchange, http::upgrade_handler const& h,
           detail::ptr<detail::counted> keep, anode::socket socket);

  /// Requests cancellation of the running handler. The signal has every cancellation type: the
  /// handler receives the types that it has enabled. Asio's operators forward only `terminal`.
  void cancel();

  /// Ends the coroutine. No handler may be running.
  void stop();

private:
  class next_job;

  static net::awaitable<void> loop(detail::ptr<handler_runner> self);
  void start(server_exchange& exchange, detail::ptr<detail::counted> keep);
  void finish(std::exception_ptr const& error);
  void end_job(server_impl& server, std::exception_ptr const& error);
  void on_context_shutdown() override { stop(); }

  server_impl* server_;
  runtime::resume_handler idle_;  // the suspended loop, between two handlers
  net::cancellation_signal cancel_;
  // The current job: an exchange, and one of two handlers.
  detail::ptr<server_exchange> exchange_;
  http::handler const* request_ = nullptr;
  http::upgrade_handler const* upgrade_ = nullptr;
  detail::ptr<detail::counted> keep_;
  net::awaitable<void> work_;  // of a request
  anode::socket socket_;
  bool started_ = false;
  bool stopped_ = false;
};

/// Completes the response after a request handler has returned or thrown. Without an exception,
/// ends the response. With one that the handler does not answer itself, sends a 500 response (413
/// for `body_too_large`) or destroys a response that has started, and reports the error.
void handler_finished(server_impl& server, server_exchange& exchange, http::handler const& h,
                      std::exception_ptr const& error);

}  // namespace anode::server
