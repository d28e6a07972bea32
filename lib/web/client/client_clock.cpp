// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/web/client_clock.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace anode::web {

namespace {

// Does not use the clock, which may be destroyed during the wait.
net::awaitable<void> wait_for(net::any_io_executor ex, std::chrono::milliseconds time) {
  net::steady_timer timer(ex, time);
  co_await timer.async_wait(net::use_awaitable);
}

}  // namespace

std::chrono::steady_clock::time_point client_clock::now() {
  return std::chrono::steady_clock::now();
}

std::chrono::sys_seconds client_clock::date() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

net::awaitable<void> client_clock::wait(net::any_io_executor ex, std::chrono::milliseconds time) {
  return wait_for(std::move(ex), time);
}

}  // namespace anode::web
