// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// In the steady state a client on a keep-alive connection makes no allocation, one read and one
// write for each request.
#include "allocation/counting_new.hpp"
#include "runtime/clock.hpp"
#include "support/catch.hpp"
#include "support/counting_stream.hpp"
#include "support/traced.hpp"
#include "transport/memory_stream.hpp"

#include <anode/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace allocation_client_allocation {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Answers each request with the same bytes. The requests have no body.
class answerer final : public anode::detail::counted {
public:
  answerer(std::unique_ptr<anode::byte_stream> stream, std::string_view answer)
      : stream_(std::move(stream)), answer_(answer) {}

  void read() {
    stream_->async_read_some(net::buffer(bytes_), anode::io_callback(*this, &answerer::on_read));
  }

private:
  static void on_read(anode::detail::counted& self, anode::error_code ec, std::size_t size) {
    auto& a = static_cast<answerer&>(self);
    if (ec) {
      a.stream_->close();
      return;
    }
    if (std::string_view(a.bytes_, size).ends_with("\r\n\r\n")) {
      net::const_buffer const buffer(a.answer_.data(), a.answer_.size());
      anode::error_code ignored;
      a.stream_->try_write({&buffer, 1}, ignored);
    }
    a.read();
  }

  std::unique_ptr<anode::byte_stream> stream_;
  std::string_view answer_;
  char bytes_[4096];
};

struct outcome {
  std::size_t allocated = 0;
  unsigned answered = 0;
  std::size_t reads = 0;
  std::size_t writes = 0;
};

net::awaitable<void> ask(http::agent& agent, outcome& o) {
  std::size_t before = 0;
  for (int i = 0; i != 550; ++i) {
    if (i == 50) {
      before = support::allocations;
    }
    http::incoming_message response = co_await agent.get("http://127.0.0.1:8000/hello");
    std::string const text = co_await response.text();
    o.answered += text == "Hello World!" ? 1U : 0U;
  }
  o.allocated = support::allocations - before;
  agent.destroy();
}

/// Makes 50 requests to warm up, then 500 measured ones, one after the other.
outcome run(std::string_view answer, http::client_trace trace = {}) {
  net::io_context io(1);
  anode::runtime::clock::of(io.get_executor()).set_manual(std::chrono::sys_seconds(1000s));
  auto const counts = std::make_shared<support::counting_stream::counts>();
  counts->buffer_counts.reserve(10000);
  counts->addresses.reserve(10000);
  http::agent_options options;
  options.keep_alive = true;
  options.create_connection =
      [&](http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
    auto [here, there] = anode::transport::make_memory_pair(io.get_executor());
    anode::detail::ptr<answerer> const a(new answerer(std::move(there), answer));
    a->read();
    co_return std::make_unique<support::counting_stream>(std::move(here), counts);
  };
  http::agent agent(io.get_executor(), options);
  agent.set_trace(std::move(trace));
  outcome o;
  net::co_spawn(io, ask(agent, o), net::detached);
  io.run();
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(support::allocations > 0);  // At least the allocations of this function.
#endif
  o.reads = counts->reads;
  o.writes = counts->writes;
  return o;
}

void check(outcome const& o) {
  CHECK(o.answered == 550);
  CHECK(o.writes == 550);
  CHECK(o.reads == 550);
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(o.allocated == 0);
#endif
}

}  // namespace

TEST_CASE("steady state: a GET of a client is one read, one write and no allocation") {
  check(
      run("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: keep-alive\r\n"
          "Keep-Alive: timeout=5\r\nContent-Length: 12\r\n\r\nHello World!"));
}

TEST_CASE("steady state: a traced GET of a client makes no allocation either") {
  unsigned calls = 0;
  check(run("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello World!",
            support::traced_by([&calls] { ++calls; })));
  CHECK(calls == 550 * 6);
}

TEST_CASE("steady state: a client reads a chunked response without an allocation") {
  check(
      run("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          "6\r\nHello \r\n6\r\nWorld!\r\n0\r\n\r\n"));
}

}  // namespace allocation_client_allocation
