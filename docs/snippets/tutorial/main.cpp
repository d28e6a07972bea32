// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "notes.hpp"

#include <anode/https.hpp>
#include <anode/web/access_log.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>

namespace https = anode::https;
namespace tls = anode::tls;
using namespace std::chrono_literals;

namespace {

// [tls]
std::unique_ptr<http::server> make_server(net::any_io_executor ex, char const* cert,
                                          char const* key) {
  http::server_options options;
  options.keep_alive_timeout = 65s;  // longer than nginx keeps idle connections
  options.drain_idle_timeout = 5s;   // a drain waits no longer for their next request
  if (cert == nullptr || key == nullptr) {
    return std::make_unique<http::server>(ex, options);
  }
  tls::server_options id;
  id.cert_file = cert;
  id.key_file = key;
  return std::make_unique<https::server>(ex, tls::context(id), options);
}
// [tls]

// [drain]
net::awaitable<void> drain_on_signal(http::server& server, anode::service_notifier const& service,
                                     net::cancellation_signal& end) {
  net::signal_set signals{server.get_executor(), SIGINT, SIGTERM};
  co_await signals.async_wait(net::use_awaitable);
  signals.clear();  // a second signal ends the program at once
  service.stopping("finishes the requests in progress");
  http::drain_result const result = co_await server.drain(10s);
  std::cerr << result.finished << " connections ended, " << result.cut << " were cut\n";
  end.emit(net::cancellation_type::terminal);  // ends keep_watchdog, and then io.run() returns
}
// [drain]

// [listen]
void listen(http::server& server) {
  for (anode::inherited_listener& socket : anode::inherited_listeners()) {
    server.listen(std::move(socket));  // of systemd: see notes.socket
    return;
  }
  char const* const port = std::getenv("PORT");
  http::listen_options at;
  at.host = "127.0.0.1";
  at.port = static_cast<std::uint16_t>(port != nullptr ? std::atoi(port) : 8000);
  at.reuse_port = true;  // several processes share the port
  server.listen(at);
}
// [listen]

}  // namespace

// [main]
int main() try {
  net::io_context io{1};
  notes all{http::agent{io.get_executor(), {.keep_alive = true}}};
  web::router app;
  // [metrics]
  web::metrics metrics;
  app.use(metrics.layer());
  app.use(web::access_log([](std::string_view line) { std::cout << line << '\n'; }));
  app.get("/healthz", [](web::context& c) { c.send("ok\n"); });
  app.get("/metrics", [metrics](web::context& c) { c.send(metrics.text()); });
  // [metrics]
  all.add_routes(app);

  auto const server = make_server(io.get_executor(), std::getenv("CERT"), std::getenv("KEY"));
  server->on_request(app);
  listen(*server);

  anode::service_notifier const service;  // does nothing without systemd
  net::cancellation_signal end;
  net::co_spawn(io, service.keep_watchdog(io.get_executor()),
                net::bind_cancellation_slot(end.slot(), net::detached));
  net::co_spawn(io, drain_on_signal(*server, service, end), net::detached);
  service.ready();
  std::cout << "listening on port " << server->address().port << std::endl;
  io.run();
} catch (std::exception const& e) {
  std::cerr << "notes: " << e.what() << '\n';
  return EXIT_FAILURE;
}
// [main]
