// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace support {

namespace net = boost::asio;

/// Runs a coroutine and all its work to the end, and rethrows its exception. A test that exceeds
/// the time limit fails.
inline void run(net::io_context& io, net::awaitable<void> test,
                std::chrono::seconds limit = std::chrono::seconds(30)) {
  bool done = false;
  std::exception_ptr error;
  net::co_spawn(io, std::move(test), [&](std::exception_ptr e) {
    done = true;
    error = e;
  });
  auto const until = std::chrono::steady_clock::now() + limit;
  io.restart();
  while (!done && std::chrono::steady_clock::now() < until) {
    if (io.run_one_until(until) == 0) {
      break;
    }
  }
  if (error) {
    std::rethrow_exception(error);
  }
  REQUIRE(done);
}

/// Runs all handlers until no work is left.
inline void settle(net::io_context& io, std::chrono::seconds limit = std::chrono::seconds(30)) {
  io.restart();
  io.run_for(limit);
}

}  // namespace support
