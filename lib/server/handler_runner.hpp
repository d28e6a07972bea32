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

/// A coroutine that runs handlers, one after the other, each in place as far as it goes without
/// waiting. Starting a handler so costs no coroutine of its own and no trip through the scheduler.
class handler_runner final : public detail::counted, private runtime::shutdown_hook {
public:
  explicit handler_runner(server_impl& server);
  ~handler_runner() override;

  /// Runs the handler of a request; returns when it has finished or is waiting for something.
  /// @param keep the owner of the handler
  void run(server_exchange& exchange, http::request_handler const& h,
           detail::ptr<detail::counted> keep);

  /// Runs the handler of a socket that has left HTTP.
  void run(server_exchange& exchange, http::upgrade_handler const& h,
           detail::ptr<detail::counted> keep, anode::socket socket);

  /// Sends the handler that is running a cancellation of every type: whichever the handler has
  /// enabled arrives, and what arrives is passed on by Asio's operators, which pass on `terminal`
  /// only.
  void cancel() {
    using net::cancellation_type;
    cancel_.emit(cancellation_type::terminal | cancellation_type::partial |
                 cancellation_type::total);
  }

  /// Ends the coroutine, which must not be running a handler.
  void stop();

private:
  class next_job;

  static net::awaitable<void> loop(detail::ptr<handler_runner> self);
  void start(server_exchange& exchange, detail::ptr<detail::counted> keep);
  void finish(std::exception_ptr const& error);
  void on_context_shutdown() override { stop(); }

  server_impl* server_;
  runtime::resume_handler idle_;  // the loop, between two handlers
  net::cancellation_signal cancel_;
  // The job: an exchange, and one of two handlers.
  detail::ptr<server_exchange> exchange_;
  http::request_handler const* request_ = nullptr;
  http::upgrade_handler const* upgrade_ = nullptr;
  detail::ptr<detail::counted> keep_;
  anode::socket socket_;
  bool started_ = false;
  bool stopped_ = false;
};

/// Does what is left to do when a request handler has returned or thrown.
void handler_finished(server_impl& server, server_exchange& exchange,
                      std::exception_ptr const& error);

}  // namespace anode::server
