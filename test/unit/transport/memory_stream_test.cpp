// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/memory_stream.hpp"

#include "support/catch.hpp"
#include "support/stream_user.hpp"

#include <boost/asio/io_context.hpp>

namespace unit_transport_memory_stream {

using anode::transport::make_memory_pair;
using support::stream_user;
namespace net = boost::asio;

TEST_CASE("memory_stream: one side reads what the other side writes") {
  net::io_context io;
  auto [a, b] = make_memory_pair(io.get_executor());
  stream_user reader(*b);
  reader.read(100);
  CHECK(stream_user::write(*a, "hello") == 5);
  CHECK_FALSE(reader.done());  // Never completes inside the call.
  io.run();
  CHECK(reader.bytes == "hello");
}

TEST_CASE("memory_stream: a write to a full direction waits for a read") {
  net::io_context io;
  auto [a, b] = make_memory_pair(io.get_executor(), 4);
  anode::error_code ec;
  CHECK(stream_user::write(*a, "abcdef", &ec) == 4);
  CHECK(stream_user::write(*a, "ef", &ec) == 0);
  CHECK(ec == net::error::would_block);
  stream_user writer(*a);
  writer.wait_writable();
  io.run();
  CHECK_FALSE(writer.done());
  stream_user reader(*b);
  reader.read(100);
  io.restart();
  io.run();
  CHECK(reader.bytes == "abcd");
  CHECK(writer.done());
}

TEST_CASE("memory_stream: shutdown ends the other side's input behind the data") {
  net::io_context io;
  auto [a, b] = make_memory_pair(io.get_executor());
  stream_user::write(*a, "last");
  a->async_shutdown({});
  stream_user reader(*b);
  reader.read(100);
  io.run();
  CHECK(reader.bytes == "last");
  reader.read(100);
  io.restart();
  io.run();
  CHECK(reader.ec == net::error::eof);
  CHECK(stream_user::write(*b, "the other way") == 13);
}

TEST_CASE("memory_stream: close aborts the pending local read and ends the peer's") {
  net::io_context io;
  auto [a, b] = make_memory_pair(io.get_executor());
  stream_user own(*a);
  stream_user other(*b);
  own.read(10);
  other.read(10);
  a->close();
  CHECK_FALSE(a->is_open());
  io.run();
  CHECK(own.ec == net::error::operation_aborted);
  CHECK(other.ec == net::error::eof);
  anode::error_code ec;
  CHECK(stream_user::write(*b, "x", &ec) == 0);
  CHECK(ec == net::error::broken_pipe);
}

TEST_CASE("memory_stream: a reset discards data in transit") {
  net::io_context io;
  auto [a, b] = make_memory_pair(io.get_executor());
  stream_user::write(*a, "lost");
  a->reset();
  stream_user other(*b);
  other.read(10);
  io.run();
  CHECK(other.ec == net::error::connection_reset);
  CHECK(other.bytes.empty());
}

}  // namespace unit_transport_memory_stream
