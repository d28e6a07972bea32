// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A small curl. It sends requests through a pooling agent, with or without TLS and a proxy. The
// request body is sent while the response is received, because otherwise both sides could block
// each other.

#include "options.hpp"
#include "tls_options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace http = anode::http;
namespace net = boost::asio;
using namespace net::experimental::awaitable_operators;

struct job {
  std::string url;
  std::string method;
  std::map<std::string, std::vector<std::string>> headers;
  std::string data;  // "@FILE" sends the content of the file
  bool has_data = false;
  bool show_head = false;
  unsigned repeat = 1;
  unsigned concurrency = 1;
  unsigned timeout = 0;
};

http::request_options request_of(job const& j) {
  http::request_options options;
  options.set_url(j.url);
  options.method = j.method.empty() ? (j.has_data ? "POST" : "GET") : j.method;
  for (auto const& [name, values] : j.headers) {
    if (values.size() == 1) {
      options.headers.append(name, values.front());  // one text, not a list: Host must be one
    } else {
      options.headers.append(name, values);
    }
  }
  if (j.has_data && !options.headers.contains("Content-Type")) {
    options.headers.append("Content-Type", "application/x-www-form-urlencoded");
  }
  options.deadline = std::chrono::seconds(j.timeout);
  return options;
}

// Sends the body. A server may respond and close before it has read the whole body. Write errors
// are therefore ignored here: the response decides the result of the request.
net::awaitable<void> send(std::istream& body, http::client_request& req) {
  try {
    std::array<char, 65536> buffer;
    while (body.read(buffer.data(), buffer.size()), body.gcount() > 0) {
      co_await req.write({buffer.data(), static_cast<std::size_t>(body.gcount())});
    }
    co_await req.end();
  } catch (boost::system::system_error const&) {
  }
}

net::awaitable<void> receive(job const& j, http::client_request& req) {
  auto res = co_await req.response();
  if (j.show_head) {
    fmt::print("HTTP/{} {} {}\r\n", res.http_version(), res.status_code(), res.status_message());
    for (auto const& [name, value] : res.raw_headers()) {
      fmt::print("{}: {}\r\n", name, value);
    }
    fmt::print("\r\n");
  }
  while (auto const chunk = co_await res.read()) {
    std::fwrite(chunk->data(), 1, chunk->size(), stdout);
    std::fflush(stdout);  // the next chunk may be an event that comes later
  }
  if (!req.writable_finished()) {
    req.destroy();  // the response is complete: stop sending the body
  }
}

net::awaitable<void> run_one(job const& j, http::agent& agent) {
  auto req = agent.request(request_of(j));
  if (!j.data.starts_with('@')) {
    req.end(j.data);
    co_await receive(j, req);
  } else if (j.data == "@-") {
    co_await (send(std::cin, req) && receive(j, req));
  } else {
    std::ifstream file(j.data.substr(1), std::ios::binary);
    if (!file) {
      throw std::runtime_error(fmt::format("cannot read '{}'", j.data.substr(1)));
    }
    co_await (send(file, req) && receive(j, req));
  }
}

// Makes requests one after another until none is left.
net::awaitable<void> run_some(job const& j, http::agent agent, unsigned& left) {
  while (left > 0) {
    --left;
    co_await run_one(j, agent);
  }
}

int main(int argc, char** argv) try {
  job j;
  http::agent_options pool;
  pool.keep_alive = true;
  pool.connect_timeout = std::chrono::seconds(10);
  samples::client_tls tls;
  samples::options options{"fetch", "Makes requests and prints the bodies of the responses."};
  options.argument("URL", j.url)
      .add("-X", "METHOD", j.method, "GET, or POST with -d")
      .add("-H", "'NAME: VALUE'", "a header; may be repeated",
           [&](std::string_view line) {
             std::size_t const colon = line.find(':');
             if (colon == 0 || colon == std::string_view::npos) {
               return false;
             }
             std::size_t const begin = line.find_first_not_of(" \t", colon + 1);
             std::string_view const value =
                 begin == std::string_view::npos ? std::string_view() : line.substr(begin);
             j.headers[std::string(line.substr(0, colon))].emplace_back(value);
             return true;
           })
      .add("-d", "TEXT", "the body; @FILE streams a file, @- streams stdin",
           [&](std::string_view data) {
             j.data = data;
             return j.has_data = true;
           })
      .add("-i", j.show_head, "print status and headers too")
      .add("--repeat", "N", j.repeat, "number of requests, on persistent connections (1)")
      .add("--concurrency", "N", j.concurrency, "number of requests at a time; bodies may mix (1)")
      .add("--proxy", "URL", pool.proxy, "use this proxy")
      .add("--tunnel", pool.proxy_tunnel, "use a CONNECT tunnel of the proxy")
      .add("--timeout", "SECONDS", j.timeout, "time limit of a request, 0: none (0)")
      .add(tls);
  tls.add_own_to(options);
  options.parse(argc, argv);
  if (j.repeat == 0) {
    return EXIT_SUCCESS;
  }
  if (j.repeat > 1 && j.data == "@-") {
    options.fail("stdin can be sent only once");
  }

  samples::client_tls::check(j.url);
  net::io_context io{1};
  unsigned left = j.repeat;
  {
    // The coroutines share the agent. When the last one ends, the agent closes its connections.
    http::agent const agent = tls.make_agent(io.get_executor(), pool);
    for (unsigned i = 0; i < std::clamp(j.concurrency, 1u, j.repeat); ++i) {
      net::co_spawn(io, run_some(j, agent, left), [](std::exception_ptr failure) {
        if (failure) {
          std::rethrow_exception(failure);  // propagates out of io.run()
        }
      });
    }
  }
  io.run();
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw std::runtime_error("cannot write the bodies");
  }
} catch (http::request_error const& e) {
  std::fflush(stdout);
  std::string_view const what = e.what();
  std::string_view const name = e.reason().empty() ? e.code_name() : e.reason();
  bool const named = what.find(name) != std::string_view::npos;  // as in "read ECONNRESET"
  fmt::print(stderr, "fetch: {}{}\n", what, named ? "" : fmt::format(" ({})", name));
  return EXIT_FAILURE;
} catch (std::exception const& e) {
  std::fflush(stdout);
  fmt::print(stderr, "fetch: {}\n", e.what());
  return EXIT_FAILURE;
}
