// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// As hello.cpp, over TLS. The arguments are the names of two PEM files: a certificate and its key.
#include <anode/https.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

namespace http = anode::http;
namespace net = boost::asio;

int main(int argc, char** argv) {
  if (argc != 3) {
    return 2;
  }
  anode::tls::server_options options;
  options.cert_file = argv[1];
  options.key_file = argv[2];
  net::io_context io{1};
  anode::https::server server{io.get_executor(), anode::tls::context(options)};
  server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.set_header("Content-Type", "text/plain");
        co_await res.end("Hello World!\n");
        server.close();
      });
  server.listen(0, "127.0.0.1");
  std::cout << "listening on https://127.0.0.1:" << server.address().port << std::endl;
  io.run();
}
