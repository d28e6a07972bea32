// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The keep-alive race: a server closes connections after an idle time T, and a client sends its
// next request about T after the last response. The program counts how often this fails.
//
// usage: bench_keep_alive_race serve T
//          Answers every request and closes connections that are idle for T milliseconds. Prints
//          its port.
//        bench_keep_alive_race run PORT T REQUESTS LANES RETRY
//          Sends REQUESTS requests through LANES agents with one connection each. Each request is
//          sent T - 10 to T + 10 milliseconds after the last response. RETRY is the agents' option
//          `retry`.
// keep_alive_race.mjs is `run` for Node.
#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace http = anode::http;
namespace net = boost::asio;
using net::ip::tcp;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

// The server uses plain Asio, because it must be the same for all clients.

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct connection {
  explicit connection(tcp::socket s) : socket(std::move(s)), deadline(socket.get_executor()) {}
  tcp::socket socket;
  net::steady_timer deadline;
  bool idle = false;
};

net::awaitable<void> serve(std::shared_ptr<connection> c, milliseconds idle) {
  std::string received;
  boost::system::error_code ec;
  while (!ec) {
    char buffer[4096];
    std::size_t const n = co_await c->socket.async_read_some(
        net::buffer(buffer), net::redirect_error(net::use_awaitable, ec));
    c->idle = false;
    c->deadline.cancel();
    received.append(buffer, n);
    std::size_t const end = received.find("\r\n\r\n");
    if (end == std::string::npos) {
      continue;
    }
    received.erase(0, end + 4);
    co_await net::async_write(c->socket, net::buffer(answer.data(), answer.size()),
                              net::redirect_error(net::use_awaitable, ec));
    c->idle = true;
    c->deadline.expires_after(idle);
    c->deadline.async_wait([c](boost::system::error_code cancelled) {
      boost::system::error_code ignored;
      if (!cancelled && c->idle) {
        c->socket.close(ignored);
      }
    });
  }
}

net::awaitable<void> accept(tcp::acceptor acceptor, milliseconds idle) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(net::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    net::co_spawn(acceptor.get_executor(),
                  serve(std::make_shared<connection>(std::move(socket)), idle), net::detached);
  }
}

int run_server(milliseconds idle) {
  net::io_context io{1};
  tcp::acceptor acceptor(io, tcp::endpoint(net::ip::address_v4::loopback(), 0));
  std::printf("%u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
  std::fflush(stdout);
  net::co_spawn(io, accept(std::move(acceptor), idle), net::detached);
  io.run();
  return 0;
}

// The client.

struct outcome {
  unsigned answered = 0;
  unsigned failed = 0;
  unsigned reused = 0;  // responses on reused connections
  unsigned retries = 0;
  std::map<std::string, unsigned> errors;
};

net::awaitable<void> lane(net::any_io_executor ex, std::string url, milliseconds idle,
                          unsigned requests, unsigned retry, unsigned seed, outcome& all) {
  http::agent_options options;
  options.keep_alive = true;
  options.max_sockets = 1;
  options.retry = retry;
  http::agent agent(ex, options);
  std::minstd_rand dice(seed + 1);
  std::uniform_int_distribution<int> about(-10'000, 10'000);
  net::steady_timer pause(ex);
  for (unsigned i = 0; i < requests; ++i) {
    http::client_request request = agent.request("GET", url);
    request.end();
    try {
      http::incoming_message response = co_await request.response();
      co_await response.text();
      ++all.answered;
      all.reused += request.reused_socket() ? 1 : 0;
    } catch (http::request_error const& e) {
      ++all.failed;
      ++all.errors[std::string(e.code_name()) + " " + std::string(to_string(e.verdict())) +
                   (e.reused_socket() ? " reused" : " fresh")];
    }
    all.retries += request.retries();
    pause.expires_after(idle + microseconds(about(dice)));
    co_await pause.async_wait(net::use_awaitable);
  }
}

int run_client(std::string const& port, milliseconds idle, unsigned requests, unsigned lanes,
               unsigned retry) {
  net::io_context io{1};
  outcome all;
  std::string const url = "http://127.0.0.1:" + port + "/";
  for (unsigned i = 0; i < lanes; ++i) {
    net::co_spawn(io, lane(io.get_executor(), url, idle, requests / lanes, retry, i, all),
                  net::detached);
  }
  io.run();
  std::printf("%u answered, %u of them on a kept connection; %u failed; %u sent again\n",
              all.answered, all.reused, all.failed, all.retries);
  for (auto const& [what, count] : all.errors) {
    std::printf("  %u %s\n", count, what.c_str());
  }
  return 0;
}

unsigned number(char const* text) { return static_cast<unsigned>(std::strtoul(text, nullptr, 10)); }

}  // namespace

int main(int argc, char** argv) {
  std::string_view const what = argc > 1 ? argv[1] : "";
  if (what == "serve" && argc == 3) {
    return run_server(milliseconds(number(argv[2])));
  }
  if (what == "run" && argc == 7) {
    return run_client(argv[2], milliseconds(number(argv[3])), number(argv[4]), number(argv[5]),
                      number(argv[6]));
  }
  std::fputs("usage: serve T | run PORT T REQUESTS LANES RETRY\n", stderr);
  return 2;
}
