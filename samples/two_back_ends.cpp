// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Asks two servers at the same time and joins their answers. One deadline applies to both. If the
// client disconnects, both requests are aborted.

#include "serve.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <chrono>
#include <exception>

namespace http = anode::http;
namespace net = boost::asio;
using namespace net::experimental::awaitable_operators;

namespace {

// Returns the body of a page, or the reason why there is none. Cancellation is not caught: it ends
// the handler.
net::awaitable<std::string> ask(http::agent agent, std::string url,
                                std::chrono::milliseconds deadline) {
  http::request_options options;
  options.deadline = deadline;
  try {
    auto res = co_await agent.get(url, options);
    std::string text = co_await res.text(64 * 1024);
    co_return res.status_code() == 200 ? text : fmt::format("(status {})\n", res.status_code());
  } catch (http::request_error const& e) {
    if (e.code() == http::error::aborted) {
      throw;
    }
    co_return fmt::format("({} while in phase {})\n", http::code_name(e.code()),
                          http::to_string(e.phase()));
  }
}

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  std::string first;
  std::string second;
  unsigned timeout = 1000;
  samples::options options{"two_back_ends", "Joins the answers of two servers."};
  options.add(at)
      .add("--first", "URL", first, "the first server")
      .add("--second", "URL", second, "the second server")
      .add("--timeout", "MS", timeout, "time limit of both requests (1000)")
      .parse(argc, argv);
  if (first.empty() || second.empty()) {
    options.fail("--first or --second is missing");
  }
  net::io_context io{1};
  http::agent agent{io.get_executor(), {.keep_alive = true}};
  http::server server{
      io.get_executor(),
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        co_await http::enable_cancellation();
        std::chrono::milliseconds const limit(timeout);
        auto answers = co_await (ask(agent, first, limit) && ask(agent, second, limit));
        res.set_header("Content-Type", "text/plain");
        co_await res.end(std::get<0>(answers) + std::get<1>(answers));
      }};
  server.on_close([&] { agent.close_free(); });  // idle connections would keep the context running
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "two_back_ends: {}\n", e.what());
  return EXIT_FAILURE;
}
