// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Time and waits of a test.
#include "web/files/blocking_pool.hpp"

#include <anode/web/testing.hpp>

#include <thread>

namespace anode::web::testing {

void settle(event_loop& loop) {
  constexpr std::chrono::seconds most(30);
  constexpr std::chrono::microseconds pause(100);
  auto const until = std::chrono::steady_clock::now() + most;
  while (true) {
    // What has finished before this call has posted its result.
    blocking_count const before = count_blocking(loop.context());
    loop.settle();
    if (before.unfinished == 0 && count_blocking(loop.context()).started == before.started) {
      return;
    }
    if (std::chrono::steady_clock::now() > until) {
      throw mismatch("Blocking work has taken more than 30 s");
    }
    if (before.unfinished != 0) {
      std::this_thread::sleep_for(pause);
    }
  }
}

std::chrono::steady_clock::time_point manual_clock::now() {
  return std::chrono::steady_clock::time_point(passed_);
}

std::chrono::sys_seconds manual_clock::date() {
  constexpr std::chrono::sys_seconds start(std::chrono::seconds(784'111'777));
  return start + std::chrono::floor<std::chrono::seconds>(passed_);
}

net::awaitable<void> manual_clock::wait(net::any_io_executor, std::chrono::milliseconds time) {
  waits_.push_back(time);
  advance(time);
  co_return;
}

}  // namespace anode::web::testing
