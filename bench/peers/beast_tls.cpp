// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Peer for comparison: plain Beast over Asio's TLS stream with coroutines, as in Beast's own
// example.
//
// usage: beast_tls PORT BODY_BYTES CERTIFICATE KEY
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <chrono>
#include <cstdlib>
#include <string>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using net::ip::tcp;

std::string body = "Hello World!\n";

net::awaitable<void> serve(beast::ssl_stream<beast::tcp_stream> stream) {
  beast::flat_buffer buffer;
  try {
    beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(30));
    co_await stream.async_handshake(net::ssl::stream_base::server, net::use_awaitable);
    bool keep_alive = true;
    while (keep_alive) {
      beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(30));
      http::request<http::string_body> request;
      co_await http::async_read(stream, buffer, request, net::use_awaitable);
      http::response<http::string_body> response{http::status::ok, request.version()};
      response.set(http::field::content_type, "text/plain");
      response.keep_alive(request.keep_alive());
      response.body() = body;
      response.prepare_payload();
      keep_alive = response.keep_alive();
      co_await http::async_write(stream, response, net::use_awaitable);
    }
    co_await stream.async_shutdown(net::use_awaitable);
  } catch (boost::system::system_error const&) {
  }
}

net::awaitable<void> listen(tcp::endpoint at, net::ssl::context& context) {
  tcp::acceptor acceptor(co_await net::this_coro::executor, at);
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(net::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    net::co_spawn(acceptor.get_executor(),
                  serve(beast::ssl_stream<beast::tcp_stream>(std::move(socket), context)),
                  net::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    return EXIT_FAILURE;
  }
  auto const port = static_cast<unsigned short>(std::atoi(argv[1]));
  if (auto const size = std::strtoul(argv[2], nullptr, 10); size != 13) {
    body.assign(size, 'x');
  }
  net::ssl::context context(net::ssl::context::tls_server);
  context.use_certificate_chain_file(argv[3]);
  context.use_private_key_file(argv[4], net::ssl::context::pem);
  net::io_context io(1);
  net::co_spawn(io, listen({net::ip::make_address("127.0.0.1"), port}, context), net::detached);
  io.run();
}
