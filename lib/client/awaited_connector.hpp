// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/async_condition.hpp"
#include "transport/connector.hpp"

#include <anode/error.hpp>

#include <string>
#include <string_view>

namespace anode::client {

/// A look-up or a connection attempt that a coroutine awaits.
struct awaited_connector : detail::counted {
  explicit awaited_connector(net::any_io_executor const& ex) : changed(ex) {}

  /// Called by the connector's callback, in a tick.
  void complete(error_code e) {
    ec = e;
    done = true;
    changed.notify();
  }

  /// Waits for `complete`. Cancels the connector if the wait is cancelled.
  net::awaitable<void> wait(detail::ptr<transport::connector> of);

  /// Throws the error, if there is one, with its phase and what was looked up or connected to.
  void check(std::string_view phase, std::string_view where) const {
    if (ec) {
      throw http::exception(error_code(ec.value(), ec.category()),
                            std::string(phase) + " " + std::string(http::code_name(ec)) + " " +
                                std::string(where) + " (" + ec.message() + ")");
    }
  }

  runtime::async_condition changed;
  error_code ec;
  bool done = false;
};

}  // namespace anode::client
