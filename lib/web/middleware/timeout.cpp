// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/invalid.hpp"

#include <anode/web/limits.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace anode::web {
namespace {

/// Runs the rest of the chain. Stores its exception, because Asio's `||` would wait for the timer
/// after a failure.
net::awaitable<void> run_rest(next rest, std::exception_ptr& error) {
  try {
    co_await rest();
  } catch (...) {
    error = std::current_exception();
  }
}

net::awaitable<void> run_with_timeout(context& c, next rest, std::chrono::milliseconds time) {
  using namespace net::experimental::awaitable_operators;
  std::exception_ptr error;
  net::steady_timer timer(c.get_executor(), time);
  auto const first =
      co_await (run_rest(rest, error) || timer.async_wait(net::as_tuple(net::use_awaitable)));
  if (first.index() == 0) {
    if (error) {
      std::rethrow_exception(error);
    }
    co_return;
  }
  if (!c.res().writable_ended()) {
    throw http_error(503, "The request took too long");
  }
}

}  // namespace

layer timeout(std::chrono::milliseconds time) {
  if (time <= std::chrono::milliseconds(0)) {
    throw_invalid("The time of a timeout must be more than 0");
  }
  return [time](context& c, next rest) -> net::awaitable<void> {
    return run_with_timeout(c, rest, time);
  };
}

}  // namespace anode::web
