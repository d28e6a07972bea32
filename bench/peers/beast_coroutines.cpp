// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Peer for comparison: plain Beast with coroutines, as in Beast's own server example.
//
// usage: beast_coroutines PORT [BODY_BYTES]
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <cstdlib>
#include <string>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using net::ip::tcp;

std::string body = "Hello World!\n";

net::awaitable<void> serve(beast::tcp_stream stream) {
  beast::flat_buffer buffer;
  try {
    for (;;) {
      stream.expires_after(std::chrono::seconds(30));
      http::request<http::string_body> request;
      co_await http::async_read(stream, buffer, request, net::use_awaitable);
      http::response<http::string_body> response{http::status::ok, request.version()};
      response.set(http::field::content_type, "text/plain");
      response.keep_alive(request.keep_alive());
      response.body() = body;
      response.prepare_payload();
      bool const keep_alive = response.keep_alive();
      co_await http::async_write(stream, response, net::use_awaitable);
      if (!keep_alive) {
        break;
      }
    }
  } catch (boost::system::system_error const&) {
  }
  beast::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

net::awaitable<void> listen(tcp::endpoint at) {
  tcp::acceptor acceptor(co_await net::this_coro::executor, at);
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(net::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    net::co_spawn(acceptor.get_executor(), serve(beast::tcp_stream(std::move(socket))),
                  net::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto const port = static_cast<unsigned short>(std::atoi(argc > 1 ? argv[1] : "8000"));
  if (argc > 2) {
    body.assign(std::strtoul(argv[2], nullptr, 10), 'x');
  }
  net::io_context io(1);
  net::co_spawn(io, listen({net::ip::make_address("127.0.0.1"), port}), net::detached);
  io.run();
}
