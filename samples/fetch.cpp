// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A small curl. It sends requests through a pooling agent, with or without TLS and a proxy. The
// request body is sent while the response is received, because otherwise both sides could block
// each other.

#include "options.hpp"
#include "tls_options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#ifdef BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
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

// A body that is read without blocking the event loop.
class body_source {
public:
  virtual ~body_source() = default;

  // Reads the next bytes. Returns 0 at the end.
  virtual net::awaitable<std::size_t> read(net::mutable_buffer into) = 0;
};

// A file. A thread waits for the disk.
class file_source final : public body_source {
public:
  explicit file_source(std::istream& file) : file_(file) {}

  net::awaitable<std::size_t> read(net::mutable_buffer into) override {
    auto const here = co_await net::this_coro::executor;
    co_await net::this_coro::throw_if_cancelled(false);  // not in the other thread
    co_await net::post(net::bind_executor(thread_, net::use_awaitable));
    file_.read(static_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    auto const bytes = static_cast<std::size_t>(file_.gcount());
    co_await net::post(net::bind_executor(here, net::use_awaitable));
    co_await net::this_coro::throw_if_cancelled(true);
    co_return bytes;
  }

private:
  std::istream& file_;
  net::thread_pool thread_{1};
};

#ifdef BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR

// A pipe or a terminal, which may have nothing to read for a long time.
class pipe_source final : public body_source {
public:
  pipe_source(net::any_io_executor const& ex, int descriptor) : stream_(ex, descriptor) {}

  net::awaitable<std::size_t> read(net::mutable_buffer into) override {
    boost::system::error_code ec;
    std::size_t const bytes =
        co_await stream_.async_read_some(into, net::redirect_error(net::use_awaitable, ec));
    if (ec && ec != net::error::eof) {
      throw boost::system::system_error(ec, "stdin");
    }
    co_return bytes;
  }

private:
  net::posix::stream_descriptor stream_;
};

std::unique_ptr<body_source> open_stdin(net::any_io_executor const& ex) {
  struct stat facts{};
  if (::fstat(STDIN_FILENO, &facts) != 0 || S_ISREG(facts.st_mode)) {
    return std::make_unique<file_source>(std::cin);
  }
  return std::make_unique<pipe_source>(ex, ::dup(STDIN_FILENO));
}

#else

std::unique_ptr<body_source> open_stdin(net::any_io_executor const&) {
  return std::make_unique<file_source>(std::cin);
}

#endif

// Sends the body, and sets `sent` after its last byte. A server may respond and close before it has
// read the whole body. Write errors are therefore ignored here: the response decides the result of
// the request. With Content-Length a response may also end before the end of the body is read here.
net::awaitable<void> send(body_source& body, http::client_request& req, bool& sent) {
  try {
    std::array<char, 65536> buffer;
    std::size_t bytes = co_await body.read(net::buffer(buffer));
    while (bytes > 0 && !req.destroyed()) {
      co_await req.write({buffer.data(), bytes});
      bytes = co_await body.read(net::buffer(buffer));
    }
    sent = bytes == 0;
    co_await req.end();
  } catch (boost::system::system_error const&) {
    if (!req.destroyed()) {
      throw;  // the body cannot be read
    }
  }
}

// Thrown when an error response arrives before the end of the body. It cancels the upload.
struct upload_refused {};

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
  if (res.status_code() >= 400 && !req.writable_finished()) {
    req.destroy();  // the server does not want the rest of the body
    throw upload_refused();
  }
}

// Sends a body and receives the response at the same time. Only an error response ends the upload.
net::awaitable<void> exchange(job const& j, body_source& body, http::client_request& req) {
  bool sent = false;
  try {
    co_await (send(body, req, sent) && receive(j, req));
  } catch (upload_refused const&) {
    co_return;
  }
  if (!sent) {
    throw std::runtime_error("the server has not read the whole body");
  }
}

net::awaitable<void> run_one(job const& j, http::agent& agent) {
  auto req = agent.request(request_of(j));
  if (!j.data.starts_with('@')) {
    req.end(j.data);
    try {
      co_await receive(j, req);
    } catch (upload_refused const&) {
      co_return;
    }
  } else if (j.data == "@-") {
    std::unique_ptr<body_source> const input = open_stdin(agent.get_executor());
    co_await exchange(j, *input, req);
  } else {
    std::ifstream file(j.data.substr(1), std::ios::binary);
    if (!file) {
      throw std::runtime_error(fmt::format("cannot read '{}'", j.data.substr(1)));
    }
    file_source body(file);
    co_await exchange(j, body, req);
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
