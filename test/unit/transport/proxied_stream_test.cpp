// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/preface/proxied_stream.hpp"

#include "support/catch.hpp"
#include "support/stream_user.hpp"
#include "transport/memory_stream.hpp"
#include "transport/preface/preface_stream.hpp"
#include "transport/socket_stream.hpp"

#include <anode/error.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <sys/socket.h>

namespace unit_transport_proxied_stream {

using anode::error_code;
using anode::http::error;
using anode::transport::make_memory_pair;
using anode::transport::preface_stream;
using anode::transport::proxied_stream;
using support::stream_user;
namespace net = boost::asio;

namespace {

constexpr std::string_view header = "PROXY TCP4 203.0.113.7 10.0.0.1 1000 443\r\n";

// A connection of the system, because a stream in memory has no reads without waiting.
struct system_fixture {
  explicit system_fixture(bool trusted = true) {
    net::generic::stream_protocol const unix_protocol(AF_UNIX, 0);
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    auto const made = [&](int fd) {
      return std::make_unique<anode::transport::socket_stream>(
          anode::transport::socket_stream::socket_type(io, unix_protocol, fd));
    };
    peer = made(ends[0]);
    stream = std::make_unique<proxied_stream>(made(ends[1]), trusted, 2048);
  }

  std::size_t try_read(std::string& into, error_code& ec) {
    return stream->try_read_some(net::buffer(into), ec);
  }

  net::io_context io;
  std::unique_ptr<anode::byte_stream> peer;
  std::unique_ptr<proxied_stream> stream;
};

struct fixture {
  explicit fixture(bool trusted = true, std::size_t capacity = 65536) {
    auto pair = make_memory_pair(io.get_executor(), capacity);
    peer = std::move(pair.first);
    stream = std::make_unique<proxied_stream>(std::move(pair.second), trusted, 2048);
  }

  void run() {
    io.restart();
    io.poll();
  }

  net::io_context io;
  std::unique_ptr<anode::byte_stream> peer;
  std::unique_ptr<proxied_stream> stream;
};

}  // namespace

TEST_CASE("proxied stream: the input begins behind the header, wherever it is cut") {
  std::string const all = std::string(header) + "GET";
  for (std::size_t size : {std::size_t{1}, std::size_t{5}, std::size_t{4096}}) {
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
      CAPTURE(size, cut);
      fixture f;
      stream_user reader(*f.stream);
      reader.read(size);
      stream_user::write(*f.peer, all.substr(0, cut));
      f.run();
      CHECK((f.stream->proxied() != nullptr) == (cut >= header.size()));
      stream_user::write(*f.peer, all.substr(cut));
      std::string got;
      for (int reads = 0; got.size() < 3 && reads < 10; ++reads) {
        f.run();
        REQUIRE(reader.done());
        REQUIRE_FALSE(reader.ec);
        got += reader.bytes;
        if (got.size() < 3) {
          reader.read(size);
        }
      }
      CHECK(got == "GET");
      CHECK(f.stream->remote_endpoint().address == "203.0.113.7");
      CHECK(f.stream->remote_endpoint().port == 1000);
      CHECK(f.stream->local_endpoint().address == "10.0.0.1");
      CHECK(f.stream->local_endpoint().port == 443);
    }
  }
}

TEST_CASE("proxied stream: reads without waiting parse the header too") {
  for (std::size_t size : {std::size_t{1}, std::size_t{5}, std::size_t{4096}}) {
    for (std::size_t cut = 0; cut <= header.size(); ++cut) {
      system_fixture f;
      std::string buffer(size, '\0');
      error_code ec;
      stream_user::write(*f.peer, header.substr(0, cut));
      CHECK(f.try_read(buffer, ec) == 0);
      bool const complete = cut == header.size();
      CHECK(ec == (complete ? error_code() : error_code(net::error::would_block)));
      CHECK((f.stream->proxied() != nullptr) == complete);
      stream_user::write(*f.peer, std::string(header.substr(cut)) + "G");
      ec = {};
      std::size_t n = f.try_read(buffer, ec);
      if (n == 0 && !ec) {
        n = f.try_read(buffer, ec);  // the first one has announced the end of the header
      }
      CHECK_FALSE(ec);
      REQUIRE(n == 1);
      CHECK(buffer[0] == 'G');
    }
  }
}

TEST_CASE("proxied stream: one read completes without bytes when the header is complete") {
  fixture f;
  stream_user reader(*f.stream);
  reader.read(100);
  stream_user::write(*f.peer, header);
  f.run();
  REQUIRE(reader.done());
  CHECK_FALSE(reader.ec);
  CHECK(reader.bytes.empty());
  REQUIRE(f.stream->proxied() != nullptr);
  CHECK(f.stream->proxied()->header.version == 1);
}

TEST_CASE("proxied stream: a bad header fails the reads") {
  fixture f;
  stream_user reader(*f.stream);
  reader.read(100);
  stream_user::write(*f.peer, "GET / HTTP/1.1\r\n\r\n");
  f.run();
  REQUIRE(reader.done());
  CHECK(reader.ec == error::proxy_protocol);
  reader.read(100);
  f.run();
  CHECK(reader.ec == error::proxy_protocol);
  std::string buffer(10, '\0');
  error_code ec;
  CHECK(f.stream->try_read_some(net::buffer(buffer), ec) == 0);
  CHECK(ec == error::proxy_protocol);
  system_fixture other;
  stream_user::write(*other.peer, "x");
  CHECK(other.try_read(buffer, ec) == 0);
  CHECK(ec == error::proxy_protocol);
}

TEST_CASE("proxied stream: an end inside the header is a bad header, one before it is an end") {
  for (std::size_t cut = 0; cut < header.size(); ++cut) {
    CAPTURE(cut);
    for (bool const at_once : {false, true}) {
      error_code ec;
      if (at_once) {
        system_fixture f;
        stream_user::write(*f.peer, header.substr(0, cut));
        f.peer->async_shutdown({});
        std::string buffer(100, '\0');
        CHECK(f.try_read(buffer, ec) == 0);
      } else {
        fixture f;
        stream_user::write(*f.peer, header.substr(0, cut));
        f.peer->async_shutdown({});
        stream_user reader(*f.stream);
        reader.read(100);
        f.run();
        REQUIRE(reader.done());
        ec = reader.ec;
      }
      CHECK(ec ==
            (cut == 0 ? error_code(net::error::eof) : make_error_code(error::proxy_protocol)));
    }
  }
}

TEST_CASE("proxied stream: a peer that is not trusted is not read") {
  fixture f(false);
  stream_user::write(*f.peer, std::string(header) + "GET");
  std::string buffer(100, '\0');
  error_code ec;
  CHECK(f.stream->try_read_some(net::buffer(buffer), ec) == 0);
  CHECK(ec == error::proxy_untrusted);
  stream_user reader(*f.stream);
  reader.read(100);
  f.run();
  REQUIRE(reader.done());
  CHECK(reader.ec == error::proxy_untrusted);
  CHECK(f.stream->proxied() == nullptr);
}

TEST_CASE("proxied stream: nothing is written before the header is complete") {
  fixture f;
  error_code ec;
  CHECK(stream_user::write(*f.stream, "answer", &ec) == 0);
  CHECK(ec == net::error::broken_pipe);
  net::const_buffer const one("answer", 6);
  CHECK(f.stream->try_write_last({&one, 1}, ec) == 0);
  CHECK(ec == net::error::broken_pipe);
  CHECK(f.stream->native_handle() == anode::no_native_handle);
  stream_user reader(*f.stream);
  reader.read(100);
  stream_user::write(*f.peer, header);
  f.run();
  CHECK(stream_user::write(*f.stream, "answer", &ec) == 6);
  CHECK(f.stream->try_write_last({&one, 1}, ec) == 6);
}

TEST_CASE("proxied stream: can be closed and destroyed while its header is read") {
  for (bool const destroy : {false, true}) {
    for (std::size_t cut = 0; cut < header.size(); cut += 7) {
      fixture f;
      stream_user reader(*f.stream);
      reader.read(100);
      stream_user::write(*f.peer, header.substr(0, cut));
      f.run();
      stream_user::write(*f.peer, header.substr(cut));  // a completion is on its way
      f.stream->close();
      if (destroy) {
        f.stream.reset();
      }
      f.run();
      REQUIRE(reader.done());
      CHECK(reader.ec == net::error::operation_aborted);
    }
  }
  fixture f;
  f.stream->reset();
  stream_user reader(*f.stream);
  reader.read(100);
  f.run();
  CHECK(reader.done());
  CHECK(reader.ec);
  fixture untrusted(false);
  stream_user last(*untrusted.stream);
  last.read(100);
  untrusted.stream.reset();
  untrusted.run();
  CHECK(last.done());
}

TEST_CASE("preface stream: its bytes precede those of the user, also through a narrow stream") {
  for (std::size_t capacity = 1; capacity < 12; ++capacity) {
    CAPTURE(capacity);
    net::io_context io;
    auto [a, b] = make_memory_pair(io.get_executor(), capacity);
    preface_stream stream(std::move(a), "HEAD");
    CHECK(stream.native_handle() == anode::no_native_handle);
    stream_user reader(*b);
    std::string_view rest = "body";
    std::string got;
    for (int i = 0; i < 100 && got.size() < 8; ++i) {
      error_code ec;
      bool const last = i % 2 == 1;
      net::const_buffer const one(rest.data(), rest.size());
      std::size_t const n =
          last ? stream.try_write_last({&one, 1}, ec) : stream.try_write({&one, 1}, ec);
      CHECK((n > 0 || rest.empty() || ec == net::error::would_block));
      rest.remove_prefix(n);
      reader.read(3);
      io.restart();
      io.poll();
      if (reader.done()) {
        got += reader.bytes;
      }
    }
    CHECK(got == "HEADbody");
  }
}

TEST_CASE("preface stream: a write of many buffers leaves those that do not fit") {
  net::io_context io;
  auto [a, b] = make_memory_pair(io.get_executor());
  preface_stream stream(std::move(a), "HEAD");
  std::string const letters = "abcdefghijklmnopqrst";
  std::vector<net::const_buffer> buffers;
  for (char const& c : letters) {
    buffers.emplace_back(&c, 1);
  }
  error_code ec;
  CHECK(stream.try_write_last(buffers, ec) == 15);
  CHECK_FALSE(ec);
  stream_user reader(*b);
  reader.read(100);
  io.poll();
  CHECK(reader.bytes == "HEAD" + letters.substr(0, 15));
  b->close();
  CHECK(stream_user::write(stream, "x", &ec) == 0);
  CHECK(ec);
}

}  // namespace unit_transport_proxied_stream
