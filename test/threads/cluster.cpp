// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Runs a cluster for the thread sanitizer. Each worker sends requests to the shared port through
// its global agent, while other threads call the functions that any thread may call.
// Usage: cluster [REQUESTS]

#include <anode/cluster.hpp>
#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

namespace http = anode::http;
namespace net = boost::asio;

namespace {

constexpr unsigned workers = 4;
constexpr unsigned long clients_each = 8;

std::atomic<unsigned long> right = 0;
std::atomic<unsigned long> wrong = 0;

net::awaitable<void> ask(net::any_io_executor ex, std::uint16_t port, unsigned long count) {
  std::string const url = "http://127.0.0.1:" + std::to_string(port) + "/";
  for (unsigned long n = 0; n < count; ++n) {
    try {
      http::incoming_message res = co_await http::get(ex, url);
      std::string const text = co_await res.text();
      ++(text == "hello" ? right : wrong);
    } catch (std::exception const& e) {
      ++wrong;
      std::fprintf(stderr, "request %lu: %s\n", n, e.what());
    }
  }
}

unsigned long run(unsigned long requests) {
  std::atomic<unsigned long> clients = workers * clients_each;
  std::atomic<unsigned long> calls = 0;
  http::cluster_options o;
  o.threads = workers;
  o.grace = std::chrono::seconds(60);
  o.server.max_requests_per_socket = 10;  // new connections reach the other workers
  http::cluster* all = nullptr;
  http::cluster cluster(o, [&](http::worker& w) {
    w.server().on_request(
        [](http::incoming_message&, http::server_response& res) { res.end("hello"); });
    w.on_drain([ex = w.get_executor()] { http::global_agent(ex).destroy(); });
    for (unsigned long i = 0; i != clients_each; ++i) {
      net::co_spawn(w.get_executor(),
                    ask(w.get_executor(), all->address().port, requests / clients),
                    [&](std::exception_ptr const&) {
                      if (--clients == 0) {
                        all->drain();
                      }
                    });
    }
  });
  all = &cluster;
  cluster.listen(0, "127.0.0.1");
  unsigned long const wanted = requests / clients * clients;
  std::thread caller([&] {
    while (clients != 0) {
      cluster.for_each_worker([&](http::worker& w) { calls += w.server().connection_count(); });
      // Limits the number of calls; no result depends on it.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  http::drain_result const result = cluster.run();
  caller.join();
  std::printf("%lu requests, %lu failed, %zu connections cut\n", right.load() + wrong.load(),
              wrong.load(), result.cut);
  return wanted;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned long const wanted = run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000);
  return wrong == 0 && right == wanted ? 0 : 1;
}
