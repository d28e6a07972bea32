// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Runs the coroutine of a sample that is a client: command line, agent and errors in one call.
#pragma once

#include "../tls_options.hpp"

#include <anode/web/fetch.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <exception>
#include <functional>
#include <optional>

namespace samples {

/// Returns a function that draws a bar of `what` on stderr, if that is a terminal.
inline anode::web::progress_function progress_bar(std::string what) {
  return [what = std::move(what), last = -1](std::uint64_t done,
                                             std::optional<std::uint64_t> total) mutable {
    int const part = total && *total != 0 ? static_cast<int>(done * 40 / *total) : 40;
    if (std::exchange(last, part) != part) {
      fmt::print(stderr, "\r{} [{:<40}] {} KiB ", what, std::string(std::size_t(part), '#'),
                 done / 1024);
    }
  };
}

/// Parses the command line, and runs a coroutine with an agent for http and, in a build with TLS, for
/// https. SIGINT and SIGTERM abort it.
/// @param line the options of the sample; --cacert is added.
/// @return the exit code of the program.
inline int run_client(
    options& line, int argc, char const* const* argv,
    std::function<boost::asio::awaitable<void>(anode::http::agent)> const& work) {
  namespace net = boost::asio;
  client_tls tls;
  line.add(tls).parse(argc, argv);
  try {
    net::io_context io{1};
    anode::http::agent_options pool;
    pool.keep_alive = true;
    net::signal_set signals{io, SIGINT, SIGTERM};
    net::cancellation_signal abort;
    signals.async_wait([&](auto ec, int) { ec ? void() : abort.emit(net::cancellation_type::terminal); });
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
