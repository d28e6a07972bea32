// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The operations on a stream when a response is large or ends its connection, and the state that a
// connection leaves to the next one.
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>
#include <anode/socket.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>

#include <algorithm>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace behaviour_server_connection_close {

namespace http = anode::http;
namespace net = boost::asio;
using tcp = net::ip::tcp;

namespace {

/// Forwards to another stream and records how its output ends.
class recording_stream final : public anode::byte_stream {
public:
  recording_stream(std::unique_ptr<anode::byte_stream> s, std::shared_ptr<std::string> log)
      : stream_(std::move(s)), log_(std::move(log)) {}

  net::any_io_executor get_executor() override { return stream_->get_executor(); }
  void async_read_some(net::mutable_buffer b, anode::io_callback done) override {
    stream_->async_read_some(b, std::move(done));
  }
  std::size_t try_write(std::span<net::const_buffer const> buffers,
                        anode::error_code& ec) override {
    *log_ += "write ";
    return stream_->try_write(buffers, ec);
  }
  std::size_t try_write_last(std::span<net::const_buffer const> buffers,
                             anode::error_code& ec) override {
    *log_ += "last ";
    return stream_->try_write(buffers, ec);
  }
  void async_wait_writable(anode::io_callback done) override {
    stream_->async_wait_writable(std::move(done));
  }
  void async_shutdown(anode::io_callback done) override {
    *log_ += "shutdown ";
    stream_->async_shutdown(std::move(done));
  }
  void close() override {
    if (stream_->is_open()) {
      *log_ += "close ";
    }
    stream_->close();
  }
  bool is_open() const override { return stream_->is_open(); }

private:
  std::unique_ptr<anode::byte_stream> stream_;
  std::shared_ptr<std::string> log_;
};

net::awaitable<void> read_all(anode::socket s, std::string& to) {
  while (auto const chunk = co_await s.read()) {
    to.append(*chunk);
  }
}

/// A server in memory with one connection.
struct recorded {
  explicit recorded(http::handler handler, std::size_t capacity = 65536)
      : server(io.get_executor(), std::move(handler)) {
    auto [here, there] = anode::transport::make_memory_pair(io.get_executor(), capacity);
    server.emit_connection(std::make_unique<recording_stream>(std::move(there), log));
    peer.emplace(std::move(here));
    net::co_spawn(io, read_all(*peer, received), net::detached);
  }

  // Sends a request and returns the operations on the stream.
  std::string ask(std::string const& fields) {
    peer->write("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    io.restart();
    io.poll();
    return *log;
  }

  net::io_context io;
  std::shared_ptr<std::string> log = std::make_shared<std::string>();
  http::server server;
  std::optional<anode::socket> peer;
  std::string received;
};

int no_delay_of(anode::socket const& s) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(s.native_handle(), IPPROTO_TCP, TCP_NODELAY, &value, &size);
  return value;
}

}  // namespace

TEST_CASE(
    "connection end: the last bytes and the end are one operation unless user code runs in "
    "between") {
  SECTION("a response that closes its connection") {
    recorded f([](http::incoming_message&, http::server_response& res) { res.end("hello"); });
    CHECK(f.ask("Connection: close\r\n") == "last shutdown close ");
    CHECK(f.received.ends_with("\r\n\r\nhello"));
  }
  SECTION("a response that keeps its connection") {
    recorded f([](http::incoming_message&, http::server_response& res) { res.end("hello"); });
    CHECK(f.ask("") == "write ");
    CHECK(f.ask("Connection: close\r\n") == "write last shutdown close ");
  }
  SECTION("a listener that runs in between") {
    recorded f([](http::incoming_message&, http::server_response& res) {
      res.on_finish([] {});
      res.end("hello");
    });
    CHECK(f.ask("Connection: close\r\n") == "write shutdown close ");
  }
  SECTION("output above the buffer is written as usual") {
    recorded f([](http::incoming_message&, http::server_response& res) {
      res.end(std::string(100'000, 'x'));
    });
    std::string const log = f.ask("Connection: close\r\n");
    CHECK(log.ends_with("write shutdown close "));
    CHECK(f.received.ends_with(std::string(100'000, 'x')));
  }
}

TEST_CASE(
    "connection end: a TCP connection ends behind its response, and the next one starts fresh") {
  net::io_context io;
  http::server server(io.get_executor(), [](http::incoming_message& req,
                                            http::server_response& res) { res.end(req.url()); });
  server.listen(0, "127.0.0.1");
  std::uint16_t const port = server.address().port;
  std::string const version = GENERATE("1.0", "1.1");
  std::vector<std::string> received(3);
  for (std::size_t i = 0; i != received.size(); ++i) {
    tcp::socket client(io);
    client.connect({net::ip::address_v4::loopback(), port});
    std::string const request = "GET /" + std::to_string(i) + " HTTP/" + version +
                                "\r\nHost: a\r\nConnection: close\r\n\r\n";
    client.send(net::buffer(request));
    boost::system::error_code result;
    bool done = false;
    net::async_read(client, net::dynamic_buffer(received[i]),
                    [&](boost::system::error_code ec, std::size_t) {
                      result = ec;
                      done = true;
                    });
    io.restart();
    while (!done && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    CHECK(result == net::error::eof);  // not a reset
    CHECK(received[i].ends_with("\r\n\r\n/" + std::to_string(i)));
  }
  server.close();
  io.restart();
  io.run();  // No work is left.
  CHECK(io.stopped());
}

TEST_CASE(
    "connection end: a connection listener can end the connection before its request is read") {
  net::io_context io;
  bool asked = false;
  http::server server(io.get_executor(), [&](http::incoming_message&, http::server_response& res) {
    asked = true;
    res.end();
  });
  bool const ends = GENERATE(true, false);
  std::string outcome;
  server.on_connection([&](anode::socket s) {
    outcome = asked ? "late" : "first";
    if (ends) {
      s.destroy();
    }
  });
  server.listen(0, "127.0.0.1");
  tcp::socket client(io);
  client.connect({net::ip::address_v4::loopback(), server.address().port});
  client.send(net::buffer(std::string("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")));
  std::string received;
  bool done = false;
  net::async_read(client, net::dynamic_buffer(received),
                  [&](boost::system::error_code, std::size_t) { done = true; });
  while (!done && io.run_one_for(std::chrono::seconds(10)) > 0) {
  }
  CHECK(outcome == "first");
  CHECK(asked == !ends);
  CHECK(received.empty() == ends);
}

TEST_CASE("connection end: no_delay can be changed while a server listens") {
  net::io_context io;
  http::server server(io.get_executor(), [](http::incoming_message&, http::server_response&) {});
  std::optional<int> found;
  server.on_connection([&](anode::socket s) {
    found = no_delay_of(s);
    s.destroy();
  });
  http::server_options options;
  options.no_delay = GENERATE(true, false);
  server.set_options(options);
  server.listen(0, "127.0.0.1");
  for (int i = 0; i != 3; ++i) {
    tcp::socket client(io);
    client.connect({net::ip::address_v4::loopback(), server.address().port});
    found.reset();
    while (!found && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    REQUIRE(found);
    CHECK((*found != 0) == options.no_delay);
    options.no_delay = !options.no_delay;
    server.set_options(options);
  }
}

TEST_CASE("connection end: a small first segment precedes a large write") {
  constexpr std::size_t size = 300'000;
  bool const in_pieces = GENERATE(true, false);
  recorded f(
      [&](http::incoming_message&, http::server_response& res) {
        res.cork();
        for (std::size_t i = 0; in_pieces && i != 10; ++i) {
          res.write(std::string(size / 10, 'x'));
        }
        res.end(in_pieces ? std::string() : std::string(size, 'x'));
      },
      2 * size);
  // The last chunk follows the segments.
  CHECK(f.ask("") == (in_pieces ? "write write write " : "write write "));
  CHECK(static_cast<std::size_t>(std::count(f.received.begin(), f.received.end(), 'x')) == size);
}

}  // namespace behaviour_server_connection_close
