// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/delay.hpp>
#include <anode/error.hpp>
#include <anode/socket_server.hpp>
#include <anode/testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace behaviour_socket_socket_server {

namespace net = boost::asio;
namespace http = anode::http;
namespace testing = anode::testing;
using namespace std::chrono_literals;

namespace {

net::awaitable<void> echo(anode::socket client) {
  while (auto const chunk = co_await client.read()) {
    co_await client.write(std::string(*chunk));
  }
}

testing::peer connect(testing::event_loop& loop, anode::socket_server& to) {
  auto [ours, theirs] = anode::transport::make_memory_pair(loop.get_executor(), 65536);
  to.emit_connection(std::move(theirs));
  return {loop, anode::socket(std::move(ours))};
}

}  // namespace

TEST_CASE("socket server: a handler serves each connection, which ends with it") {
  testing::event_loop loop;
  anode::socket_server server(loop.get_executor(), echo);
  testing::peer one = connect(loop, server);
  testing::peer two = connect(loop, server);
  one.send("a");
  two.send("b");
  one.expect("a");
  two.expect("b");
  CHECK(server.connection_count() == 2);
  one.end();
  one.expect_end();
  CHECK(server.connection_count() == 1);
  two.reset();
  loop.settle();
  CHECK(server.connection_count() == 0);
}

TEST_CASE("socket server: connections over the limit are closed") {
  testing::event_loop loop;
  anode::socket_server server(loop.get_executor(), echo);
  server.set_max_connections(1);
  testing::peer one = connect(loop, server);
  testing::peer two = connect(loop, server);
  CHECK(two.ended());
  one.close();
  loop.settle();
  testing::peer three = connect(loop, server);
  three.send("x");
  three.expect("x");
}

TEST_CASE("socket server: exceptions of handlers") {
  testing::event_loop loop;
  std::vector<std::string> seen;
  anode::socket_server server(loop.get_executor(),
                              [](anode::socket client) -> net::awaitable<void> {
                                auto const chunk = co_await client.read();
                                if (chunk && *chunk == "peer") {
                                  throw boost::system::system_error(net::error::connection_reset);
                                }
                                if (chunk && *chunk == "mistake") {
                                  throw http::exception(http::error::invalid_arg_value, "mistake");
                                }
                                throw std::runtime_error("fault");
                              });
  server.on_error([&](std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (std::exception const& x) {
      seen.emplace_back(x.what());
    }
  });
  testing::peer one = connect(loop, server);
  one.send("peer");
  CHECK(one.ended());
  testing::peer two = connect(loop, server);
  two.send("x");
  CHECK(two.ended());
  testing::peer three = connect(loop, server);
  three.send("mistake");
  CHECK(three.ended());
  CHECK(seen.size() == 2);
  CHECK(seen.front() == "fault");
  CHECK(server.connection_count() == 0);
}

TEST_CASE("socket server: close and drain") {
  testing::event_loop loop;
  anode::socket_server server(loop.get_executor(), echo);
  testing::peer one = connect(loop, server);
  testing::peer two = connect(loop, server);
  std::size_t cut = 100;
  net::co_spawn(loop.context(), server.drain(10s),
                [&](std::exception_ptr, std::size_t n) { cut = n; });
  loop.advance(9s);
  one.close();
  loop.advance(999ms);
  CHECK(cut == 100);
  CHECK_FALSE(two.ended());
  loop.advance(1ms);
  CHECK(cut == 1);
  CHECK(two.ended());
  // Without connections it completes at once.
  CHECK(loop.run(server.drain(10s)) == 0);
  testing::peer three = connect(loop, server);
  server.close_all_connections();
  CHECK(three.ended());
  CHECK(server.connection_count() == 0);
}

TEST_CASE("socket server: handlers are cancelled with their connections") {
  testing::event_loop loop;
  bool cancelled = false;
  auto server = std::make_unique<anode::socket_server>(
      loop.get_executor(), [&](anode::socket client) -> net::awaitable<void> {
        try {
          co_await anode::delay(client.get_executor(), 1h);
        } catch (boost::system::system_error const& e) {
          cancelled = e.code() == net::error::operation_aborted;
        }
      });
  testing::peer one = connect(loop, *server);
  loop.settle();
  server.reset();
  loop.settle();
  CHECK(cancelled);
  CHECK(one.ended());
}

TEST_CASE("socket server: a context that ends with connections and waits") {
  for (int const steps : {0, 1}) {
    auto loop = std::make_unique<testing::event_loop>();
    anode::socket_server server(loop->get_executor(), echo);
    anode::socket_server waiting(loop->get_executor(),
                                 [](anode::socket client) -> net::awaitable<void> {
                                   co_await anode::delay(client.get_executor(), 1h);
                                 });
    auto [one, a] = anode::transport::make_memory_pair(loop->get_executor(), 65536);
    auto [two, b] = anode::transport::make_memory_pair(loop->get_executor(), 65536);
    server.emit_connection(std::move(a));
    waiting.emit_connection(std::move(b));
    net::co_spawn(loop->context(), server.drain(1h), [](std::exception_ptr, std::size_t) {});
    if (steps > 0) {
      loop->settle();
    }
    one.reset();
    two.reset();
    // The servers outlive the context here.
    loop.reset();
    SUCCEED();
  }
}

TEST_CASE("socket server: what an empty object does") {
  testing::event_loop loop;
  CHECK_THROWS_AS(anode::socket_server(loop.get_executor(), nullptr), http::exception);
  anode::socket_server moved(loop.get_executor(), echo);
  anode::socket_server server(std::move(moved));
  CHECK_FALSE(moved.listening());
  CHECK(moved.connection_count() == 0);
  moved.close();
  moved.close_all_connections();
  CHECK_THROWS_AS(moved.address(), http::exception);
  CHECK_THROWS_AS(moved.drain(1s), http::exception);
  moved = anode::socket_server(loop.get_executor(), echo);
  testing::peer client = connect(loop, moved);
  client.send("x");
  client.expect("x");
}

TEST_CASE("socket server: over TCP") {
  net::io_context io;
  anode::socket_server server(io.get_executor(), echo);
  http::listen_options where;
  where.host = "127.0.0.1";
  server.listen(where);
  CHECK(server.listening());
  std::uint16_t const port = server.address().port;
  CHECK_THROWS_AS(server.listen(where), http::exception);
  anode::socket_server other(io.get_executor(), echo);
  where.port = port;
  CHECK_THROWS_AS(other.listen(where), http::exception);
  CHECK_FALSE(other.listening());
  where.port = 0;
  where.proxy_protocol.mode = http::proxy_protocol_mode::required;
  CHECK_THROWS_AS(other.listen(where), http::exception);
  net::ip::tcp::socket client(io);
  client.connect({net::ip::address_v4::loopback(), port});
  net::write(client, net::buffer("hello", 5));
  client.shutdown(net::ip::tcp::socket::shutdown_send);
  std::string answer;
  bool done = false;
  net::async_read(client, net::dynamic_buffer(answer),
                  [&](anode::error_code, std::size_t) { done = true; });
  auto const until = std::chrono::steady_clock::now() + 20s;
  while (!done && std::chrono::steady_clock::now() < until) {
    io.run_one_until(until);
  }
  CHECK(answer == "hello");
  server.close();
  CHECK_FALSE(server.listening());
  CHECK(server.address().address.empty());
}

TEST_CASE("delay: passes on the clock of the context, and can be cancelled") {
  testing::event_loop loop;
  bool over = false;
  net::cancellation_signal stop;
  net::co_spawn(loop.context(), anode::delay(loop.get_executor(), 5s),
                [&](std::exception_ptr e) { over = e == nullptr; });
  loop.advance(4999ms);
  CHECK_FALSE(over);
  loop.advance(1ms);
  CHECK(over);
  loop.run(anode::delay(loop.get_executor(), 0s));
  loop.run(anode::delay(loop.get_executor(), -1s));
  std::exception_ptr thrown;
  net::co_spawn(
      loop.context(), anode::delay(loop.get_executor(), 5s),
      net::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) { thrown = e; }));
  loop.settle();
  stop.emit(net::cancellation_type::terminal);
  loop.settle();
  CHECK(thrown != nullptr);
}

}  // namespace behaviour_socket_socket_server
