// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/write_queue.hpp"

#include "support/catch.hpp"
#include "support/temp_file.hpp"

#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace unit_stream_write_queue {

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

TEST_CASE("write queue: a file is one segment that is read in pieces") {
  std::string const bytes = support::pattern(100'000);
  support::temp_file const file(bytes);
  write_queue out;
  out.append("head");
  CHECK_FALSE(out.has_file());
  write_queue::position const end = out.borrow_file(file.descriptor(), 10, 90'000);
  out.append("tail");
  CHECK(end == 90'004);
  CHECK(out.size() == 90'008);
  CHECK(out.has_file());
  CHECK_FALSE(out.starts_with_file());
  CHECK(contents(out) == "head");
  out.consume(4);
  REQUIRE(out.starts_with_file());
  CHECK(out.file_size() == 90'000);
  CHECK(out.file_offset() == 10);
  CHECK(out.file_descriptor() == file.descriptor());
  out.consume(1000);  // sent by the stream itself
  CHECK(out.file_size() == 89'000);
  CHECK(out.file_offset() == 1010);
  std::string all;
  while (!out.empty()) {
    if (out.starts_with_file()) {
      boost::system::error_code ec;
      std::size_t const n = out.load_file(ec);
      CHECK(n > 0);
      CHECK(n <= 65536);
      CHECK_FALSE(ec);
    }
    std::string const front = contents(out);
    std::size_t const part = std::min<std::size_t>(front.size(), 50'000);
    all.append(front, 0, part);
    out.consume(part);
  }
  CHECK(all == bytes.substr(1010, 89'000) + "tail");
  CHECK(out.sent() == 90'008);
}

TEST_CASE("write queue: a detached or moved file has a descriptor of its own") {
  std::size_t const before = support::open_descriptors();
  {
    write_queue out;
    write_queue moved;
    {
      support::temp_file const file("0123456789");
      write_queue::position const at = out.borrow_file(file.descriptor(), 2, 6);
      out.consume(1);
      out.detach_copy(at);
      CHECK(out.file_descriptor() != file.descriptor());
      moved.append("a");
      moved.splice(out);
      CHECK(out.empty());
      write_queue other;
      other.borrow_file(file.descriptor(), 0, 2);
      moved.splice(other);
    }
    CHECK(moved.size() == 8);
    moved.consume(1);
    boost::system::error_code ec;
    CHECK(moved.load_file(ec) == 5);
    CHECK(contents(moved) == "34567");
    moved.consume(5);
    CHECK(moved.load_file(ec) == 2);
    CHECK(contents(moved) == "01");
  }
  CHECK(support::open_descriptors() == before);
}

TEST_CASE("write queue: a file that ends early or cannot be read loads nothing") {
  support::temp_file const file("abc");
  write_queue out;
  out.borrow_file(file.descriptor(), 3, 5);
  boost::system::error_code ec;
  CHECK(out.load_file(ec) == 0);
  CHECK_FALSE(ec);
  write_queue bad;
  bad.borrow_file(-1, 0, 5);
  CHECK(bad.load_file(ec) == 0);
  CHECK(ec == boost::system::errc::bad_file_descriptor);
  bad.clear();
  CHECK(bad.empty());
}

}  // namespace unit_stream_write_queue
