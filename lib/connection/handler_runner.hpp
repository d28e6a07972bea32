// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "connection/server_exchange.hpp"
#include "connection/wait_point.hpp"

#include <anode/server.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <optional>

namespace anode::connection {

class server_core;

/// A coroutine that runs handlers, one after the other, each in place as far as it goes without
/// waiting. Starting a handler so costs no coroutine of its own and no trip through the scheduler.
class handler_runner final : public detail::counted {
public:
  /// A handler to run on an exchange, of a request or of a socket that has left HTTP.
  struct job {
    detail::ptr<server_exchange> exchange;
    http::request_handler const* request = nullptr;
    http::upgrade_handler const* upgrade = nullptr;
    std::shared_ptr<void const> keep;  // the handlers' owner
    anode::socket socket;
  };

  handler_runner(server_core& server);

  /// Runs a handler; returns when it has finished or is waiting for something.
  void run(job j);

  /// Sends the handler that is running a `total` cancellation.
  void cancel() { cancel_.emit(net::cancellation_type::total); }

  /// Ends the coroutine, which must not be running a handler.
  void stop() { wake_.drop(); }

private:
  static net::awaitable<void> loop(detail::ptr<handler_runner> self);
  net::awaitable<void> call();

  server_core* server_;
  wait_point wake_;
  net::cancellation_signal cancel_;
  job job_;
  bool started_ = false;
};

/// Does what is left to do when a request handler has returned or thrown.
void handler_finished(server_core& server, server_exchange& exchange, std::exception_ptr error);

}  // namespace anode::connection
