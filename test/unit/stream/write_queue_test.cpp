// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/write_queue.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>

using anode::stream::write_queue;
namespace net = boost::asio;

namespace {

std::string contents(write_queue const& out) {
  std::array<net::const_buffer, 16> buffers;
  std::size_t const n = out.gather(buffers);
  std::string all;
  for (std::size_t i = 0; i < n; ++i) {
    all.append(static_cast<char const*>(buffers[i].data()), buffers[i].size());
  }
  return all;
}

}  // namespace

TEST_CASE("write queue: small writes are copied into one buffer") {
  write_queue out;
  out.append("head ");
  out.append("body");
  std::array<net::const_buffer, 4> buffers;
  CHECK(out.gather(buffers) == 1);
  CHECK(contents(out) == "head body");
  CHECK(out.size() == 9);
  CHECK(out.end() == 9);
}

TEST_CASE("write queue: consuming any number of bytes keeps the rest in order") {
  std::string const large(10000, 'x');
  for (std::size_t step = 1; step < 700; step += 37) {
    write_queue out;
    out.append("one");
    out.borrow(large);
    out.append("two");
    out.append("three");
    std::string const whole = "one" + large + "twothree";
    std::size_t done = 0;
    while (!out.empty()) {
      REQUIRE(contents(out) == whole.substr(done));
      std::size_t const n = std::min(step, out.size());
      out.consume(n);
      done += n;
      REQUIRE(out.sent() == done);
    }
    CHECK(done == whole.size());
  }
}

TEST_CASE("write queue: a borrowed segment is copied only when it is detached") {
  std::string large(10000, 'x');
  write_queue out;
  out.append("a");
  write_queue::position const at = out.borrow(large);
  out.append("b");
  CHECK(at == 10001);
  out.consume(501);
  std::array<net::const_buffer, 4> buffers;
  REQUIRE(out.gather(buffers) == 2);
  CHECK(buffers[0].data() == large.data() + 500);

  out.detach_copy(at);
  large.assign(10000, 'y');
  std::string expected(9500, 'x');
  expected += 'b';
  CHECK(contents(out) == expected);
  CHECK(out.end() == 10002);
}

TEST_CASE("write queue: detaching sent bytes has no effect") {
  std::string const large(9000, 'x');
  write_queue out;
  write_queue::position const at = out.borrow(large);
  out.append("tail");
  out.consume(9000);
  out.detach_copy(at);
  CHECK(contents(out) == "tail");
}

TEST_CASE("write queue: splice appends the contents of another queue") {
  std::string const large(9000, 'z');
  write_queue first;
  write_queue second;
  first.append("1");
  second.append("2");
  second.borrow(large);
  second.append("3");
  second.consume(1);
  first.splice(second);
  CHECK(second.empty());
  CHECK(contents(first) == "1" + large + "3");
  CHECK(first.end() == 9002);

  write_queue third;
  third.append("4");
  first.splice(third);
  CHECK(contents(first) == "1" + large + "34");
}

TEST_CASE("write queue: clear discards all bytes and keeps the position") {
  write_queue out;
  out.append("abc");
  out.consume(2);
  out.clear();
  CHECK(out.empty());
  CHECK(out.sent() == 2);
  out.append("d");
  CHECK(out.end() == 3);
}
