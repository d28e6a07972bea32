// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The server that tools/load/soak loads. It writes {"port":N} to stdout. SIGUSR1 drains the server
// and makes it listen again; SIGTERM drains and ends it. Before it ends, it writes its counters and
// remaining resources to stdout.

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace http = anode::http;
namespace net = boost::asio;

namespace {

// Event counters, written in the last line.
struct counters {
  std::uint64_t requests = 0, upgrades = 0, client_errors = 0, thrown = 0;
  std::uint64_t drains = 0, finished = 0, cut = 0;
};

counters count;

// Returns N of "/name/N".
std::size_t argument(std::string_view url) {
  std::size_t n = 0;
  std::size_t const slash = url.rfind('/');
  std::from_chars(url.data() + slash + 1, url.data() + url.size(), n);
  return n;
}

net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  while (auto const chunk = co_await req.read()) {
    co_await res.write(*chunk);
  }
  if (auto const seal = req.trailers().get("x-seal")) {
    res.add_trailers({{"X-Seal", *seal}});
  }
  co_await res.end();
}

// Writes N bytes in segments larger than the socket buffer.
net::awaitable<void> large(std::size_t size, http::server_response& res) {
  std::string const chunk(32768, 'x');
  while (size != 0) {
    std::size_t const now = std::min(size, chunk.size());
    co_await res.write(std::string_view(chunk).substr(0, now));
    size -= now;
  }
  co_await res.end();
}

net::awaitable<void> serve(http::incoming_message& req, http::server_response& res) {
  ++count.requests;
  std::string const url(req.url());
  if (url == "/echo") {
    co_await echo(req, res);
  } else if (url == "/length") {
    std::string const body = co_await req.text(4 * 1024 * 1024);
    co_await res.end(std::to_string(body.size()));
  } else if (url.starts_with("/large/")) {
    co_await large(argument(url), res);
  } else if (url.starts_with("/wait/")) {
    net::steady_timer timer(res.get_executor(), std::chrono::milliseconds(argument(url)));
    co_await timer.async_wait(net::use_awaitable);
    co_await res.end("waited");
  } else if (url == "/early") {
    co_await res.end("early");  // The body stays unread.
  } else if (url == "/throw") {
    throw std::runtime_error("as asked");
  } else if (url == "/throw-later") {
    co_await res.write("begun");
    throw std::runtime_error("as asked");
  } else if (url == "/callback") {
    res.on_close([] {});
    res.end("callback");
  } else {
    co_await res.end("Hello World!\n");
  }
}

// Echoes the received bytes until the peer ends its direction.
net::awaitable<void> serve_socket(http::incoming_message& req, anode::socket socket) {
  ++count.upgrades;
  co_await socket.write(req.method() == "CONNECT" ? "HTTP/1.1 200 OK\r\n\r\n"
                                                  : "HTTP/1.1 101 Switching Protocols\r\n"
                                                    "Connection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  while (auto const chunk = co_await socket.read()) {
    co_await socket.write(*chunk);
  }
  socket.end();
}

net::awaitable<void> drain(http::server& server) {
  auto const left = co_await server.drain(std::chrono::seconds(2));
  ++count.drains;
  count.finished += left.finished;
  count.cut += left.cut;
}

net::awaitable<void> drain_again_and_again(http::server& server, std::uint16_t port) {
  net::signal_set signals(server.get_executor(), SIGUSR1, SIGTERM);
  for (;;) {
    int const signal = co_await signals.async_wait(net::use_awaitable);
    co_await drain(server);
    if (signal == SIGTERM) {
      break;
    }
    server.listen(port, "127.0.0.1");
  }
}

int run() {
  net::io_context io{1};
  http::server_options options;
  options.request_timeout = std::chrono::seconds(10);
  options.headers_timeout = std::chrono::seconds(5);
  options.connections_checking_interval = std::chrono::seconds(1);
  http::server server(io.get_executor(), options, serve);
  server.on_upgrade(serve_socket).on_connect(serve_socket);
  server.on_error([](std::exception_ptr) { ++count.thrown; });
  http::server_trace trace;
  trace.client_error = [](http::client_error const&, anode::socket const&) {
    ++count.client_errors;
  };
  server.set_trace(std::move(trace));
  server.listen(0, "127.0.0.1");
  std::uint16_t const port = server.address().port;
  std::printf("{\"port\":%d}\n", port);
  std::fflush(stdout);
  net::co_spawn(io, drain_again_and_again(server, port), net::detached);
  io.run();
  std::printf(
      "{\"connections\":%zu,\"requests\":%ju,\"upgrades\":%ju,\"client_errors\":%ju,"
      "\"thrown\":%ju,\"drains\":%ju,\"finished\":%ju,\"cut\":%ju}\n",
      server.connection_count(), std::uintmax_t{count.requests}, std::uintmax_t{count.upgrades},
      std::uintmax_t{count.client_errors}, std::uintmax_t{count.thrown},
      std::uintmax_t{count.drains}, std::uintmax_t{count.finished}, std::uintmax_t{count.cut});
  return server.connection_count() == 0 ? 0 : 1;
}

}  // namespace

int main() try { return run(); } catch (std::exception const& e) {
  std::fprintf(stderr, "soak_server: %s\n", e.what());
  return 1;
}
