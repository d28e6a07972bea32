// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/timers.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace unit_runtime_timers {

using anode::runtime::clock;
using anode::runtime::timer;
using anode::runtime::timers;
namespace net = boost::asio;
using namespace std::chrono_literals;

namespace {

struct bell final : timer {
  bell(std::vector<std::string>& l, std::string n) : log(l), name(std::move(n)) {}
  void expired() override { log.push_back(name); }
  std::vector<std::string>& log;
  std::string name;
};

struct fixture {
  fixture() { clock::of(io.get_executor()).set_manual(std::chrono::sys_seconds(784111777s)); }
  void advance(std::chrono::milliseconds by) {
    clock::of(io.get_executor()).advance(by);
    io.restart();
    io.run();
  }
  net::io_context io;
  std::vector<std::string> log;
  anode::detail::ptr<timers> all{new timers(io.get_executor())};
};

}  // namespace

TEST_CASE("timers: expire in the order of their times, not earlier") {
  fixture f;
  bell late(f.log, "late");
  bell early(f.log, "early");
  f.all->arm(late, 200ms);
  f.all->arm(early, 100ms);
  f.advance(99ms);
  CHECK(f.log.empty());
  f.advance(1ms);
  CHECK(f.log == std::vector<std::string>{"early"});
  f.advance(100ms);
  CHECK(f.log == std::vector<std::string>{"early", "late"});
  f.advance(1000ms);
  CHECK(f.log.size() == 2);
}

TEST_CASE("timers: setting again moves a timer, cancelling and zero stop it") {
  fixture f;
  bell moved(f.log, "moved");
  bell dropped(f.log, "dropped");
  bell zero(f.log, "zero");
  f.all->arm(moved, 100ms);
  f.all->arm(dropped, 100ms);
  f.all->arm(zero, 100ms);
  f.advance(50ms);
  f.all->arm(moved, 100ms);
  f.all->cancel(dropped);
  f.all->arm(zero, 0ms);
  f.advance(50ms);
  CHECK(f.log.empty());
  f.advance(50ms);
  CHECK(f.log == std::vector<std::string>{"moved"});
}

TEST_CASE("timers: a timer moved to an earlier time expires then") {
  fixture f;
  bell a(f.log, "a");
  f.all->arm(a, 1000ms);
  f.all->arm(a, 10ms);
  f.advance(10ms);
  CHECK(f.log.size() == 1);
}

TEST_CASE("timers: without a timer set the context has no work") {
  net::io_context io;
  std::vector<std::string> log;
  anode::detail::ptr<timers> const all(new timers(io.get_executor()));
  bell a(log, "a");
  all->arm(a, std::chrono::hours(1));
  all->cancel(a);
  io.run();  // would run for an hour
  CHECK(log.empty());
}

}  // namespace unit_runtime_timers
