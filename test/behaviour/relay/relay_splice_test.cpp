// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/clock.hpp"
#include "support/catch.hpp"
#include "support/run.hpp"
#include "transport/socket_stream.hpp"

#include <anode/http.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace behaviour_relay_relay_splice {

namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

// Large enough that a relay switches to splice.
constexpr std::size_t large = 8'000'000;

anode::socket system_socket(net::ip::tcp::socket s) {
  return anode::socket(std::make_unique<anode::transport::socket_stream>(
      net::generic::stream_protocol::socket(std::move(s))));
}

struct tcp_pair {
  explicit tcp_pair(net::io_context& io) {
    net::ip::tcp::acceptor acceptor(io, {net::ip::address_v4::loopback(), 0});
    net::ip::tcp::socket one(io);
    one.connect(acceptor.local_endpoint());
    b = system_socket(acceptor.accept());
    a = system_socket(std::move(one));
  }

  anode::socket a;
  anode::socket b;
};

std::string pattern(std::size_t size, unsigned seed) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    seed = seed * 1664525 + 1013904223;
    out[i] = static_cast<char>(seed >> 24U);
  }
  return out;
}

net::awaitable<void> read_all(anode::socket from, std::string& to) {
  try {
    while (auto const chunk = co_await from.read()) {
      to += *chunk;
    }
  } catch (boost::system::system_error const&) {
  }
}

net::awaitable<void> write_all(anode::socket to, std::string data) {
  try {
    co_await to.write(data);
    to.end();
    co_await to.drained();
  } catch (boost::system::system_error const&) {
  }
}

// Two connections with a relay between them.
struct fixture {
  void start(std::chrono::milliseconds idle = {}) {
    net::co_spawn(io, anode::relay(left.b, right.b, idle),
                  net::bind_cancellation_slot(cancel.slot(),
                                              [this](std::exception_ptr, anode::relay_result r) {
                                                result = r;
                                                done = true;
                                              }));
  }

  // Runs until `f()` returns true, up to a generous time limit.
  template <class F>
  void until(F f) {
    auto const limit = std::chrono::steady_clock::now() + 30s;
    io.restart();
    while (!f() && std::chrono::steady_clock::now() < limit && io.run_one_until(limit) > 0) {
    }
    REQUIRE(f());
  }

  net::io_context io;
  tcp_pair left{io};
  tcp_pair right{io};
  net::cancellation_signal cancel;
  anode::relay_result result;
  bool done = false;
};

}  // namespace

TEST_CASE("relay: between TCP sockets every byte arrives, in both directions at once") {
  fixture f;
  std::string const there = pattern(large, 1);
  std::string const back = pattern(large / 2, 2);
  std::string at_right;
  std::string at_left;
  f.start();
  net::co_spawn(f.io, write_all(f.left.a, there), net::detached);
  net::co_spawn(f.io, write_all(f.right.a, back), net::detached);
  net::co_spawn(f.io, read_all(f.right.a, at_right), net::detached);
  net::co_spawn(f.io, read_all(f.left.a, at_left), net::detached);
  f.until(
      [&] { return f.done && at_right.size() == there.size() && at_left.size() == back.size(); });
  CHECK((at_right == there));
  CHECK((at_left == back));
  CHECK(f.result.a_to_b == there.size());
  CHECK(f.result.b_to_a == back.size());
  CHECK(f.left.b.bytes_read() == there.size());
  CHECK(f.right.b.bytes_written() == there.size());
  CHECK(f.right.b.bytes_read() == back.size());
}

TEST_CASE("relay: a half-closed direction of TCP sockets leaves the other open") {
  fixture f;
  std::string at_right;
  std::string at_left;
  f.start();
  net::co_spawn(f.io, write_all(f.left.a, pattern(large, 1)), net::detached);
  net::co_spawn(f.io, read_all(f.right.a, at_right), net::detached);
  net::co_spawn(f.io, read_all(f.left.a, at_left), net::detached);
  f.until([&] { return at_right.size() == large; });
  CHECK_FALSE(f.done);
  f.right.a.end("answer");
  f.until([&] { return f.done && !at_left.empty(); });
  CHECK(at_left == "answer");
  CHECK(f.result.b_to_a == 6);
}

TEST_CASE("relay: back-pressure of a TCP socket stops reading") {
  fixture f;
  f.start();
  net::co_spawn(f.io, write_all(f.left.a, std::string(large * 8, 'x')), net::detached);
  f.until([&] { return f.left.b.bytes_read() > 400'000; });
  CHECK_FALSE(f.done);
  CHECK(f.left.b.bytes_read() - f.right.b.bytes_written() <= 65536);
  CHECK(f.left.b.bytes_read() < large * 8);
  SECTION("reading continues when the socket accepts data") {
    std::string at_right;
    net::co_spawn(f.io, read_all(f.right.a, at_right), net::detached);
    f.until([&] { return at_right.size() == large * 8; });
  }
  SECTION("the relay ends when that side is lost") {
    f.right.a.reset();
    f.until([&] { return f.done; });
    CHECK(f.left.b.destroyed());
  }
  SECTION("the relay ends when the other side is lost") {
    f.left.a.reset();
    f.right.a.reset();
    f.until([&] { return f.done; });
  }
  SECTION("the relay ends when it is cancelled") {
    f.cancel.emit(net::cancellation_type::terminal);
    f.until([&] { return f.done; });
    CHECK(f.left.b.destroyed());
    CHECK(f.right.b.destroyed());
  }
}

TEST_CASE("relay: TCP sockets that idle too long are closed") {
  fixture f;
  auto& clock = anode::runtime::clock::of(f.io.get_executor());
  clock.set_manual(std::chrono::sys_seconds(0s));
  std::string at_right;
  f.start(10s);
  net::co_spawn(f.io, read_all(f.right.a, at_right), net::detached);
  std::string const data(large, 'x');
  net::co_spawn(
      f.io,
      [](anode::socket to, std::string const& text) -> net::awaitable<void> {
        co_await to.write(text);
      }(f.left.a, data),
      net::detached);
  f.until([&] { return at_right.size() == large; });
  clock.advance(9s);
  f.left.a.write("x");
  f.until([&] { return at_right.size() == large + 1; });
  clock.advance(9s);
  CHECK_FALSE(f.left.b.destroyed());
  clock.advance(11s);
  clock.advance(11s);
  f.until([&] { return f.done; });
  CHECK(f.left.b.destroyed());
  CHECK(f.result.a_to_b == large + 1);
}

}  // namespace behaviour_relay_relay_splice
