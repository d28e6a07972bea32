// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The result of a write: what awaiting it costs, and each way to use it.
#include "support/client_and_server.hpp"

#include <anode/error.hpp>
#include <anode/write_operation.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <string>
#include <type_traits>
#include <utility>

namespace behaviour_message_write_operation {

namespace http = anode::http;
namespace net = boost::asio;
using anode::write_done;
using anode::write_operation;
using support::client_and_server;

static_assert(std::is_convertible_v<write_operation, net::awaitable<void>>);
static_assert(!std::is_convertible_v<write_operation&, net::awaitable<void>>);
static_assert(!std::is_convertible_v<write_operation, bool>);
static_assert(std::is_nothrow_move_constructible_v<write_operation>);
static_assert(!std::is_copy_constructible_v<write_operation>);

namespace {

/// Answers each request of a client with `body`, in a handler that writes.
std::string answer_of(http::handler handler) {
  client_and_server f;
  f.server.on_request(std::move(handler));
  auto const answer = f.get();
  return answer->error.empty() ? answer->body : answer->error;
}

}  // namespace

TEST_CASE("write operation: a write that has succeeded has no coroutine") {
  CHECK(answer_of([](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          write_operation none;
          CHECK_FALSE(none.valid());
          CHECK_FALSE(static_cast<bool>(none));
          co_await std::move(none);
          write_operation first = res.write("a");
          CHECK_FALSE(first.valid());
          CHECK(static_cast<bool>(first));
          write_done const done = co_await std::move(first);
          static_cast<void>(done);
          for (int i = 0; i != 1000; ++i) {
            co_await res.write("b");  // without growth of the stack
          }
          co_await res.end("c");
        }) == "a" + std::string(1000, 'b') + "c");
}

TEST_CASE("write operation: a write above the high-water mark waits, and one that failed throws") {
  std::string order;
  std::string const large(300000, 'x');
  CHECK(answer_of([&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          write_operation full = res.write(large);
          CHECK(full.valid());
          CHECK_FALSE(static_cast<bool>(full));
          order += "w";
          co_await std::move(full);
          order += "d";
          co_await res.end();
          try {
            co_await res.write("late");
          } catch (boost::system::system_error const& e) {
            order += e.code() == http::error::write_after_end ? "e" : "?";
          }
        }).size() == large.size());
  CHECK(order == "wde");
}

TEST_CASE("write operation: a handler may return its last write") {
  CHECK(answer_of([](http::incoming_message&, http::server_response& res) {
          return res.end("returned");
        }) == "returned");
  CHECK(answer_of([](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          return res.end(std::string(300000, 'y')).as_awaitable();
        }).size() == 300000);
}

TEST_CASE("write operation: completes with each token, ready or not") {
  std::string const data(GENERATE(std::size_t{1}, std::size_t{300000}), 'x');
  client_and_server f;
  int completed = 0;
  std::future<void> all;
  std::future<write_done> last;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    net::co_spawn(f.io, res.write(data),
                  [&](std::exception_ptr e, write_done) { completed += e == nullptr ? 1 : 0; });
    net::co_spawn(f.io, res.write(data).as_awaitable(),
                  [&](std::exception_ptr e) { completed += e == nullptr ? 1 : 0; });
    all = net::co_spawn(f.io, res.write(data).as_awaitable(), net::use_future);
    last = net::co_spawn(f.io, res.end(data), net::use_future);
  });
  CHECK(f.get()->body.size() == 4 * data.size());
  CHECK(completed == 2);
  REQUIRE(all.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
  REQUIRE(last.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
}

TEST_CASE("write operation: is an operand of Asio's operators") {
  using namespace net::experimental::awaitable_operators;
  std::string const data(GENERATE(std::size_t{1}, std::size_t{300000}), 'x');
  CHECK(answer_of([&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
          co_await (res.write(data) && res.write(data));
          co_await (res.end(data) || res.drained());
        }).size() == 3 * data.size());
}

TEST_CASE("write operation: an operation that is replaced or destroyed still sends its data") {
  std::string const large(300000, 'x');
  CHECK(answer_of([&](http::incoming_message&, http::server_response& res) {
          write_operation o = res.write(large);
          o = res.write(large);
          CHECK_FALSE(static_cast<bool>(o));
          o = write_operation();
          res.end("end");
        }).size() == 2 * large.size() + 3);
}

}  // namespace behaviour_message_write_operation
