// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Echoes every WebSocket message. With --to, the program is a client of such a server.

#include "options.hpp"
#include "serve.hpp"
#include "tls_options.hpp"

#include <anode/beast.hpp>
#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>

namespace beast = boost::beast;
namespace http = anode::http;
namespace net = boost::asio;

net::awaitable<void> echo(http::incoming_message& req, anode::socket s) {
  try {
    anode::websocket_ptr const ws = co_await anode::accept_websocket(req, std::move(s));
    beast::flat_buffer message;
    while (true) {
      co_await ws->async_read(message, net::use_awaitable);
      ws->text(ws->got_text());
      co_await ws->async_write(message.data(), net::use_awaitable);
      message.clear();
    }
  } catch (boost::system::system_error const&) {
    // The peer has closed the connection, gracefully or not, or did not speak WebSocket.
  }
}

net::awaitable<void> send_messages(http::agent agent, std::string url, unsigned count) {
  anode::websocket_ptr const ws = co_await anode::connect_websocket(agent, url);
  beast::flat_buffer answer;
  for (unsigned i = 1; i <= count; ++i) {
    std::string const text = fmt::format("message {}", i);
    co_await ws->async_write(net::buffer(text), net::use_awaitable);
    co_await ws->async_read(answer, net::use_awaitable);
    if (beast::buffers_to_string(answer.data()) != text) {
      throw std::runtime_error(fmt::format("the echo of '{}' differs", text));
    }
    answer.clear();
  }
  co_await ws->async_close(beast::websocket::close_code::normal, net::use_awaitable);
  fmt::print("{} messages came back\n", count);
}

int main(int argc, char** argv) try {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string to;
  unsigned count = 1;
  unsigned grace = 5;
  samples::server_tls tls;
  samples::client_tls trust;
  samples::options{"websocket_echo", "Sends every WebSocket message back."}
      .add("--host", "ADDRESS", host, "address to listen on (127.0.0.1)")
      .add("--port", "PORT", port, "port to listen on, 0: any free port (8080)")
      .add("--grace", "SECONDS", grace, "time limit of a drain (5)")
      .add("--to", "URL", to,
           "send messages to ws://HOST:PORT/ or wss:// instead, check the echoes")
      .add("--count", "NUMBER", count, "number of messages to send (1)")
      .add(tls)
      .add(trust)
      .parse(argc, argv);

  net::io_context io{1};
  std::exception_ptr failure;
  http::server server = tls.make_server(io.get_executor());
  if (!to.empty()) {
    samples::client_tls::check(to);
    http::agent const agent = trust.make_agent(io.get_executor(), {});
    net::co_spawn(io, send_messages(agent, to, count), [&](std::exception_ptr e) { failure = e; });
  } else {
    server.on_upgrade(echo);
    server.on_request([](http::incoming_message&, http::server_response& res) {
      res.write_head(426, {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}});
      res.end("Only WebSocket requests are accepted.\n");
    });
    server.listen(port, host);
    net::co_spawn(io, samples::drain_on_signal(server, std::chrono::seconds(grace)), net::detached);
    samples::announce(server.address(), tls.scheme());
  }
  io.run();
  if (failure) {
    std::rethrow_exception(failure);
  }
} catch (std::exception const& e) {
  fmt::print(stderr, "websocket_echo: {}\n", e.what());
  return EXIT_FAILURE;
}
