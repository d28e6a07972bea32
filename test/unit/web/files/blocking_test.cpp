// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/web/blocking.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace unit_web_files_blocking {

namespace net = boost::asio;
namespace web = anode::web;

namespace {

// A gate that tasks wait at until the test opens it.
class gate {
public:
  void open() { promise_.set_value(); }
  void wait() const { future_.wait(); }

private:
  std::promise<void> promise_;
  std::shared_future<void> future_ = promise_.get_future().share();
};

}  // namespace

TEST_CASE("web blocking: the work runs on another thread, and the coroutine resumes on its own",
          "[web]") {
  net::io_context io{1};
  std::thread::id const loop = std::this_thread::get_id();
  std::string result;
  auto const work = [&]() -> net::awaitable<void> {
    auto const where = [] { return std::this_thread::get_id(); };
    std::thread::id const other = co_await web::blocking(io.get_executor(), where);
    CHECK(other != loop);
    CHECK(std::this_thread::get_id() == loop);
    auto const text = [] { return std::make_unique<std::string>("text"); };
    std::unique_ptr<std::string> const moved = co_await web::blocking(io.get_executor(), text);
    result = *moved;
    auto const nothing = [] {};
    co_await web::blocking(io.get_executor(), nothing);
    auto const failing = []() -> int { throw std::out_of_range("x"); };
    bool caught = false;
    try {
      co_await web::blocking(io.get_executor(), failing);
    } catch (std::out_of_range const&) {
      caught = true;
    }
    CHECK(caught);
    result += " done";
  };
  net::co_spawn(io, work(), net::detached);
  io.run();
  CHECK(result == "text done");
}

TEST_CASE("web blocking: a full queue refuses, or waits", "[web]") {
  net::io_context io{1};
  gate open;
  int done = 0;
  int refused = 0;
  auto const one = [&](web::when_full full) -> net::awaitable<void> {
    auto const wait = [&open] { open.wait(); };
    try {
      co_await web::blocking(io.get_executor(), wait, full);
      ++done;
    } catch (web::blocking_queue_full const&) {
      ++refused;
    }
  };
  for (int i = 0; i != 400; ++i) {
    net::co_spawn(io, one(web::when_full::refuse), net::detached);
  }
  for (int i = 0; i != 100; ++i) {
    net::co_spawn(io, one(web::when_full::queue), net::detached);
  }
  // Starts all, and finishes none.
  io.poll();
  CHECK(done == 0);
  open.open();
  io.run();
  // Of 400, 256 wait, and at most four are taken by a thread meanwhile.
  CHECK(refused >= 400 - 256 - 4);
  CHECK(refused <= 400 - 256);
  CHECK(done + refused == 500);
}

TEST_CASE("web blocking: the end of the context destroys the coroutines that wait", "[web]") {
  auto const alive = std::make_shared<int>(0);
  auto const open = std::make_shared<gate>();
  {
    net::io_context io{1};
    auto const one = [&io, open](std::shared_ptr<int> kept) -> net::awaitable<void> {
      auto const wait = [open] { open->wait(); };
      co_await web::blocking(io.get_executor(), wait);
      ++*kept;
    };
    for (int i = 0; i != 10; ++i) {
      net::co_spawn(io, one(alive), net::detached);
    }
    io.poll();
    CHECK(alive.use_count() == 11);
  }
  CHECK(alive.use_count() == 1);
  CHECK(*alive == 0);
  open->open();
  // The threads finish the tasks of the context that is gone, then this one.
  net::io_context io{1};
  bool done = false;
  auto const last = [&]() -> net::awaitable<void> {
    auto const nothing = [] {};
    co_await web::blocking(io.get_executor(), nothing);
    done = true;
  };
  net::co_spawn(io, last(), net::detached);
  io.run();
  CHECK(done);
}

TEST_CASE("web blocking: contexts of several threads share the threads", "[web]") {
  std::atomic<int> sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t) {
    threads.emplace_back([&sum] {
      net::io_context io{1};
      auto const work = [&]() -> net::awaitable<void> {
        for (int i = 0; i != 50; ++i) {
          auto const number = [i] { return i; };
          sum += co_await web::blocking(io.get_executor(), number);
        }
      };
      net::co_spawn(io, work(), net::detached);
      io.run();
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(sum == 4 * 1225);
}

}  // namespace unit_web_files_blocking
