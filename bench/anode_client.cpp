// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Measured client: sends GET requests through an agent with keep-alive and reads each response as
// text.
//
// usage: anode_client PORT IN_FLIGHT (SECONDS | xREQUESTS)
// Prints: requests, seconds, seconds of CPU time.
#include <anode/http.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <string>
#include <time.h>

namespace {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;

struct measured {
  http::agent agent;
  std::string url;
  unsigned long long left;
  unsigned long long answered = 0;
};

net::awaitable<void> lane(measured& m) {
  while (m.left > 0) {
    --m.left;
    http::incoming_message response = co_await m.agent.get(m.url);
    std::string const text = co_await response.text();
    if (response.status_code() != 200 || text != "Hello World!\n") {
      throw std::runtime_error("a wrong answer");
    }
    ++m.answered;
  }
}

double seconds_of(clockid_t which) {
  timespec t{};
  clock_gettime(which, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) {
    std::fputs("usage: anode_client PORT IN_FLIGHT (SECONDS | xREQUESTS)\n", stderr);
    return 2;
  }
  bool const counts = argv[3][0] == 'x';
  net::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  int const in_flight = std::atoi(argv[2]);
  http::agent_options options;
  options.keep_alive = true;
  options.max_sockets = static_cast<std::size_t>(in_flight);
  measured m{http::agent(io.get_executor(), options),
             std::string("http://127.0.0.1:") + argv[1] + "/hello",
             counts ? std::strtoull(argv[3] + 1, nullptr, 10)
                    : std::numeric_limits<unsigned long long>::max()};

  double start = 0;
  double cpu = 0;
  double end = 0;
  double cpu_end = 0;
  unsigned long long before = 0;
  net::steady_timer warm(io, counts ? 0s : 300ms);
  net::steady_timer enough(io);
  warm.async_wait([&](boost::system::error_code) {
    before = m.answered;
    start = seconds_of(CLOCK_MONOTONIC);
    cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    if (!counts) {
      enough.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
          std::chrono::duration<double>(std::atof(argv[3]))));
      enough.async_wait([&](boost::system::error_code) {
        end = seconds_of(CLOCK_MONOTONIC);
        cpu_end = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        before = m.answered - before;
        m.left = 0;
      });
    }
  });
  int lanes = in_flight;
  for (int i = 0; i < in_flight; ++i) {
    net::co_spawn(io, lane(m), [&](std::exception_ptr e) {
      if (e) {
        std::rethrow_exception(e);
      }
      if (--lanes == 0) {
        m.agent.destroy();
      }
    });
  }
  io.run();
  if (counts) {
    end = seconds_of(CLOCK_MONOTONIC);
    cpu_end = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    before = m.answered - before;
  }
  std::printf("%llu %.4f %.4f\n", before, end - start, cpu_end - cpu);
} catch (std::exception const& e) {
  std::fprintf(stderr, "anode_client: %s\n", e.what());
  return 1;
}
