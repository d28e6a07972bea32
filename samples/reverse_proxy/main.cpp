// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A reverse proxy. It forwards requests to upstream servers over persistent connections. Request
// and response bodies are streamed and never buffered completely. Both sides can use TLS: the
// clients with --cert, the servers with https URLs. With --pass-through, TLS connections are passed
// on by their server name, without decrypting them. SIGHUP reads the file of --config and the
// certificates again.

#include "../options.hpp"
#include "../proxy_kit/reload.hpp"
#include "runtime.hpp"

#include <anode/service.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>

namespace net = boost::asio;

namespace {

// Adds the server of --upstream. The number makes the names of repeated URLs unique.
void add_server(samples::pool_setting& to, std::string_view url) {
  samples::server_setting s;
  s.url = url;
  s.name = anode::proxy::upstream(url).name();
  for (samples::server_setting const& other : to.servers) {
    if (other.name == s.name) {
      s.name += fmt::format("#{}", to.servers.size());
      break;
    }
  }
  to.servers.push_back(std::move(s));
}

}  // namespace

int main(int argc, char** argv) try {
  samples::reverse_settings settings;
  samples::config_options config;
  samples::pool_setting pool;
  samples::listen_setting web;
  web.where.host = "127.0.0.1";
  web.where.port = 8080;
  samples::listen_setting passing;
  passing.protocol = "passthrough";
  std::optional<std::uint16_t> pass_port;
  unsigned timeout = 60;
  unsigned rest = 5;
  unsigned grace = 5;
  unsigned client_requests = 64;
  samples::options options{"reverse_proxy", "Forwards every request to one of several servers."};
  options
      .add("--upstream", "URL", "a server, http[s]://HOST:PORT[/PATH]; may be repeated",
           [&](std::string_view url) {
             samples::client_tls::check(url);
             add_server(pool, url);
             return true;
           })
      .add("--host", "ADDRESS", web.where.host, "address to listen on (127.0.0.1)")
      .add("--port", "PORT", web.where.port, "port to listen on, 0: any free port (8080)")
      .add("--reuse-port", web.where.reuse_port,
           "share the port with another process, for a restart")
      .add("--pass-through", "PORT", "port for TLS that is passed on, 0: any free port (none)",
           [&](std::string_view text) {
             auto const end = text.data() + text.size();
             auto const [last, ec] = std::from_chars(text.data(), end, pass_port.emplace());
             return ec == std::errc{} && last == end;
           })
      .add("--sni", "NAME=HOST:PORT",
           "where TLS for NAME, \"*.NAME\" or \"*\" goes; may be repeated",
           [&](std::string_view text) {
             std::size_t const equals = text.find('=');
             return equals != std::string_view::npos &&
                    passing.routes.try_add(text.substr(0, equals),
                                           std::string(text.substr(equals + 1)));
           })
      .add("--trust", "ADDRESS[/BITS]", "trust the X-Forwarded-For of this proxy; may be repeated",
           [&](std::string_view text) { return settings.trusted.try_add(text); })
      .add("--timeout", "SECONDS", timeout, "idle time limit of a request, 0: none (60)")
      .add("--trace", settings.trace, "give each request a span (W3C Trace Context) and print it")
      .add("--access-log", "FILE", settings.access_log,
           "append a line for each request; -: print (none)")
      .add("--rest", "SECONDS", rest, "without effect: the pause of a server that fails grows")
      .add("--client-requests", "N", client_requests, "requests in progress of one client (64)")
      .add("--grace", "SECONDS", grace, "time limit of a drain (5)")
      .add("--cert", "FILE", web.tls.cert, "use TLS with this certificate chain (PEM)")
      .add("--key", "FILE", web.tls.key, "the private key of the certificate (the file of --cert)")
      .add("--client-ca", "FILE", web.tls.client_ca,
           "require certificates of clients, issued by these")
      .add("--cacert", "FILE", pool.ca, "trust these certificates (those of the system)")
      .add("--config", "FILE", config.file, "read all settings from this file (TOML)")
      .add("--check", config.check, "check the file of --config and end")
      .add("--help-config", config.help, "list the keys of the file of --config and end")
      .parse(argc, argv);
  if (std::string const why = config.fault(argc, argv); !why.empty()) {
    options.fail(why);
  }
  auto const end = samples::read_config(config, samples::reverse_keys(),
                                        &samples::make_reverse_settings, settings);
  if (end) {
    return *end;
  }
  if (config.file.empty()) {
    if (pass_port.has_value() == passing.routes.empty()) {
      options.fail("--pass-through and --sni need each other");
    }
    if (pool.servers.empty() && !pass_port) {
      options.fail("--upstream is missing");
    }
    if (!pool.servers.empty()) {
      settings.listeners.push_back(web);
      settings.pools.emplace("upstream", pool);
      samples::route_setting& all = settings.routes.emplace_back();
      all.name = "*/";
      all.pool = "upstream";
    }
    if (pass_port) {
      passing.where.host = web.where.host;
      passing.where.port = *pass_port;
      settings.listeners.push_back(passing);
    }
    settings.silence = std::chrono::seconds(timeout);
    settings.tunnel_idle = settings.silence;
    settings.client_requests = client_requests;
    settings.grace = std::chrono::seconds(grace);
  }

  // Single-threaded: disable the locks of the reactor. The scheduler keeps its locks, because name
  // lookups use a thread.
  net::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  samples::adopt_inherited(settings.listeners);
  anode::service_notifier const service;
  samples::reverse_listeners listeners(io.get_executor(), settings);
  net::co_spawn(io, samples::reverse_listeners::drain_on_signal(listeners, service),
                [&io](std::exception_ptr) { io.stop(); });
  auto const reload = [&] {
    service.reloading();
    listeners.note_reload(
        samples::reload_config(config, &samples::make_reverse_settings, listeners));
    service.ready();
  };
  net::co_spawn(io, samples::reload_on_hangup(io.get_executor(), reload), net::detached);
  net::co_spawn(io, service.keep_watchdog(io.get_executor()), net::detached);
  listeners.announce_all();
  service.ready();
  io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "reverse_proxy: {}\n", e.what());
  return EXIT_FAILURE;
}
