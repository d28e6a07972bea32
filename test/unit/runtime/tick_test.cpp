// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/tick.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace unit_runtime_tick {

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

}  // namespace unit_runtime_tick
