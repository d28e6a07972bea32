// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Sends each request body back while it arrives. `co_await` applies back-pressure: if a client does
// not read, the server stops reading its body. Memory use is therefore independent of the body
// size.

#include "serve.hpp"

#include <exception>

namespace http = anode::http;
namespace net = boost::asio;

net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  // A request with Content-Length gets a response with the same length. Otherwise the response is
  // chunked.
  for (auto const name : {"Content-Type", "Content-Length"}) {
    if (auto const value = req.headers().get(name)) {
      res.set_header(name, *value);
    }
  }
  while (auto const chunk = co_await req.read()) {
    co_await res.write(*chunk);
  }
  co_await res.end();
}

int main(int argc, char** argv) try {
  samples::serve_options at;
  samples::options{"echo_server", "Answers every request with its own body."}.add(at).parse(argc,
                                                                                            argv);
  net::io_context io{1};
  http::server server{io.get_executor(), echo};
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "echo_server: {}\n", e.what());
  return EXIT_FAILURE;
}
