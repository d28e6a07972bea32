// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The check for the use of one executor in two threads. It exists only in debug builds.
#if !defined(NDEBUG) && defined(__linux__)

#include "runtime/shutdown_hook.hpp"
#include "runtime/tick.hpp"
#include "support/catch.hpp"
#include "transport/memory_stream.hpp"

#include <anode/server.hpp>
#include <anode/socket.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace unit_runtime_thread_check {

using anode::runtime::tick;
namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

// An object of a context, which is checked from then on.
class member final : private anode::runtime::shutdown_hook {
public:
  explicit member(net::any_io_executor const& ex) { join(ex); }

private:
  void on_context_shutdown() override {}
};

// Runs `f` in a child process. Returns what it writes to standard error; " aborted" follows if
// SIGABRT ended it.
template <class F>
std::string errors_of(F f) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t const child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    f();
    std::_Exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char bytes[256];
  for (ssize_t n; (n = ::read(ends[0], bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) {
    text += " aborted";
  }
  return text;
}

bool is_report(std::string const& text) {
  return text.starts_with("anode: two threads use objects of one executor at the same time.") &&
         text.ends_with(" aborted");
}

// Runs ticks of two executors in two threads at the same time.
void ticks_at_once(net::any_io_executor const& one, net::any_io_executor const& other) {
  std::promise<void> inside;
  std::promise<void> over;
  std::thread thread([&] {
    tick const t(one);
    inside.set_value();
    over.get_future().wait();
  });
  inside.get_future().wait();
  {
    tick const t(other);
  }
  over.set_value();
  thread.join();
}

// A context that another thread runs, with a socket in memory and a server.
struct running_elsewhere {
  running_elsewhere() {
    auto [one, other] = anode::transport::make_memory_pair(io.get_executor(), 1000);
    socket = anode::socket(std::move(one));
    peer = anode::socket(std::move(other));
    thread = std::thread([this] { io.run(); });
    // The context runs a tick there, then waits for work.
    net::post(io, net::use_future([this] { tick const t(ex); })).get();
  }

  net::io_context io{1};
  net::any_io_executor ex = io.get_executor();
  net::executor_work_guard<net::io_context::executor_type> work{io.get_executor()};
  http::server server{io.get_executor()};
  anode::socket socket;
  anode::socket peer;
  std::thread thread;
};

}  // namespace

TEST_CASE("thread check: two ticks at once on one executor end the program with a message") {
  net::io_context io;
  member const m(io.get_executor());
  CHECK(is_report(errors_of([&] { ticks_at_once(io.get_executor(), io.get_executor()); })));
}

TEST_CASE("thread check: a context at the address of an earlier one is a new context") {
  CHECK(is_report(errors_of([] {
    std::optional<net::io_context> io(std::in_place, 1);
    net::any_io_executor ex = io->get_executor();
    std::optional<member> m(ex);
    {
      tick const t(ex);  // in this thread,
    }
    auto const tick_in_a_thread = [&] {
      net::post(*io, [&] { tick const t(ex); });
      io->run();
    };
    net::post(*io, [&] { tick const t(ex); });
    io->run();
    io->restart();
    std::thread(tick_in_a_thread).join();  // and then in another one: allowed from now on
    ex = {};
    io.emplace(1);
    ex = io->get_executor();
    m.emplace(ex);
    net::executor_work_guard<net::io_context::executor_type> const work(io->get_executor());
    std::thread runner([&] { io->run(); });
    net::post(*io, net::use_future([&] { tick const t(ex); })).get();
    tick const t(ex);
  })));
}

TEST_CASE("thread check: a handle used beside the thread of its context ends the program") {
  SECTION("a write to a socket") {
    CHECK(is_report(errors_of([] {
      running_elsewhere f;
      f.socket.write("text");
    })));
  }
  SECTION("the end of a socket") {
    CHECK(is_report(errors_of([] {
      running_elsewhere f;
      f.socket.destroy();
    })));
  }
  SECTION("the destructor of a server") {
    CHECK(is_report(errors_of([] {
      running_elsewhere f;
      http::server const gone(std::move(f.server));
    })));
  }
  SECTION("a pool of one thread") {
    CHECK(is_report(errors_of([] {
      net::thread_pool pool(1);
      net::any_io_executor const ex = pool.get_executor();
      member const m(ex);
      net::post(pool, net::use_future([&] { tick const t(ex); })).get();
      tick const t(ex);
    })));
  }
}

TEST_CASE("thread check: threads can run ticks on their own strands or contexts") {
  net::io_context io;
  net::io_context other;
  member const m(io.get_executor());
  member const n(other.get_executor());
  ticks_at_once(io.get_executor(), other.get_executor());
  ticks_at_once(net::make_strand(io), net::make_strand(io));
  net::any_io_executor const ex = io.get_executor();
  for (int i = 0; i != 2; ++i) {
    std::thread([&] { tick const t(ex); }).join();  // one thread after the other
  }
}

TEST_CASE("thread check: a strand may run in all threads of a pool") {
  CHECK(errors_of([] {
          net::thread_pool pool(4);
          net::any_io_executor const ex = net::make_strand(pool.get_executor());
          member const m(ex);
          for (int i = 0; i != 1000; ++i) {
            net::post(ex, [&] { tick const t(ex); });
          }
          pool.join();
          tick const t(ex);
        }) == "");
}

TEST_CASE("thread check: the context may run in one thread after the other") {
  CHECK(errors_of([] {
          net::io_context io;
          auto const work = net::make_work_guard(io);
          net::any_io_executor const ex = io.get_executor();
          member const m(ex);
          auto const run_a_tick = [&] {
            net::post(ex, [&] { tick const t(ex); });
            io.poll();
          };
          std::promise<void> ran;
          std::promise<void> end;
          std::thread thread([&] {
            run_a_tick();
            ran.set_value();
            end.get_future().wait();  // the thread lives on
          });
          ran.get_future().wait();
          {
            tick const t(ex);
          }
          run_a_tick();
          {
            tick const t(ex);
          }
          end.set_value();
          thread.join();
        }) == "");
}

TEST_CASE("thread check: a tick may run on an executor whose context is destroyed") {
  std::optional<net::io_context> io(std::in_place);
  net::any_io_executor const ex = io->get_executor();
  http::server const server(ex);
  {
    tick const t(ex);
  }
  io.reset();
  tick const t(ex);  // a use after free under the address sanitizer, if the context is asked
  CHECK(tick::on(ex));
}

TEST_CASE("thread check: a handle may be used when its context has stopped") {
  CHECK(errors_of([] {
          running_elsewhere f;
          f.work.reset();
          f.io.stop();
          f.thread.join();
          f.socket.write("text");
          f.server = http::server(f.io.get_executor());
        }) == "");
}

}  // namespace unit_runtime_thread_check

#endif
