// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/tick.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#ifdef __linux__
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <vector>

using anode::runtime::deferred_task;
using anode::runtime::tick;
namespace net = boost::asio;
namespace detail = anode::detail;

namespace {

struct member final : deferred_task {
  member(std::vector<std::string>& l, std::string n) : log(l), name(std::move(n)) {}
  void run_deferred() override {
    log.push_back(name);
    if (again > 0) {
      --again;
      tick::defer(*this, ex);
    }
  }
  std::vector<std::string>& log;
  std::string name;
  int again = 0;
  net::any_io_executor ex;
};

}  // namespace

TEST_CASE("tick: deferred tasks run once, in order, at the end") {
  net::io_context io;
  net::any_io_executor const ex = io.get_executor();
  std::vector<std::string> log;
  detail::ptr<member> const a(new member(log, "a"));
  detail::ptr<member> const b(new member(log, "b"));
  {
    tick const t(ex);
    CHECK(tick::on(ex));
    tick::defer(*a, ex);
    {
      tick const inner(ex);
      tick::defer(*b, ex);
      tick::defer(*a, ex);
    }
    CHECK(log.empty());
  }
  CHECK_FALSE(tick::on(ex));
  CHECK(log == std::vector<std::string>{"a", "b"});
}

TEST_CASE("tick: a deferred task can defer itself again") {
  net::io_context io;
  net::any_io_executor const ex = io.get_executor();
  std::vector<std::string> log;
  detail::ptr<member> const a(new member(log, "a"));
  a->again = 2;
  a->ex = ex;
  {
    tick const t(ex);
    tick::defer(*a, ex);
  }
  CHECK(log.size() == 3);
}

TEST_CASE("tick: outside of a tick, deferred tasks get a tick from the scheduler") {
  net::io_context io;
  net::any_io_executor const ex = io.get_executor();
  std::vector<std::string> log;
  {
    detail::ptr<member> const a(new member(log, "a"));
    tick::defer(*a, ex);
    tick::defer(*a, ex);
  }
  CHECK(log.empty());
  io.run();
  CHECK(log == std::vector<std::string>{"a"});
}

TEST_CASE("tick: the tick of one executor does not run the tasks of another") {
  net::io_context one;
  net::io_context two;
  net::any_io_executor const ex1 = one.get_executor();
  net::any_io_executor const ex2 = two.get_executor();
  std::vector<std::string> log;
  detail::ptr<member> const a(new member(log, "a"));
  {
    tick const t(ex1);
    CHECK_FALSE(tick::on(ex2));
    tick::defer(*a, ex2);
  }
  CHECK(log.empty());
  two.run();
  CHECK(log.size() == 1);
}

#if !defined(NDEBUG) && defined(__linux__)

namespace {

// Runs `f` in a child process. Returns the signal that ended it, 0 if none did.
template <class F>
int signal_of(F f) {
  pid_t const child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    std::freopen("/dev/null", "w", stderr);
    f();
    std::_Exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

// Runs ticks of two executors in two threads at the same time.
void turns_at_once(net::any_io_executor const& one, net::any_io_executor const& other) {
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

}  // namespace

TEST_CASE("tick: two threads at once on one executor abort the program with a message") {
  net::io_context io;
  CHECK(signal_of([&] { turns_at_once(io.get_executor(), io.get_executor()); }) == SIGABRT);
}

TEST_CASE("tick: threads can run ticks on their own strands or contexts") {
  net::io_context io;
  net::io_context other;
  turns_at_once(io.get_executor(), other.get_executor());
  turns_at_once(net::make_strand(io), net::make_strand(io));
  net::any_io_executor const ex = io.get_executor();
  for (int i = 0; i != 2; ++i) {
    std::thread([&] { tick const t(ex); }).join();  // one thread after the other
  }
}

#endif
