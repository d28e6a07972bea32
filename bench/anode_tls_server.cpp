// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Measured server over TLS: the handler of anode_server with the default options.
//
// usage: anode_tls_server PORT CERTIFICATE KEY
#include "answers.hpp"

#include <anode/https.hpp>
#include <anode/tls.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdlib>

int main(int argc, char** argv) {
  if (argc != 4) {
    return EXIT_FAILURE;
  }
  anode::tls::server_options options;
  options.cert_file = argv[2];
  options.key_file = argv[3];
  boost::asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  anode::https::server server(io.get_executor(), anode::tls::context(options), bench::answer);
  server.listen(static_cast<unsigned short>(std::atoi(argv[1])), "127.0.0.1");
  bench::run(io);
}
