// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "greeting.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) try {
  auto const port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8000);
  boost::asio::io_context io{1};
  anode::http::server server{io.get_executor(), greet};
  server.listen(port, "127.0.0.1");
  std::cout << "listening on http://127.0.0.1:" << server.address().port << std::endl;
  io.run();
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';  // for example: the port is in use
  return EXIT_FAILURE;
}
