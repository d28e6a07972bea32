// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Runs the coroutine of a sample that is a client: command line, agent, progress and errors.
#pragma once

#include "../tls_options.hpp"

#include <anode/web/fetch.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

#include <csignal>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace samples {

/// Returns whether stderr is a terminal.
inline bool has_terminal() {
#if __has_include(<unistd.h>)
  return ::isatty(STDERR_FILENO) == 1;
#else
  return false;
#endif
}

/// Returns a function that draws a bar on stderr, if that is a terminal.
inline anode::web::progress_function progress_bar() {
  constexpr int width = 40;
  return [last = -1](std::uint64_t done, std::optional<std::uint64_t> total) mutable {
    int const part =
        total && *total != 0 ? static_cast<int>(double(done) / double(*total) * width) : width;
    if (std::exchange(last, part) != part && has_terminal()) {
      std::string const bar(static_cast<std::size_t>(part), '#');
      fmt::print(stderr, "\r[{:<40}] {} KiB {}", bar, done / 1024, done == total ? "\n" : "");
    }
  };
}

/// Parses the command line, and runs a coroutine with an agent for http and, in a build with TLS,
/// for https. SIGINT and SIGTERM abort it.
/// @param line the options of the sample; --cacert is added.
/// @return the exit code of the program.
inline int run_client(options& line, int argc, char const* const* argv,
                      std::function<boost::asio::awaitable<void>(anode::http::agent)> const& work) {
  namespace net = boost::asio;
  client_tls tls;
  tls.add_to(line);
  line.parse(argc, argv);
  try {
    net::io_context io{1};
    anode::http::agent_options pool;
    pool.keep_alive = true;
    net::cancellation_signal abort;
    net::signal_set signals{io, SIGINT, SIGTERM};
    signals.async_wait([&abort](boost::system::error_code ec, int) {
      if (!ec) {
        abort.emit(net::cancellation_type::terminal);
      }
    });
    std::exception_ptr error;
    net::co_spawn(io, work(tls.make_agent(io.get_executor(), pool)),
                  net::bind_cancellation_slot(abort.slot(), [&](std::exception_ptr e) {
                    error = e;
                    signals.cancel();
                  }));
    io.run();
    if (error) {
      std::rethrow_exception(error);
    }
    return EXIT_SUCCESS;
  } catch (std::exception const& e) {
    fmt::print(stderr, "{}: {}\n", line.name(), e.what());
    return EXIT_FAILURE;
  }
}

}  // namespace samples
