// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A server that a service manager starts, as samples/systemd/ configures. It inherits its listening
// sockets, therefore clients wait during a restart and are not refused. It notifies the service
// manager when it is ready, while it is alive, and when it ends.

#include "options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <deque>
#include <exception>
#include <string>
#include <utility>

namespace http = anode::http;
namespace net = boost::asio;

void hello(http::incoming_message&, http::server_response& res) {
  res.set_header("Content-Type", "text/plain");
  res.end("Hello from a service!\n");
}

// Drains all servers on the first signal. The second signal has no handler, therefore it ends the
// program.
net::awaitable<void> drain_on_signal(std::deque<http::server>& servers,
                                     anode::service_notifier const& service,
                                     net::cancellation_signal& end, std::chrono::seconds grace) {
  net::signal_set signals{servers.front().get_executor(), SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  signals.clear();
  service.stopping("finishes the requests in progress");
  for (http::server& server : servers) {
    co_await server.drain(grace);
  }
  end.emit(net::cancellation_type::terminal);
}

int main(int argc, char** argv) try {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  unsigned grace = 5;
  samples::options{"service", "A server for systemd: inherits its sockets, notifies its state."}
      .add("--host", "ADDRESS", host, "address to listen on if no socket is inherited (127.0.0.1)")
      .add("--port", "PORT", port, "port, 0: any free port (8000)")
      .add("--grace", "SECONDS", grace, "time limit of a drain of one socket (5)")
      .parse(argc, argv);

  net::io_context io{1};
  std::deque<http::server> servers;  // one for each socket
  for (anode::inherited_listener& socket : anode::inherited_listeners()) {
    servers.emplace_back(io.get_executor(), hello).listen(std::move(socket));
  }
  if (servers.empty()) {
    servers.emplace_back(io.get_executor(), hello).listen(port, host);
  }

  anode::service_notifier const service;
  net::cancellation_signal end;
  net::co_spawn(io, service.keep_watchdog(io.get_executor()),
                net::bind_cancellation_slot(end.slot(), net::detached));
  net::co_spawn(io, drain_on_signal(servers, service, end, std::chrono::seconds(grace)),
                net::detached);
  samples::announce(servers.front().address());
  service.ready(fmt::format("serves {} sockets", servers.size()));
  io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "service: {}\n", e.what());
  return EXIT_FAILURE;
}
