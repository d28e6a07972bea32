// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A server on all processors: a thread, an event loop and a server for each, on one port. The
// threads share nothing; each has a counter of its own. SIGINT and SIGTERM drain all of them.

#include "options.hpp"

#include <anode/cluster.hpp>
#include <anode/http.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <utility>

namespace http = anode::http;

// Runs once in the thread of each worker, therefore needs no locks.
void set_up(http::worker& w) {
  auto const requests = std::make_shared<std::uint64_t>(0);
  w.server().on_request(
      [id = w.id(), requests](http::incoming_message&, http::server_response& res) {
        res.set_header("Content-Type", "text/plain");
        res.end(fmt::format("Hello World! Request {} of worker {}\n", ++*requests, id));
      });
}

int main(int argc, char** argv) try {
  http::listen_options at;
  at.host = "127.0.0.1";
  at.port = 8000;
  http::cluster_options o;
  unsigned grace = 5;
  samples::options{"cluster", "Answers requests on all processors."}
      .add("--host", "ADDRESS", at.host, "address to listen on (127.0.0.1)")
      .add("--port", "PORT", at.port, "port to listen on, 0: any free port (8000)")
      .add("--threads", "N", o.threads, "number of threads, 0: one for each processor (0)")
      .add("--grace", "SECONDS", grace, "time limit of a drain (5)")
      .parse(argc, argv);
  o.grace = std::chrono::seconds(grace);

  http::cluster cluster(std::move(o), set_up);
  cluster.listen(at);
  samples::announce(cluster.address());
  http::drain_result const result = cluster.run();
  fmt::print("drained: {} connections ended, {} were cut\n", result.finished, result.cut);
} catch (std::exception const& e) {
  fmt::print(stderr, "cluster: {}\n", e.what());
  return EXIT_FAILURE;
}
