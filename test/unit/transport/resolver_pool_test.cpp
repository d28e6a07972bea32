// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/resolver_pool.hpp"

#include "support/catch.hpp"
#include "transport/connector.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace unit_transport_resolver_pool {

using anode::error_code;
using anode::transport::resolver_pool;
using anode::transport::resolver_query;
namespace net = boost::asio;

namespace {

// A context whose resolver does not return for the name "slow" until it is released.
struct slow_names {
  explicit slow_names(int concurrency_hint = BOOST_ASIO_CONCURRENCY_HINT_DEFAULT)
      : io(concurrency_hint), pool(resolver_pool::of(io.get_executor())) {
    pool.set_lookup([this](resolver_query const& q, error_code&) -> resolver_pool::addresses {
      most = std::max(most.load(), ++running);
      if (q.host == "slow") {
        gate.wait();
      }
      --running;
      return {"127.0.0.1", "::1"};
    });
  }
  ~slow_names() { release(); }

  void release() {
    if (!released) {
      released = true;
      open.set_value();
    }
  }

  std::shared_ptr<resolver_pool::request> ask(std::string host) {
    resolver_query q;
    q.host = std::move(host);
    return pool.start(io.get_executor(), q,
                      [this, host = q.host](error_code ec, resolver_pool::addresses const& found) {
                        failure = ec;
                        addresses = found;
                        answered.push_back(host);
                      });
  }

  std::promise<void> open;
  std::shared_future<void> gate = open.get_future().share();
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  bool released = false;
  error_code failure;
  resolver_pool::addresses addresses;
  std::vector<std::string> answered;
  net::io_context io;  // the last member: its destructor joins the threads that use the others
  resolver_pool& pool;
};

}  // namespace

TEST_CASE("resolver pool: slow names do not delay others") {
  slow_names names;
  net::io_context& io = names.io;
  for (int i = 0; i != 3; ++i) {
    names.ask("slow");
  }
  names.ask("fast");
  while (names.answered.empty()) {
    REQUIRE(io.run_one_for(std::chrono::seconds(10)) == 1);
  }
  CHECK(names.answered == std::vector<std::string>{"fast"});
  CHECK_FALSE(names.failure);
  CHECK(names.addresses == resolver_pool::addresses{"127.0.0.1", "::1"});
  names.release();
  io.run();
  CHECK(names.answered.size() == 4);
}

TEST_CASE("resolver pool: at most four look-ups run at once, the others wait") {
  slow_names names;
  net::io_context& io = names.io;
  for (int i = 0; i != 20; ++i) {
    names.ask("slow");
  }
  names.release();
  io.run();
  CHECK(names.answered.size() == 20);
  CHECK(names.most <= 4);
  CHECK(names.pool.thread_count() <= resolver_pool::max_threads);
}

TEST_CASE("resolver pool: a cancelled look-up calls no handler and keeps no work") {
  slow_names names;
  net::io_context& io = names.io;
  std::vector<std::shared_ptr<resolver_pool::request>> asked;
  for (int i = 0; i != 6; ++i) {  // the last ones are still queued
    asked.push_back(names.ask("slow"));
  }
  for (auto const& r : asked) {
    names.pool.cancel(r);
  }
  CHECK(io.run_for(std::chrono::seconds(10)) == 0);  // although four of them still run
  CHECK(io.stopped());
  names.release();
  io.restart();
  io.run();
  CHECK(names.answered.empty());
}

TEST_CASE("resolver pool: running and queued look-ups end with their context") {
  auto const kept = std::make_shared<int>(1);
  std::promise<void> open;
  std::shared_future<void> const gate = open.get_future().share();
  {
    net::io_context io;
    resolver_pool& pool = resolver_pool::of(io.get_executor());
    pool.set_lookup([gate](resolver_query const&, error_code&) -> resolver_pool::addresses {
      gate.wait();
      return {};
    });
    for (int i = 0; i != 6; ++i) {
      pool.start(io.get_executor(), {}, [kept](error_code, resolver_pool::addresses const&) {});
    }
    open.set_value();
  }
  CHECK(kept.use_count() == 1);
}

TEST_CASE("resolver pool: continues after a fork") {
  slow_names names;
  net::io_context& io = names.io;
  names.ask("fast");
  io.run();
  io.notify_fork(net::io_context::fork_prepare);
  CHECK(names.pool.thread_count() == 0);
  io.notify_fork(net::io_context::fork_parent);
  names.ask("fast");
  io.restart();
  io.run();
  CHECK(names.answered.size() == 2);
}

TEST_CASE("resolver pool: fails on a context that does not accept work from other threads") {
  slow_names names(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  net::io_context& io = names.io;
  names.ask("fast");
  io.run();
  CHECK(names.failure == net::error::operation_not_supported);
  CHECK(names.pool.thread_count() == 0);
}

TEST_CASE("resolver pool: addresses and localhost need no look-up") {
  net::io_context io;
  resolver_pool& pool = resolver_pool::of(io.get_executor());
  for (char const* const host : {"127.0.0.1", "::1", "localhost", "LocalHost"}) {
    anode::transport::connect_target to;
    to.host = host;
    to.port = 1;
    std::string phase;
    auto const attempt = anode::transport::start_connect(
        io.get_executor(), to, nullptr,
        [&](error_code, std::string_view p, std::unique_ptr<anode::byte_stream>) { phase = p; });
    CHECK_FALSE(attempt->looking_up());
    io.restart();
    io.run();
    CHECK(phase == "connect");
  }
  CHECK(pool.thread_count() == 0);
}

TEST_CASE(
    "resolver pool: passes the address family to the system's resolver, and maps its errors to "
    "codes") {
  error_code ec;
  resolver_query q;
  q.host = "127.0.0.1";
  CHECK(anode::transport::system_lookup(q, ec) == resolver_pool::addresses{"127.0.0.1"});
  CHECK_FALSE(ec);
  q.family = AF_INET6;
  CHECK(anode::transport::system_lookup(q, ec).empty());
  CHECK(ec);
  q.host = std::string(300, 'x');
  CHECK(anode::transport::system_lookup(q, ec).empty());
  CHECK(ec);
}

TEST_CASE("connector: looks a name up, and can be cancelled during the look-up") {
  slow_names names;
  net::io_context& io = names.io;
  bool called = false;
  anode::transport::connect_target to;
  to.host = "slow";
  to.port = 1;
  auto const done = [&](error_code, std::string_view, std::unique_ptr<anode::byte_stream>) {
    called = true;
  };
  SECTION("completed") {
    auto const attempt = anode::transport::start_connect(io.get_executor(), to, nullptr, done);
    CHECK(attempt->looking_up());
    names.release();
    io.run();
    CHECK(called);
  }
  SECTION("cancelled") {
    anode::transport::start_connect(io.get_executor(), to, nullptr, done)->cancel();
    CHECK(io.run_for(std::chrono::seconds(10)) == 0);
    CHECK(io.stopped());
    CHECK_FALSE(called);
  }
}

}  // namespace unit_transport_resolver_pool
