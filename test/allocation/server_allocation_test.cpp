// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// In the steady state a server makes no allocation, one read and one write for each request on a
// keep-alive connection.
#include "allocation/counting_new.hpp"
#include "runtime/clock.hpp"
#include "support/catch.hpp"
#include "support/counting_stream.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace allocation_server_allocation {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Sends a request, reads the response to its end and repeats, all inside one call of `run`.
class asker final : public anode::detail::counted {
public:
  asker(std::unique_ptr<anode::byte_stream> stream, std::string requests, unsigned answers)
      : stream_(std::move(stream)), requests_(std::move(requests)), answers_(answers) {}

  void ask(unsigned warm, unsigned then) {
    left_ = warm + then;
    counted_ = then;
    send();
  }

  std::size_t allocated = 0;
  unsigned answered = 0;

private:
  void send() {
    if (left_ == counted_) {
      before_ = support::allocations;
    }
    net::const_buffer const buffer(requests_.data(), requests_.size());
    anode::error_code ec;
    stream_->try_write({&buffer, 1}, ec);
    missing_ = answers_;
    read();
  }

  void read() {
    stream_->async_read_some(net::buffer(bytes_), anode::io_callback(*this, &asker::on_read));
  }

  static void on_read(anode::detail::counted& self, anode::error_code ec, std::size_t size) {
    auto& a = static_cast<asker&>(self);
    if (!ec) {
      a.took(std::string_view(a.bytes_, size));
    }
  }

  void took(std::string_view bytes) {
    for (char const c : bytes) {
      if (c == '!') {  // the last byte of each response, which occurs nowhere else in it
        ++answered;
        --missing_;
      }
    }
    if (missing_ > 0) {
      read();
    } else if (--left_ > 0) {
      send();
    } else {
      allocated = support::allocations - before_;
      stream_->close();
    }
  }

  std::unique_ptr<anode::byte_stream> stream_;
  std::string requests_;
  unsigned answers_;
  unsigned left_ = 0;
  unsigned counted_ = 0;
  unsigned missing_ = 0;
  std::size_t before_ = 0;
  char bytes_[16384];
};

struct outcome {
  std::size_t allocated = 0;
  unsigned answered = 0;
  std::size_t reads = 0;
  std::size_t writes = 0;
};

/// Sends `requests` 50 times to warm up, then 500 times to measure.
outcome run(http::handler handler, std::string const& requests, unsigned answers,
            http::server_trace trace = {}) {
  net::io_context io(1);
  anode::runtime::clock::of(io.get_executor()).set_manual(std::chrono::sys_seconds(1000s));
  http::server server(io.get_executor(), std::move(handler));
  server.set_trace(std::move(trace));
  auto [here, there] = anode::transport::make_memory_pair(io.get_executor());
  auto const counts = std::make_shared<support::counting_stream::counts>();
  counts->buffer_counts.reserve(10000);
  counts->addresses.reserve(10000);
  server.emit_connection(std::make_unique<support::counting_stream>(std::move(there), counts));
  anode::detail::ptr<asker> const a(new asker(std::move(here), requests, answers));
  a->ask(50, 500);
  io.run();
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(support::allocations > 0);  // At least the allocations of this function.
#endif
  return {a->allocated, a->answered, counts->reads, counts->writes};
}

std::string const small = "GET /hello HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n";
std::string const with_body = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";

net::awaitable<void> hello(http::incoming_message&, http::server_response& res) {
  res.set_header("Content-Type", "text/plain");
  co_await res.end("Hello World!");
}

}  // namespace

TEST_CASE(
    "steady state: a request to a coroutine handler is one read, one write and no allocation") {
  outcome const o = run(hello, small, 1);
  CHECK(o.answered == 550);
  CHECK(o.writes == 550);
  CHECK(o.reads == 551);  // The last read returns the end of input.
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(o.allocated == 0);
#endif
}

TEST_CASE(
    "steady state: a request to a callback handler is one read, one write and no allocation") {
  auto const callback = [](http::incoming_message&, http::server_response& res) {
    res.set_header("Content-Type", "text/plain");
    res.end("Hello World!");
  };
  outcome const o = run(callback, small, 1);
  CHECK(o.answered == 550);
  CHECK(o.writes == 550);
  CHECK(o.reads == 551);
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(o.allocated == 0);
#endif
}

TEST_CASE("steady state: requests received in one read are answered in one write") {
  std::string burst;
  for (int i = 0; i != 16; ++i) {
    burst += small;
  }
  outcome const o = run(hello, burst, 16);
  CHECK(o.answered == 16 * 550);
  CHECK(o.writes == 550);
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(o.allocated == 0);
#endif
}

TEST_CASE("steady state: a traced request is one read, one write and no allocation") {
  struct counts {
    unsigned starts = 0;
    unsigned heads = 0;
    unsigned finishes = 0;
    unsigned done = 0;
    std::uint64_t bytes = 0;
  } seen;
  http::server_trace t;
  t.connection_opened = [](anode::socket const&) {};
  t.connection_closed = [](anode::socket const&, http::connection_facts const&) {};
  t.request_start = [&](http::incoming_message&, http::server_response&) { ++seen.starts; };
  t.response_head = [&](http::incoming_message&, http::server_response&) { ++seen.heads; };
  t.response_finish = [&](http::incoming_message&, http::server_response&,
                          http::exchange_facts const& f) {
    ++seen.finishes;
    seen.bytes += f.body_bytes;
  };
  auto const handler = [&](http::incoming_message&,
                           http::server_response& res) -> net::awaitable<void> {
    res.on_done([&](http::exchange_facts const&) { ++seen.done; });
    co_await res.end("Hello World!");
  };
  outcome const o = run(handler, small, 1, std::move(t));
  CHECK(o.answered == 550);
  CHECK(o.writes == 550);
  CHECK(seen.starts == 550);
  CHECK(seen.heads == 550);
  CHECK(seen.finishes == 550);
  CHECK(seen.done == 550);
  CHECK(seen.bytes == 550 * 12);
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(o.allocated == 0);
#endif
}

TEST_CASE("steady state: a body received together with its head is read without an allocation") {
  auto const read_it = [](http::incoming_message& req,
                          http::server_response& res) -> net::awaitable<void> {
    std::size_t size = 0;
    for (;;) {
      auto const chunk = co_await req.read();
      if (!chunk) {
        break;
      }
      size += chunk->size();
    }
    co_await res.end(size == 5 ? "Hello World!" : "wrong");
  };
  outcome const o = run(read_it, with_body, 1);
  CHECK(o.answered == 550);
  CHECK(o.writes == 550);
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(o.allocated == 0);
#endif
}

TEST_CASE("steady state: the program's data of a request costs no allocation") {
  struct state {
    std::size_t number = 0;
    char name[200] = {};
  };
  std::size_t found = 0;
  auto const with_data = [&](http::incoming_message& req,
                             http::server_response& res) -> net::awaitable<void> {
    req.emplace_data<state>().number = 1;
    found += req.data<state>()->number;
    co_await res.end("Hello World!");
  };
  outcome const o = run(with_data, small, 1);
  CHECK(o.answered == 550);
  CHECK(found == 550);
  CHECK(o.writes == 550);
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(o.allocated == 0);
#endif
}

TEST_CASE("steady state: a listener of the head costs no allocation") {
  std::size_t calls = 0;
  auto const with_listener = [&](http::incoming_message&,
                                 http::server_response& res) -> net::awaitable<void> {
    res.on_head([&](std::optional<std::uint64_t> length) { calls += length == 12U ? 1U : 0U; });
    co_await res.end("Hello World!");
  };
  outcome const o = run(with_listener, small, 1);
  CHECK(o.answered == 550);
  CHECK(calls == 550);
  CHECK(o.writes == 550);
#if ANODE_COUNTS_ALLOCATIONS
  CHECK(o.allocated == 0);
#endif
}

}  // namespace allocation_server_allocation
