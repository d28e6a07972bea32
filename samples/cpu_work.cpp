// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Work that would block the server runs on a thread pool: GET /primes/N counts the primes below N.
// The handler's coroutine moves to the pool and back; the server answers other requests meanwhile.

#include "serve.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include <charconv>
#include <exception>
#include <vector>

namespace http = anode::http;
namespace net = boost::asio;

namespace {

std::size_t count_primes(std::uint32_t below) {
  std::vector<bool> composite(below);
  std::size_t count = 0;
  for (std::uint32_t i = 2; i < below; ++i) {
    if (composite[i]) {
      continue;
    }
    ++count;
    for (std::uint64_t j = std::uint64_t{i} * i; j < below; j += i) {
      composite[j] = true;
    }
  }
  return count;
}

// Runs on the pool from its first statement to its end. Its caller resumes on its own executor.
net::awaitable<std::size_t> on_pool(std::uint32_t below) { co_return count_primes(below); }

class prime_service {
public:
  explicit prime_service(std::size_t threads) : pool_(threads), limit_(4 * threads) {}

  net::awaitable<void> operator()(http::incoming_message& req, http::server_response& res) {
    std::string_view const path = req.path();
    std::string_view const text = path.substr(path.rfind('/') + 1);
    std::uint32_t below = 0;
    auto const [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), below);
    if (!path.starts_with("/primes/") || ec != std::errc{} || below > 100'000'000) {
      res.set_status_code(404).end("GET /primes/N, N at most 100000000\n");
    } else if (running_ == limit_) {
      res.set_header("Retry-After", 1).set_status_code(503).end("busy\n");
    } else {
      ++running_;
      auto const count = co_await net::co_spawn(pool_, on_pool(below), net::use_awaitable);
      --running_;
      co_await res.end(fmt::format("{}\n", count));
    }
  }

private:
  net::thread_pool pool_;
  std::size_t limit_;
  std::size_t running_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  std::size_t threads = 2;
  samples::options{"cpu_work", "Counts primes on a thread pool."}
      .add(at)
      .add("--pool", "N", threads, "number of threads of the pool (2)")
      .parse(argc, argv);
  prime_service primes(threads);
  net::io_context io{1};
  http::server server{
      io.get_executor(),
      [&](http::incoming_message& req, http::server_response& res) { return primes(req, res); }};
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "cpu_work: {}\n", e.what());
  return EXIT_FAILURE;
}
