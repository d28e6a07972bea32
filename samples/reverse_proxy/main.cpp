// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A reverse proxy. It forwards requests to upstream servers over persistent connections. Request
// and response bodies are streamed and never buffered completely. Both sides can use TLS: the
// clients with --cert, the servers with https URLs.

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
  http::listen_options where;
  where.host = "127.0.0.1";
  where.port = 8080;
  std::vector<std::string> upstreams;
  samples::trusted_peers trusted;
  bool trace = false;
  unsigned timeout = 60;
  unsigned rest = 5;
  unsigned grace = 5;
  unsigned client_requests = 64;
  samples::server_tls tls;
  samples::client_tls upstream_tls;
  samples::options options{"reverse_proxy", "Forwards every request to one of several servers."};
  options
      .add("--upstream", "URL", "a server, http[s]://HOST:PORT[/PATH]; may be repeated",
           [&](std::string_view url) {
             samples::client_tls::check(url);
             upstreams.emplace_back(url);
             return true;
           })
      .add("--host", "ADDRESS", where.host, "address to listen on (127.0.0.1)")
      .add("--port", "PORT", where.port, "port to listen on, 0: any free port (8080)")
      .add("--reuse-port", where.reuse_port, "share the port with another process, for a restart")
      .add("--trust", "ADDRESS[/BITS]", "trust the X-Forwarded-For of this proxy; may be repeated",
           [&](std::string_view text) { return trusted.add(text); })
      .add("--timeout", "SECONDS", timeout, "idle time limit of a request, 0: none (60)")
      .add("--trace", trace, "give each request a span (W3C Trace Context) and print it")
      .add("--rest", "SECONDS", rest, "pause of a server that failed twice (5)")
      .add("--client-requests", "N", client_requests, "requests in progress of one client (64)")
      .add("--grace", "SECONDS", grace, "time limit of a drain (5)")
      .add(tls)
      .add(upstream_tls)
      .parse(argc, argv);
  if (upstreams.empty()) {
    options.fail("--upstream is missing");
  }

  // Single-threaded: disable the locks of the reactor. The scheduler keeps its locks, because name
  // lookups use a thread.
  net::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  http::agent_options pool;
  pool.keep_alive = true;
  pool.connect_timeout = std::chrono::seconds(10);
  samples::reverse_proxy proxy{upstream_tls.make_agent(io.get_executor(), pool),
                               std::chrono::seconds(rest)};
  for (std::string const& url : upstreams) {
    proxy.servers.add(url);
  }
  proxy.trusted = trusted;
  proxy.spans = trace ? stdout : nullptr;
  proxy.silence = std::chrono::seconds(timeout);
  proxy.limit = samples::client_limit(client_requests);

  auto const forward = [&](http::incoming_message& req, http::server_response& res) {
    return samples::forward_request(proxy, req, res);
  };
  http::server_options serving;
  serving.http_allow_half_open = true;  // a client may end its direction and wait for the response
  serving.should_upgrade_callback = samples::wants_websocket;
  http::server server = tls.make_server(io.get_executor(), forward, serving);
  server.on_check_continue(forward);  // the upstream decides whether to send 100 Continue
  server.on_upgrade([&](http::incoming_message& req, anode::socket client) {
    return samples::forward_upgrade(proxy, req, client);
  });
  server.listen(where);
  net::co_spawn(io, samples::drain_on_signal(server, proxy.agent, std::chrono::seconds(grace)),
                net::detached);
  samples::announce(server.address(), tls.scheme());
  io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "reverse_proxy: {}\n", e.what());
  return EXIT_FAILURE;
}
