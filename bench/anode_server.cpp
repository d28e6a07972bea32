// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Measured server: a coroutine handler with the default options, which include Date, keep-alive and
// all timeouts.
//
// usage: anode_server PORT
#include "answers.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdlib>

int main(int argc, char** argv) {
  boost::asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  anode::http::server server(io.get_executor(), bench::answer);
  server.listen(static_cast<unsigned short>(std::atoi(argc > 1 ? argv[1] : "8000")), "127.0.0.1");
  bench::run(io);
}
