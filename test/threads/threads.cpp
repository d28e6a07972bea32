// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Runs servers and clients in several threads for the thread sanitizer. Each of four executors has
// a server, and clients that send requests to the server of the next executor through the global
// agent. The executors are either strands of one pool of four threads, or contexts with one thread
// each. Usage: threads strands|contexts [REQUESTS]

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace http = anode::http;
namespace net = boost::asio;

namespace {

constexpr std::size_t executors = 4;
constexpr std::size_t clients_each = 8;

std::atomic<unsigned long> right = 0;
std::atomic<unsigned long> wrong = 0;

net::awaitable<void> answer(http::incoming_message& req, http::server_response& res) {
  std::string const body = co_await req.text();
  res.set_header("X-Length", std::to_string(body.size()));
  co_await res.end(body.empty() ? std::string_view("nothing") : std::string_view(body));
}

// The objects of one executor. They are created and destroyed on it.
struct side {
  net::any_io_executor ex;
  std::unique_ptr<http::server> server;
  std::uint16_t port = 0;
};

net::awaitable<void> listen(side& s) {
  s.server = std::make_unique<http::server>(s.ex, answer);
  s.server->listen(0, "127.0.0.1");
  s.port = s.server->address().port;
  co_return;
}

net::awaitable<void> stop(side& s) {
  http::global_agent(s.ex).destroy();
  s.server->close_all_connections();
  co_await s.server->close();
  s.server.reset();
}

net::awaitable<void> ask_once(net::any_io_executor ex, std::uint16_t port, unsigned long n) {
  // The resolver looks names up in a thread of the context's own.
  std::string const url = (n % 64 == 0 ? "http://localhost:" : "http://127.0.0.1:") +
                          std::to_string(port) + "/" + std::to_string(n);
  http::request_options o;
  o.method = n % 4 == 0 ? "POST" : "GET";
  if (n % 5 == 0) {
    o.timeout = std::chrono::seconds(20);
  }
  o.one_shot = n % 128 == 1;
  http::client_request req = http::request(ex, url, std::move(o));
  std::string const body(n % 4 == 0 ? n % 5000 : 0, 'b');
  req.end(body);
  if (n % 200 == 3) {
    req.destroy();  // an abandoned request
    ++right;
    co_return;
  }
  http::incoming_message res = co_await req.response();
  std::string const text = co_await res.text();
  ++(text == (body.empty() ? "nothing" : body) ? right : wrong);
}

net::awaitable<void> ask(net::any_io_executor ex, std::uint16_t port, unsigned long from,
                         unsigned long count) {
  for (unsigned long n = from; n < from + count; ++n) {
    try {
      co_await ask_once(ex, port, n);
    } catch (std::exception const& e) {
      ++wrong;
      std::fprintf(stderr, "request %lu: %s\n", n, e.what());
    }
  }
}

int run(std::vector<side>& sides, unsigned long requests) {
  for (side& s : sides) {
    net::co_spawn(s.ex, listen(s), net::use_future).get();
  }
  std::vector<std::future<void>> done;
  unsigned long const each = requests / (executors * clients_each);
  for (std::size_t i = 0; i < sides.size(); ++i) {
    for (std::size_t c = 0; c < clients_each; ++c) {
      done.push_back(net::co_spawn(
          sides[i].ex,
          ask(sides[i].ex, sides[(i + 1) % executors].port, (i * clients_each + c) * each, each),
          net::use_future));
    }
  }
  for (std::future<void>& one : done) {
    one.get();
  }
  for (side& s : sides) {
    net::co_spawn(s.ex, stop(s), net::use_future).get();
  }
  std::printf("%lu requests, %lu failed\n", right.load() + wrong.load(), wrong.load());
  return wrong == 0 && right == each * executors * clients_each ? 0 : 1;
}

int run_strands(unsigned long requests) {
  net::thread_pool pool(executors);
  std::vector<side> sides(executors);
  for (side& s : sides) {
    s.ex = net::make_strand(pool.get_executor());
  }
  int const code = run(sides, requests);
  pool.join();
  return code;
}

int run_contexts(unsigned long requests) {
  std::vector<std::unique_ptr<net::io_context>> contexts;
  std::vector<net::executor_work_guard<net::io_context::executor_type>> work;
  std::vector<std::thread> threads;
  std::vector<side> sides(executors);
  for (side& s : sides) {
    net::io_context& io = *contexts.emplace_back(std::make_unique<net::io_context>(1));
    work.emplace_back(io.get_executor());
    s.ex = io.get_executor();
    threads.emplace_back([&io] { io.run(); });
  }
  int const code = run(sides, requests);
  work.clear();
  for (std::thread& t : threads) {
    t.join();
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  std::string_view const kind = argc > 1 ? argv[1] : "";
  unsigned long const requests = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 2000;
  if (kind == "strands") {
    return run_strands(requests);
  }
  if (kind == "contexts") {
    return run_contexts(requests);
  }
  std::fprintf(stderr, "usage: threads strands|contexts [REQUESTS]\n");
  return 2;
}
