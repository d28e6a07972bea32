// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A forward proxy. CONNECT opens a tunnel that relays bytes in both directions. A request for
// "http://host/path" is forwarded over persistent connections. With --cert the clients reach the
// proxy over TLS; this does not change what is sent in a tunnel.

#include "../options.hpp"
#include "../tls_options.hpp"
#include "proxy.hpp"

#include <anode/http.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <string>

namespace http = anode::http;
namespace net = boost::asio;

int main(int argc, char** argv) try {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string user;
  unsigned grace = 5;
  unsigned connect = 10;
  unsigned request = 60;
  unsigned tunnel = 600;
  unsigned client_requests = 64;
  bool quiet = false;
  samples::access_rules access;
  samples::server_tls tls;
  samples::options{"forward_proxy", "A forward proxy for CONNECT tunnels and http requests."}
      .add("--host", "ADDRESS", host, "address to listen on (127.0.0.1)")
      .add("--port", "PORT", port, "port to listen on, 0: any free port (8080)")
      .add("--user", "NAME:PASSWORD", user, "credentials that clients must send (none)")
      .add("--allow", "HOST[:PORT]", "permit only these targets; may be repeated",
           [&](std::string_view rule) { return access.allow(rule); })
      .add("--deny", "HOST[:PORT]",
           "deny \"*.example.org\", \"10.0.0.0/8\", \":25\"; may be repeated",
           [&](std::string_view rule) { return access.deny(rule); })
      .add("--connect-timeout", "SECONDS", connect, "time limit for connecting (10)")
      .add("--timeout", "SECONDS", request, "idle time limit of a request, 0: none (60)")
      .add("--tunnel-timeout", "SECONDS", tunnel, "idle time limit of a tunnel (600)")
      .add("--client-requests", "N", client_requests, "requests and tunnels of one client (64)")
      .add("--quiet", quiet, "print no access log")
      .add("--grace", "SECONDS", grace, "time limit of a drain (5)")
      .add(tls)
      .parse(argc, argv);

  // Single-threaded: disable the locks of the reactor. The scheduler keeps its locks, because name
  // lookups use a thread.
  net::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  http::agent_options pool;
  pool.keep_alive = true;
  pool.connect_timeout = std::chrono::seconds(connect);
  samples::forward_proxy proxy{http::agent{io.get_executor(), pool}};
  proxy.access = access;
  proxy.users = user.empty() ? samples::credentials() : samples::credentials(user);
  proxy.connect_timeout = std::chrono::seconds(connect);
  proxy.request_silence = std::chrono::seconds(request);
  proxy.tunnel_silence = std::chrono::seconds(tunnel);
  proxy.quiet = quiet;
  proxy.limit = samples::client_limit(client_requests);

  auto const forward = [&](http::incoming_message& req, http::server_response& res) {
    return samples::forward_request(proxy, req, res);
  };
  http::server_options serving;
  serving.http_allow_half_open = true;  // a client may end its direction and wait for the response
  http::server server = tls.make_server(io.get_executor(), forward, serving);
  server.on_check_continue(forward);  // the origin decides whether to send 100 Continue
  server.on_connect([&](http::incoming_message& req, anode::socket client) {
    return samples::open_tunnel(proxy, req, client);
  });
  server.listen(port, host);
  net::co_spawn(io, samples::drain_on_signal(server, proxy.agent, std::chrono::seconds(grace)),
                net::detached);
  samples::announce(server.address(), tls.scheme());
  io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "forward_proxy: {}\n", e.what());
  return EXIT_FAILURE;
}
