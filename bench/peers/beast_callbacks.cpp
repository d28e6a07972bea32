// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Peer for comparison: plain Beast with callbacks, as in Beast's own server example.
//
// usage: beast_callbacks PORT [BODY_BYTES]
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using net::ip::tcp;

std::string body = "Hello World!\n";

class session : public std::enable_shared_from_this<session> {
public:
  explicit session(tcp::socket socket) : stream_(std::move(socket)) {}

  void read() {
    request_ = {};
    stream_.expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, request_,
                     beast::bind_front_handler(&session::on_read, shared_from_this()));
  }

private:
  void on_read(beast::error_code ec, std::size_t) {
    if (ec) {
      return close();
    }
    response_ = {http::status::ok, request_.version()};
    response_.set(http::field::content_type, "text/plain");
    response_.keep_alive(request_.keep_alive());
    response_.body() = body;
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      beast::bind_front_handler(&session::on_write, shared_from_this()));
  }

  void on_write(beast::error_code ec, std::size_t) {
    if (ec || !response_.keep_alive()) {
      return close();
    }
    read();
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

class listener {
public:
  listener(net::io_context& io, tcp::endpoint at) : acceptor_(io, at) {}

  void accept() {
    acceptor_.async_accept([this](beast::error_code ec, tcp::socket socket) {
      if (!ec) {
        socket.set_option(tcp::no_delay(true));
        std::make_shared<session>(std::move(socket))->read();
      }
      accept();
    });
  }

private:
  tcp::acceptor acceptor_;
};

}  // namespace

int main(int argc, char** argv) {
  auto const port = static_cast<unsigned short>(std::atoi(argc > 1 ? argv[1] : "8000"));
  if (argc > 2) {
    body.assign(std::strtoul(argv[2], nullptr, 10), 'x');
  }
  net::io_context io(1);
  listener at(io, {net::ip::make_address("127.0.0.1"), port});
  at.accept();
  io.run();
}
