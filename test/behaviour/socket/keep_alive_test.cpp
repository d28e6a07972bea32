// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The settings of TCP keep-alive probes reach the stream below.

#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>
#include <anode/socket.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace behaviour_socket_keep_alive {

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

struct settings {
  std::optional<anode::keep_alive_probes> probes{};
  std::optional<std::chrono::milliseconds> delay{};
};

// A stream of a program, which stores its settings.
template <bool Probes>
class storing_stream : public anode::byte_stream {
public:
  storing_stream(std::unique_ptr<anode::byte_stream> lower, settings& to)
      : lower_(std::move(lower)), to_(to) {}

  net::any_io_executor get_executor() override { return lower_->get_executor(); }
  void async_read_some(net::mutable_buffer b, anode::io_callback done) override {
    lower_->async_read_some(b, std::move(done));
  }
  std::size_t try_write(std::span<net::const_buffer const> b, anode::error_code& ec) override {
    return lower_->try_write(b, ec);
  }
  void async_wait_writable(anode::io_callback done) override {
    lower_->async_wait_writable(std::move(done));
  }
  void async_shutdown(anode::io_callback done) override { lower_->async_shutdown(std::move(done)); }
  void close() override { lower_->close(); }
  bool is_open() const override { return lower_->is_open(); }

  void set_keep_alive(bool on, std::chrono::milliseconds delay) override {
    to_.delay = on ? std::optional(delay) : std::nullopt;
  }
  void set_keep_alive_probes(anode::keep_alive_probes const& probes) override {
    if constexpr (Probes) {
      to_.probes = probes;
    } else {
      anode::byte_stream::set_keep_alive_probes(probes);
    }
  }

private:
  std::unique_ptr<anode::byte_stream> lower_;
  settings& to_;
};

}  // namespace

TEST_CASE("keep-alive: a stream gets delay, interval and count") {
  net::io_context io;
  settings set;
  auto [one, other] = anode::transport::make_memory_pair(io.get_executor());
  anode::socket s(std::make_unique<storing_stream<true>>(std::move(one), set));
  s.set_keep_alive(true, 5s, 2s, 3);
  REQUIRE(set.probes);
  CHECK(set.probes->on);
  CHECK(set.probes->initial_delay == 5s);
  CHECK(set.probes->interval == 2s);
  CHECK(set.probes->count == 3);
  s.set_keep_alive();
  CHECK_FALSE(set.probes->on);
  CHECK(set.probes->interval == 0s);
  CHECK(set.probes->count == 0);
}

TEST_CASE("keep-alive: a stream that has only the function with two parameters still gets them") {
  net::io_context io;
  settings set;
  auto [one, other] = anode::transport::make_memory_pair(io.get_executor());
  SECTION("of a socket") {
    anode::socket s(std::make_unique<storing_stream<false>>(std::move(one), set));
    s.set_keep_alive(true, 5s, 2s, 3);
    CHECK(set.delay == 5s);
    s.set_keep_alive(false);
    CHECK_FALSE(set.delay);
  }
  SECTION("of a server") {
    http::server_options options;
    options.keep_alive = true;
    options.keep_alive_initial_delay = 7s;
    http::server server(io.get_executor(), options);
    server.emit_connection(std::make_unique<storing_stream<false>>(std::move(one), set));
    CHECK(set.delay == 7s);
    server.close_all_connections();
    io.poll();
  }
}

}  // namespace behaviour_socket_keep_alive
