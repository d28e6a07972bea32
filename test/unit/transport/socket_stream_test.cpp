// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/stream_user.hpp"
#include "support/temp_file.hpp"
#include "transport/connector.hpp"
#include "transport/listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace unit_transport_socket_stream {

using anode::error_code;
using anode::transport::connect_target;
using anode::transport::listen_target;
using anode::transport::listener;
using anode::transport::resolved_address;
using anode::transport::start_connect;
using support::stream_user;
namespace net = boost::asio;

namespace {

struct accepting final : listener::accept_observer {
  void on_accept(std::unique_ptr<anode::byte_stream> s) override { all.push_back(std::move(s)); }
  void on_accept_error(error_code ec) override { failure = ec; }
  std::vector<std::unique_ptr<anode::byte_stream>> all;
  error_code failure;
};

struct fixture {
  fixture() : server(new listener(io.get_executor(), sink)) {}

  void listen(listen_target const& t) {
    error_code failure;
    server->open(t, failure);
    REQUIRE_FALSE(failure);
    server->start();
  }

  // Connects and runs until the connector completes.
  void connect(connect_target const& t, anode::transport::lookup_function const& lookup = nullptr) {
    outcome = false;
    attempt = start_connect(
        io.get_executor(), t, lookup,
        [this](error_code e, std::string_view p, std::unique_ptr<anode::byte_stream> s) {
          outcome = true;
          ec = e;
          phase = p;
          stream = std::move(s);
        });
    io.restart();
    while (!outcome && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    REQUIRE(outcome);
  }

  net::io_context io;
  accepting sink;
  anode::detail::ptr<listener> server;
  anode::detail::ptr<anode::transport::connector> attempt;
  bool outcome = false;
  error_code ec;
  std::string phase;
  std::unique_ptr<anode::byte_stream> stream;
};

listen_target on(std::string host, std::uint16_t port = 0) {
  listen_target t;
  t.host = std::move(host);
  t.port = port;
  return t;
}

connect_target to(std::string host, std::uint16_t port) {
  connect_target t;
  t.host = std::move(host);
  t.port = port;
  return t;
}

}  // namespace

TEST_CASE("sockets: a TCP connection over IPv4 knows the addresses of both ends") {
  fixture f;
  f.listen(on("127.0.0.1"));
  auto const at = f.server->local_endpoint();
  CHECK(at.address == "127.0.0.1");
  CHECK(at.family == "IPv4");
  CHECK(at.port != 0);
  f.connect(to("127.0.0.1", at.port));
  REQUIRE(f.stream);
  CHECK(f.stream->remote_endpoint().port == at.port);
  while (f.sink.all.empty()) {
    f.io.run_one();
  }
  CHECK(f.sink.all[0]->remote_endpoint().port == f.stream->local_endpoint().port);
  stream_user::write(*f.stream, "ping");
  stream_user reader(*f.sink.all[0]);
  reader.read(10);
  while (!reader.done()) {
    f.io.run_one();
  }
  CHECK(reader.bytes == "ping");
}

TEST_CASE("sockets: a read returns the available bytes at once") {
  fixture f;
  f.listen(on("127.0.0.1"));
  f.connect(to("127.0.0.1", f.server->local_endpoint().port));
  while (f.sink.all.empty()) {
    f.io.run_one();
  }
  anode::byte_stream& there = *f.sink.all[0];
  char bytes[10] = {};
  error_code ec;
  CHECK(there.try_read_some(net::buffer(bytes), ec) == 0);
  CHECK(ec == net::error::would_block);
  stream_user::write(*f.stream, "ping");
  stream_user reader(there);
  reader.read(1);
  while (!reader.done()) {
    f.io.run_one();
  }
  CHECK(there.try_read_some(net::buffer(bytes), ec) == 3);
  CHECK_FALSE(ec);
  CHECK(std::string(bytes) == "ing");
  f.stream->close();
  reader.read(1);
  while (!reader.done()) {
    f.io.run_one();
  }
  CHECK(reader.ec == net::error::eof);
  CHECK(there.try_read_some(net::buffer(bytes), ec) == 0);
  CHECK(ec == net::error::eof);
}

TEST_CASE(
    "sockets: a listener accepts the connections in its backlog before it closes, and no later "
    "ones") {
  using tcp = net::ip::tcp;
  struct dialling final : listener::accept_observer {
    void on_accept(std::unique_ptr<anode::byte_stream> s) override {
      all.push_back(std::move(s));
      if (on_first && all.size() == 1) {
        on_first();
      }
    }
    void on_accept_error(error_code) override {}
    std::vector<std::unique_ptr<anode::byte_stream>> all;
    std::function<void()> on_first;
  };
  net::io_context io;
  dialling sink;
  anode::detail::ptr<listener> const server(new listener(io.get_executor(), sink));
  listen_target t = on("127.0.0.1");
  SECTION("its own port") {}
  SECTION("a shared port") { t.reuse_port = true; }
  error_code ec;
  server->open(t, ec);
  REQUIRE_FALSE(ec);
  server->start();
  tcp::endpoint const at(net::ip::address_v4::loopback(), server->local_endpoint().port);
  std::vector<tcp::socket> waiting;
  std::vector<tcp::socket> late;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back(io).connect(at);
  }
#ifdef __linux__
  if (t.reuse_port) {
    // Another listener would accept these connections. Without one they wait until they are closed.
    sink.on_first = [&] {
      for (int i = 0; i < 3; ++i) {
        late.emplace_back(io).open(tcp::v4());
        late.back().non_blocking(true);
        CHECK(::connect(late.back().native_handle(), at.data(),
                        static_cast<socklen_t>(at.size())) == -1);
      }
    };
  }
#endif
  server->accept_waiting_and_close();
  CHECK_FALSE(server->is_open());
  CHECK(sink.all.size() == 3);
  for (tcp::socket& s : waiting) {
    s.non_blocking(true);
    char byte = 0;
    s.receive(net::buffer(&byte, 1), 0, ec);
    CHECK(ec == net::error::would_block);  // not reset
  }
}

TEST_CASE("sockets: without a host a listener accepts IPv6 and IPv4") {
  fixture f;
  f.listen(on(""));
  std::uint16_t const port = f.server->local_endpoint().port;
  f.connect(to("127.0.0.1", port));
  CHECK(f.stream);
  if (f.server->local_endpoint().family == "IPv6") {
    f.connect(to("::1", port));
    CHECK(f.stream);
  }
}

TEST_CASE("sockets: a Unix socket's file is created and removed") {
  fixture f;
  std::string const path = "/tmp/anode-test-" + std::to_string(::getpid()) + ".sock";
  ::unlink(path.c_str());
  listen_target t;
  t.path = path;
  f.listen(t);
  CHECK(f.server->local_endpoint().address == path);
  connect_target d;
  d.path = path;
  f.connect(d);
  CHECK(f.stream);
  f.server->close();
  struct stat st{};
  CHECK(::stat(path.c_str(), &st) != 0);
}

TEST_CASE("sockets: a port in use and an unknown address are errors") {
  fixture f;
  f.listen(on("127.0.0.1"));
  anode::detail::ptr<listener> const second(new listener(f.io.get_executor(), f.sink));
  error_code ec;
  second->open(on("127.0.0.1", f.server->local_endpoint().port), ec);
  CHECK(ec == net::error::address_in_use);
  CHECK_FALSE(second->is_open());
  second->open(on("not-an-address"), ec);
  CHECK(ec == net::error::host_not_found);
}

TEST_CASE("connector: reports a refused connection") {
  fixture f;
  f.connect(to("127.0.0.1", 1));
  CHECK(f.ec == net::error::connection_refused);
  CHECK(f.phase == "connect");
  CHECK_FALSE(f.stream);
}

TEST_CASE("connector: tries the next address when one fails") {
  fixture f;
  f.listen(on("127.0.0.1"));
  f.connect(to("some.name", f.server->local_endpoint().port), [](std::string_view host, auto done) {
    CHECK(host == "some.name");
    done({}, {{"127.0.0.2", 4}, {"::1", 6}, {"127.0.0.1", 4}});
  });
  CHECK(f.stream);
}

TEST_CASE("connector: a failed look-up ends the attempt in that phase") {
  fixture f;
  f.connect(to("some.name", 80),
            [](std::string_view, auto done) { done(net::error::host_not_found, {}); });
  CHECK(f.ec == net::error::host_not_found);
  CHECK(f.phase == "lookup");
  f.connect(to("some.name", 80), [](std::string_view, auto done) { done({}, {}); });
  CHECK(f.ec == net::error::host_not_found);
}

TEST_CASE("connector: a cancelled attempt calls no handler and leaves no work") {
  fixture f;
  bool called = false;
  std::function<void(error_code, std::vector<resolved_address>)> later;
  auto const attempt = start_connect(
      f.io.get_executor(), to("some.name", 80), [&](std::string_view, auto done) { later = done; },
      [&](error_code, std::string_view, std::unique_ptr<anode::byte_stream>) { called = true; });
  attempt->cancel();
  later({}, {{"127.0.0.1", 4}});
  f.io.run();
  CHECK_FALSE(called);
}

TEST_CASE("connector: binds to the given local address") {
  fixture f;
  f.listen(on("127.0.0.1"));
  connect_target t = to("127.0.0.1", f.server->local_endpoint().port);
  t.local_address = "127.0.0.3";
  f.connect(t);
  REQUIRE(f.stream);
  CHECK(f.stream->local_endpoint().address == "127.0.0.3");
}

TEST_CASE("socket stream: sends a part of a file without moving the file's position") {
  fixture f;
  f.listen(on("127.0.0.1"));
  f.connect(to("127.0.0.1", f.server->local_endpoint().port));
  REQUIRE(f.stream);
  support::temp_file const file("0123456789");
  off_t const before = ::lseek(file.descriptor(), 0, SEEK_CUR);
  std::uint64_t offset = 3;
  error_code ec;
  std::size_t const sent = f.stream->try_send_file(file.descriptor(), offset, 4, ec);
#ifdef __linux__
  CHECK_FALSE(ec);
  CHECK(sent == 4);
  CHECK(offset == 7);
  CHECK(::lseek(file.descriptor(), 0, SEEK_CUR) == before);
  offset = 10;
  CHECK(f.stream->try_send_file(file.descriptor(), offset, 4, ec) == 0);
  CHECK_FALSE(ec);  // the end of the file
  CHECK(f.stream->try_send_file(-1, offset, 4, ec) == 0);
  CHECK(ec == net::error::operation_not_supported);
  f.stream->async_shutdown({});
  offset = 0;
  CHECK(f.stream->try_send_file(file.descriptor(), offset, 4, ec) == 0);
  CHECK(ec == net::error::broken_pipe);  // and no SIGPIPE
#else
  CHECK(sent + static_cast<std::size_t>(before) == static_cast<std::size_t>(before));
  CHECK(ec == net::error::operation_not_supported);
#endif
}

TEST_CASE("sockets: keep-alive probes are set as options of TCP") {
  fixture f;
  f.listen(on("127.0.0.1"));
  f.connect(to("127.0.0.1", f.server->local_endpoint().port));
  REQUIRE(f.stream);
  auto const option = [&](int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    REQUIRE(::getsockopt(f.stream->native_handle(), level, name, &value, &size) == 0);
    return value;
  };
  int const idle = option(IPPROTO_TCP, TCP_KEEPIDLE);
  int const interval = option(IPPROTO_TCP, TCP_KEEPINTVL);
  int const count = option(IPPROTO_TCP, TCP_KEEPCNT);
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 0);
  // Zero and less than a second keep the defaults of the system.
  f.stream->set_keep_alive_probes({true, {}, std::chrono::milliseconds(999), 0});
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == idle);
  CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == interval);
  CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == count);
  f.stream->set_keep_alive_probes(
      {true, std::chrono::seconds(11), std::chrono::milliseconds(3999), 4});
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 11);
  CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 3);
  CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 4);
  // Values beyond those of the system become the largest ones.
  f.stream->set_keep_alive_probes({true, std::chrono::hours(1000), std::chrono::hours(1000), 1000});
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 32767);
  CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 32767);
  CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 127);
  f.stream->set_keep_alive(false, {});
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 0);
}

}  // namespace unit_transport_socket_stream
