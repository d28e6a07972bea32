// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Long run of a client: many requests to one server through an agent with keep-alive. It verifies
// that no request fails, that memory does not grow, and that the number of connections stays within
// the limit.
//
// usage: bench_client_run PORT [REQUESTS IN_FLIGHT MAX_SOCKETS]
#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <unistd.h>
#include <vector>

namespace http = anode::http;
namespace net = boost::asio;

namespace {

struct run_state {
  http::agent agent;
  std::string url;
  unsigned left = 0;
  unsigned answered = 0;
  unsigned failed = 0;
  unsigned sample_every = 0;
  std::string first_error{};
  std::vector<long> memory{};  // kilobytes in use, sampled at equal intervals
};

long resident_kilobytes() {
  long pages = 0;
  if (std::FILE* const f = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(f, "%*d %ld", &pages) != 1) {
      pages = 0;
    }
    std::fclose(f);
  }
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

net::awaitable<void> lane(run_state& run) {
  while (run.left > 0) {
    --run.left;
    try {
      http::incoming_message response = co_await run.agent.get(run.url);
      std::string const body = co_await response.text();
      if (response.status_code() == 200 && body == "Hello World!\n") {
        ++run.answered;
      } else {
        ++run.failed;
      }
    } catch (std::exception const& e) {
      ++run.failed;
      run.first_error = run.first_error.empty() ? e.what() : run.first_error;
    }
    if ((run.answered + run.failed) % run.sample_every == 0) {
      run.memory.push_back(resident_kilobytes());
    }
  }
}

unsigned argument(int argc, char** argv, int i, unsigned otherwise) {
  return argc > i ? static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10)) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: bench_client_run PORT [REQUESTS IN_FLIGHT MAX_SOCKETS]\n", stderr);
    return 2;
  }
  unsigned const requests = argument(argc, argv, 2, 200000);
  unsigned const in_flight = argument(argc, argv, 3, 64);
  unsigned const max_sockets = argument(argc, argv, 4, 64);

  net::io_context io{1};
  unsigned reused = 0;
  http::agent_options options;
  options.keep_alive = true;
  options.max_sockets = max_sockets;
  options.reuse_socket = [&](anode::socket) { ++reused; };
  run_state run{http::agent(io.get_executor(), options),
                std::string("http://127.0.0.1:") + argv[1] + "/"};
  run.left = requests;
  run.sample_every = std::max(1u, requests / 10);

  auto const start = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < in_flight; ++i) {
    net::co_spawn(io, lane(run), net::detached);
  }
  while (run.answered + run.failed < requests && io.run_one() > 0) {
  }
  std::chrono::duration<double> const time = std::chrono::steady_clock::now() - start;
  unsigned const opened = requests - reused;
  http::agent::counts const left = run.agent.totals();
  run.agent.destroy();
  io.run();

  std::printf("%u requests, %u in flight, in %.1f s: %.0f requests/s\n", requests, in_flight,
              time.count(), requests / time.count());
  std::printf("%u answered, %u failed %s\n", run.answered, run.failed, run.first_error.c_str());
  std::printf("%u connections opened, %u allowed; %zu free at the end\n", opened, max_sockets,
              left.free_sockets);
  std::printf("memory in use, after each tenth (kB):");
  for (long const kilobytes : run.memory) {
    std::printf(" %ld", kilobytes);
  }
  std::printf("\n");
  // Caches reach their size early. Memory must not grow in the second half.
  bool const constant =
      run.memory.size() > 1 && run.memory.back() <= run.memory[run.memory.size() / 2];
  unsigned const expected = std::min(in_flight, max_sockets);
  bool const good = run.failed == 0 && opened == expected && constant;
  std::printf("%s\n", good ? "good" : "NOT GOOD");
  return good ? 0 : 1;
}
