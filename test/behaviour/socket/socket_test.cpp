// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/clock.hpp"
#include "support/catch.hpp"
#include "support/counting_stream.hpp"
#include "support/run.hpp"
#include "transport/memory_stream.hpp"

#include <anode/relay.hpp>
#include <anode/socket.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <string>

namespace behaviour_socket_socket {

using support::counting_stream;
using support::run;
using support::settle;
namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

struct pair {
  explicit pair(net::io_context& io, std::size_t capacity = 65536) {
    auto [x, y] = anode::transport::make_memory_pair(io.get_executor(), capacity);
    a = anode::socket(std::make_unique<counting_stream>(std::move(x), counts));
    b = anode::socket(std::move(y));
  }
  std::shared_ptr<counting_stream::counts> counts = std::make_shared<counting_stream::counts>();
  anode::socket a;
  anode::socket b;
};

net::awaitable<std::string> read_all(anode::socket s) {
  std::string all;
  while (auto const chunk = co_await s.read()) {
    all.append(*chunk);
  }
  co_return all;
}

}  // namespace

TEST_CASE("socket: reads the bytes that the other side wrote, then the end") {
  net::io_context io;
  pair p(io);
  run(io, [](pair& x) -> net::awaitable<void> {
    co_await x.a.write("hello ");
    co_await x.a.write("world");
    x.a.end();
    std::string const all = co_await read_all(x.b);
    CHECK(all == "hello world");
    auto const after = co_await x.b.read();
    CHECK_FALSE(after);
  }(p));
  CHECK(p.a.bytes_written() == 11);
  CHECK(p.b.bytes_read() == 11);
}

TEST_CASE("socket: the writes of one tick are sent in one write") {
  net::io_context io;
  pair p(io);
  run(io, [](pair& x) -> net::awaitable<void> {
    x.a.write("one");
    x.a.write("two");
    x.a.write("three");
    co_await x.a.drained();
  }(p));
  CHECK(p.counts->writes == 1);
  CHECK(p.counts->buffer_counts == std::vector<std::size_t>{1});
}

TEST_CASE("socket: an awaited write of a large buffer does not copy it") {
  net::io_context io;
  pair p(io, 1 << 20);
  std::string const large(100000, 'x');
  run(io, [](pair& x, std::string const& data) -> net::awaitable<void> {
    co_await x.a.write(data);
  }(p, large));
  CHECK(p.counts->addresses == std::vector<void const*>{large.data()});
}

TEST_CASE("socket: a write that is not awaited buffers its unsent bytes") {
  net::io_context io;
  pair p(io, 1000);
  std::string expected;
  {
    std::string data(30000, 'a');
    data += "end";
    expected = data;
    bool const below = static_cast<bool>(p.a.write(data));
    CHECK(below);
    data.assign(30003, 'z');
  }
  p.a.end();
  std::string all;
  run(io, [](pair& x, std::string& out) -> net::awaitable<void> {
    out = co_await read_all(x.b);
  }(p, all));
  CHECK(all == expected);
}

TEST_CASE("socket: an awaited write waits while the other side does not read") {
  net::io_context io;
  pair p(io, 1000);
  std::string const data(200000, 'd');
  bool written = false;
  net::co_spawn(io, p.a.write(data).as_awaitable(), [&](std::exception_ptr) { written = true; });
  settle(io, 1s);
  CHECK_FALSE(written);
  CHECK(p.a.writable_length() >= 199000);
  p.a.end();
  std::string all;
  run(io, [](pair& x, std::string& out) -> net::awaitable<void> {
    out = co_await read_all(x.b);
  }(p, all));
  CHECK(written);
  CHECK(all == data);
}

TEST_CASE("socket: writes to a fast reader do not starve other handlers") {
  net::io_context io;
  pair p(io, 64 << 20);
  std::string const chunk(32768, 'x');
  std::uint64_t before_others = 0;
  run(io, [](pair& x, std::string const& data, std::uint64_t& sent) -> net::awaitable<void> {
    net::post(x.a.get_executor(), [&] { sent = x.a.bytes_written(); });
    for (int i = 0; i != 1000; ++i) {
      co_await x.a.write(data);
    }
  }(p, chunk, before_others));
  CHECK(p.a.bytes_written() == 32768000);
  CHECK(before_others > 0);
  CHECK(before_others <= 300000);
}

TEST_CASE("socket: half-close leaves the other direction open") {
  net::io_context io;
  pair p(io);
  run(io, [](pair& x) -> net::awaitable<void> {
    x.a.end("question");
    std::string const question = co_await read_all(x.b);
    CHECK(question == "question");
    CHECK_FALSE(x.a.writable());
    x.b.end("answer");
    std::string const answer = co_await read_all(x.a);
    CHECK(answer == "answer");
  }(p));
}

TEST_CASE("socket: a write after the end fails with an error") {
  net::io_context io;
  pair p(io);
  p.a.end();
  std::string code;
  run(io, [](pair& x, std::string& out) -> net::awaitable<void> {
    try {
      co_await x.a.write("late");
    } catch (boost::system::system_error const& e) {
      out = e.code().message();
    }
  }(p, code));
  CHECK(code == "write after end");
}

TEST_CASE("socket: destroy emits close once and ends the other side's input") {
  net::io_context io;
  pair p(io);
  int closed = 0;
  p.a.on_close([&] { ++closed; });
  p.a.destroy();
  p.a.destroy();
  CHECK(closed == 0);  // not inside the call
  run(io, [](pair& x) -> net::awaitable<void> {
    auto const chunk = co_await x.b.read();
    CHECK_FALSE(chunk);
    co_await x.a.closed();
  }(p));
  settle(io, 1s);
  CHECK(closed == 1);
  CHECK(p.a.destroyed());
}

TEST_CASE("socket: destroy_soon sends buffered writes first") {
  net::io_context io;
  pair p(io, 100);
  p.a.write(std::string(5000, 'q'));
  p.a.destroy_soon();
  std::string all;
  run(io, [](pair& x, std::string& out) -> net::awaitable<void> {
    out = co_await read_all(x.b);
  }(p, all));
  CHECK(all.size() == 5000);
  settle(io, 1s);
  CHECK(p.a.destroyed());
}

TEST_CASE("socket: dropping the last handle closes the connection") {
  net::io_context io;
  pair p(io);
  {
    anode::socket const copy = p.a;
    p.a = anode::socket();
    settle(io, 1s);
    CHECK_FALSE(copy.destroyed());
  }
  run(io, [](pair& x) -> net::awaitable<void> {
    auto const chunk = co_await x.b.read();
    CHECK_FALSE(chunk);
  }(p));
}

TEST_CASE("socket: a timeout is emitted and does not close the connection") {
  net::io_context io;
  auto& clock = anode::runtime::clock::of(io.get_executor());
  clock.set_manual(std::chrono::sys_seconds(0s));
  pair p(io);
  int calls = 0;
  p.a.set_timeout(100ms).on_timeout([&] { ++calls; });
  clock.advance(60ms);
  p.a.write("activity");
  settle(io, 1s);
  clock.advance(60ms);
  CHECK(calls == 0);
  clock.advance(60ms);
  CHECK(calls == 1);
  CHECK_FALSE(p.a.destroyed());
  p.a.set_timeout(0ms);
  clock.advance(10s);
  CHECK(calls == 1);
}

TEST_CASE("socket: a cancelled read leaves the connection usable") {
  net::io_context io;
  pair p(io);
  net::cancellation_signal cancel;
  std::exception_ptr error;
  net::co_spawn(
      io, [](anode::socket s) -> net::awaitable<void> { co_await s.read(); }(p.b),
      net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) { error = e; }));
  settle(io, 1s);
  cancel.emit(net::cancellation_type::terminal);
  settle(io, 1s);
  REQUIRE(error);
  run(io, [](pair& x) -> net::awaitable<void> {
    co_await x.a.write("still here");
    auto const chunk = co_await x.b.read();
    CHECK(chunk == "still here");
  }(p));
}

TEST_CASE("socket: works as a stream with Asio's algorithms") {
  net::io_context io;
  pair p(io, 10);
  run(io, [](net::io_context& context, pair& x) -> net::awaitable<void> {
    std::string const data(1000, 'k');
    net::co_spawn(
        context,
        [](anode::socket s, std::string d) -> net::awaitable<void> {
          co_await net::async_write(s, net::buffer(d), net::use_awaitable);
          s.end();
        }(x.a, data),
        net::detached);
    std::string got(1000, '\0');
    std::size_t const n = co_await net::async_read(x.b, net::buffer(got), net::use_awaitable);
    CHECK(n == 1000);
    CHECK(got == data);
    anode::error_code ec;
    char one = 0;
    std::size_t const none = co_await x.b.async_read_some(
        net::buffer(&one, 1), net::redirect_error(net::use_awaitable, ec));
    CHECK(none == 0);
    CHECK(ec == net::error::eof);
  }(io, p));
}

TEST_CASE("relay: forwards both directions with their ends, and counts bytes") {
  net::io_context io;
  pair left(io, 100);
  pair right(io, 100);
  anode::relay_result result;
  run(io,
      [](net::io_context& context, pair& l, pair& r,
         anode::relay_result& out) -> net::awaitable<void> {
        l.a.end(std::string(3000, 'l'));
        r.a.end(std::string(1234, 'r'));
        net::co_spawn(
            context,
            [](anode::socket a, anode::socket b) -> net::awaitable<void> {
              std::string const there = co_await read_all(a);
              CHECK(there == std::string(1234, 'r'));
              std::string const here = co_await read_all(b);
              CHECK(here == std::string(3000, 'l'));
            }(l.a, r.a),
            net::detached);
        out = co_await anode::relay(l.b, r.b);
      }(io, left, right, result));
  CHECK(result.a_to_b == 3000);
  CHECK(result.b_to_a == 1234);
  CHECK(left.b.destroyed());
  CHECK(right.b.destroyed());
}

TEST_CASE("relay: losing one side closes the other") {
  net::io_context io;
  pair left(io);
  pair right(io);
  run(io, [](pair& l, pair& r) -> net::awaitable<void> {
    l.a.reset();
    co_await anode::relay(l.b, r.b);
    auto const chunk = co_await r.a.read();
    CHECK_FALSE(chunk);
  }(left, right));
}

TEST_CASE("relay: idling for the timeout closes both connections") {
  net::io_context io;
  auto& clock = anode::runtime::clock::of(io.get_executor());
  clock.set_manual(std::chrono::sys_seconds(0s));
  pair left(io);
  pair right(io);
  bool done = false;
  net::co_spawn(
      io,
      [](pair& l, pair& r) -> net::awaitable<void> { co_await anode::relay(l.b, r.b, 100ms); }(
                               left, right),
      [&](std::exception_ptr) { done = true; });
  settle(io, 1s);
  clock.advance(90ms);
  left.a.write("x");
  settle(io, 1s);
  clock.advance(90ms);
  settle(io, 1s);
  CHECK_FALSE(done);
  clock.advance(110ms);
  settle(io, 1s);
  clock.advance(110ms);
  settle(io, 1s);
  CHECK(done);
}

TEST_CASE("relay: cancellation closes both connections") {
  net::io_context io;
  pair left(io);
  pair right(io);
  net::cancellation_signal cancel;
  bool done = false;
  net::co_spawn(
      io,
      [](pair& l, pair& r) -> net::awaitable<void> { co_await anode::relay(l.b, r.b); }(left,
                                                                                        right),
      net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { done = true; }));
  settle(io, 1s);
  cancel.emit(net::cancellation_type::terminal);
  settle(io, 1s);
  CHECK(done);
  CHECK(left.b.destroyed());
  CHECK(right.b.destroyed());
}

TEST_CASE("relay: when both sides have ended, a side that does not read is cut off") {
  net::io_context io;
  auto& clock = anode::runtime::clock::of(io.get_executor());
  clock.set_manual(std::chrono::sys_seconds(0s));
  pair left(io, 100);
  pair right(io, 100);
  bool done = false;
  net::co_spawn(
      io,
      [](pair& l, pair& r) -> net::awaitable<void> { co_await anode::relay(l.b, r.b); }(left,
                                                                                        right),
      [&](std::exception_ptr) { done = true; });
  left.a.end(std::string(250, 'x'));
  settle(io, 1s);
  clock.advance(299s);
  settle(io, 1s);
  CHECK_FALSE(done);  // The other direction is open.
  right.a.end();
  settle(io, 1s);
  clock.advance(59s);
  settle(io, 1s);
  CHECK_FALSE(done);
  clock.advance(1s);
  settle(io, 1s);
  CHECK(done);
  CHECK(left.b.destroyed());
  CHECK(right.b.destroyed());
}

TEST_CASE("relay: a half-closed relay closes after a time without bytes") {
  net::io_context io;
  auto& clock = anode::runtime::clock::of(io.get_executor());
  clock.set_manual(std::chrono::sys_seconds(0s));
  pair left(io);
  pair right(io);
  bool done = false;
  bool const timed = GENERATE(false, true);
  net::co_spawn(
      io,
      [](pair& l, pair& r, bool t) -> net::awaitable<void> {
        co_await anode::relay(l.b, r.b, t ? 24h : 0h);
      }(left, right, timed),
      [&](std::exception_ptr) { done = true; });
  settle(io, 1s);
  clock.advance(12h);
  settle(io, 1s);
  CHECK_FALSE(done);  // nobody has ended
  left.a.end();
  settle(io, 1s);
  clock.advance(299s);
  right.a.write("still here");
  settle(io, 1s);
  clock.advance(299s);
  settle(io, 1s);
  CHECK_FALSE(done);  // something has passed
  clock.advance(600s);
  settle(io, 1s);
  CHECK(done == !timed);  // an own time counts instead
  CHECK(left.b.destroyed() == !timed);
  CHECK(right.b.destroyed() == !timed);
  clock.advance(24h);
  settle(io, 1s);
  clock.advance(24h);
  settle(io, 1s);
  CHECK(done);
}

TEST_CASE("relay: cancellation at any step closes both connections") {
  for (int steps = 0; steps != 60; ++steps) {
    net::io_context io;
    pair left(io, 100);
    pair right(io, 100);
    net::cancellation_signal cancel;
    bool done = false;
    net::co_spawn(
        io,
        [](pair& l, pair& r) -> net::awaitable<void> { co_await anode::relay(l.b, r.b); }(left,
                                                                                          right),
        net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { done = true; }));
    net::co_spawn(
        io,
        [](pair& r) -> net::awaitable<void> {
          for (int pieces = 0; pieces != 3; ++pieces) {
            co_await r.a.read();
          }
          r.a.end("end");
        }(right),
        net::detached);
    left.a.write(std::string(1000, 'x'));
    left.a.end();
    for (int i = 0; i != steps && io.poll_one() > 0; ++i) {
      io.restart();
    }
    cancel.emit(net::cancellation_type::terminal);
    settle(io, 1s);
    INFO(steps);
    CHECK(done);
    CHECK(left.b.destroyed());
    CHECK(right.b.destroyed());
  }
}

}  // namespace behaviour_socket_socket
