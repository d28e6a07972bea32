// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A forward proxy. CONNECT opens a tunnel that relays bytes in both directions. A request for
// "http://host/path" is forwarded over persistent connections. With --socks there is a SOCKS5
// server too. With --cert the clients reach the proxy over TLS; this does not change what is sent
// in a tunnel. SIGHUP reads the file of --config and the certificates again.

#include "../options.hpp"
#include "../proxy_kit/reload.hpp"
#include "runtime.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>

namespace net = boost::asio;

int main(int argc, char** argv) try {
  samples::forward_settings settings;
  samples::config_options config;
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::optional<std::uint16_t> socks;
  std::string user;
  unsigned grace = 5;
  unsigned connect = 10;
  unsigned request = 60;
  unsigned tunnel = 600;
  unsigned client_requests = 64;
  bool quiet = false;
  bool with_private = false;
  settings.access_log = "-";
  samples::tls_files files;
  samples::options options{"forward_proxy",
                           "A forward proxy for CONNECT tunnels, http requests, and SOCKS5."};
  options.add("--host", "ADDRESS", host, "address to listen on (127.0.0.1)")
      .add("--port", "PORT", port, "port to listen on, 0: any free port (8080)")
      .add("--socks", "PORT", "port of a SOCKS5 server, 0: any free port (none)",
           [&](std::string_view text) {
             auto const end = text.data() + text.size();
             auto const [rest, ec] = std::from_chars(text.data(), end, socks.emplace());
             return ec == std::errc{} && rest == end;
           })
      .add("--user", "NAME:PASSWORD", user, "credentials that clients must send (none)")
      .add("--allow", "HOST[:PORT]", "permit only these targets; may be repeated",
           [&](std::string_view rule) { return settings.rules.try_allow(rule); })
      .add("--deny", "HOST[:PORT]",
           "deny \"*.example.org\", \"10.0.0.0/8\", \":25\"; may be repeated",
           [&](std::string_view rule) { return settings.rules.try_deny(rule); })
      .add("--private", with_private, "permit loopback, private and other special addresses too")
      .add("--open", settings.open, "serve everybody, also without --user and --allow")
      .add("--connect-timeout", "SECONDS", connect, "time limit for connecting (10)")
      .add("--timeout", "SECONDS", request, "idle time limit of a request, 0: none (60)")
      .add("--tunnel-timeout", "SECONDS", tunnel, "idle time limit of a tunnel (600)")
      .add("--client-requests", "N", client_requests, "requests and tunnels of one client (64)")
      .add("--access-log", "FILE", settings.access_log,
           "append a line for each request; -: print (-)")
      .add("--quiet", quiet, "write no access log")
      .add("--grace", "SECONDS", grace, "time limit of a drain (5)")
      .add("--cert", "FILE", files.cert, "use TLS with this certificate chain (PEM)")
      .add("--key", "FILE", files.key, "the private key of the certificate (the file of --cert)")
      .add("--client-ca", "FILE", files.client_ca,
           "require certificates of clients, issued by these")
      .add("--config", "FILE", config.file, "read all settings from this file (TOML)")
      .add("--check", config.check, "check the file of --config and end")
      .add("--help-config", config.help, "list the keys of the file of --config and end")
      .parse(argc, argv);
  if (std::string const why = config.fault(argc, argv); !why.empty()) {
    options.fail(why);
  }
  auto const end = samples::read_config(config, samples::forward_keys(),
                                        &samples::make_forward_settings, settings);
  if (end) {
    return *end;
  }
  if (config.file.empty()) {
    samples::listen_setting& l = settings.listeners.emplace_back();
    l.where.host = host;
    l.where.port = port;
    l.tls = files;
    if (socks) {
      samples::listen_setting second;
      second.where.host = host;
      second.where.port = *socks;
      second.protocol = "socks5";
      settings.listeners.push_back(second);
    }
    settings.rules.allow_special(with_private);
    settings.access_log = quiet ? std::string() : settings.access_log;
    settings.connect_timeout = std::chrono::seconds(connect);
    settings.silence = std::chrono::seconds(request);
    settings.tunnel_idle = std::chrono::seconds(tunnel);
    settings.client_requests = client_requests;
    settings.grace = std::chrono::seconds(grace);
    if (!user.empty()) {
      settings.users.push_back(user);
    }
    if (std::string const why = samples::open_to_all(settings); !why.empty()) {
      options.fail(why);
    }
  }

  // Single-threaded: disable the locks of the reactor. The scheduler keeps its locks, because name
  // lookups use a thread.
  net::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  samples::adopt_inherited(settings.listeners);
  samples::forward_listeners listeners(io.get_executor(), settings);
  net::co_spawn(io, samples::forward_listeners::drain_on_signal(listeners),
                [&io](std::exception_ptr) { io.stop(); });
  auto const reload = [&] {
    samples::reload_config(config, &samples::make_forward_settings, listeners);
  };
  net::co_spawn(io, samples::reload_on_hangup(io.get_executor(), reload), net::detached);
  listeners.announce_all();
  io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "forward_proxy: {}\n", e.what());
  return EXIT_FAILURE;
}
