// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/read_buffer.hpp"

#include "support/catch.hpp"

#include <cstring>
#include <string>

namespace unit_stream_read_buffer {

using anode::stream::read_block;
using anode::stream::read_buffer;

namespace {

void receive(read_buffer& in, std::string const& bytes) {
  auto const room = in.prepare();
  REQUIRE(room.size() >= bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  in.commit(bytes.size());
}

}  // namespace

TEST_CASE("read_buffer: starts small, grows when reads fill it, shrinks when idle") {
  read_buffer in;
  CHECK(in.prepare().size() == read_buffer::small);
  receive(in, std::string(read_buffer::small, 'a'));
  in.consume(read_buffer::small);
  CHECK(in.prepare().size() == 16384);
  receive(in, std::string(16384, 'b'));
  in.consume(16384);
  CHECK(in.prepare().size() == read_buffer::large);
  in.commit(0);  // an empty read
  in.release_memory();
  CHECK(in.capacity() == 0);
  // A burst filled more than the small size, therefore the next buffer is medium.
  CHECK(in.prepare().size() == read_buffer::medium);
  receive(in, std::string(read_buffer::small + 1, 'c'));
  in.consume(read_buffer::small + 1);
  in.release_memory();
  CHECK(in.prepare().size() == read_buffer::medium);
  receive(in, "little");
  in.consume(6);
  in.release_memory();
  CHECK(in.capacity() == 0);
  CHECK(in.prepare().size() == read_buffer::small);
}

TEST_CASE("read_buffer: unconsumed bytes stay contiguous") {
  read_buffer in;
  std::size_t const used = read_buffer::small - 24;
  receive(in, std::string(used, 'a') + "rest");
  in.consume(used);
  receive(in, " and more than fits");
  CHECK(in.input() == "rest and more than fits");
}

TEST_CASE("read_buffer: pinned bytes keep their address while reads continue") {
  read_buffer in;
  receive(in, "first");
  std::string_view const seen = in.input();
  read_block::pin hold = in.pin();
  in.consume(seen.size());
  for (int i = 0; i < 5; ++i) {
    in.append(std::string(400, 'x'));
    in.consume(400);
    REQUIRE(seen == "first");
  }
  hold.release();
}

TEST_CASE("read_buffer: memory that is not pinned is reused") {
  read_buffer in;
  void const* const where = in.prepare().data();
  receive(in, "abc");
  in.consume(3);
  CHECK(in.prepare().data() == where);
  CHECK(in.prepare().size() == read_buffer::small);
}

TEST_CASE("read_buffer: release_memory keeps memory that a pending read writes to") {
  read_buffer in;
  std::string const large(read_buffer::large, 'x');
  in.append(large);
  in.consume(large.size());
  void const* const where = in.prepare().data();
  std::size_t const before = in.capacity();
  in.release_memory();
  CHECK(in.capacity() == before);
  CHECK(in.prepare().data() == where);
  in.commit(1);
  in.consume(1);
  in.release_memory();
  CHECK(in.capacity() <= read_buffer::small);
}

TEST_CASE("read_buffer: append adds bytes as if received") {
  read_buffer in;
  std::string const large(5000, 'q');
  in.append("p");
  in.append(large);
  CHECK(in.input() == "p" + large);
}

}  // namespace unit_stream_read_buffer
