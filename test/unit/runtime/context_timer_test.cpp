// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/detail/context_timer.hpp>
#include <anode/testing.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace unit_runtime_context_timer {

using anode::detail::context_timer;
namespace net = boost::asio;
namespace testing = anode::testing;
using namespace std::chrono_literals;

namespace {

struct counting_timer final : context_timer {
  explicit counting_timer(net::any_io_executor ex) : context_timer(std::move(ex)) {}
  void expired() override { ++expiries; }
  void context_ended() override { ++ends; }
  int expiries = 0;
  int ends = 0;
};

}  // namespace

TEST_CASE("context timer: expires once, at its time on the manual clock") {
  testing::event_loop loop;
  counting_timer t(loop.get_executor());
  auto const begin = t.now();
  t.arm(begin + 5s);
  CHECK(t.armed());
  loop.advance(4999ms);
  CHECK(t.expiries == 0);
  loop.advance(1ms);
  CHECK(t.expiries == 1);
  CHECK_FALSE(t.armed());
  CHECK(t.now() == begin + 5s);
  loop.advance(1h);
  CHECK(t.expiries == 1);
}

TEST_CASE("context timer: a time in the past expires, a moved or cancelled one does not") {
  testing::event_loop loop;
  counting_timer t(loop.get_executor());
  t.arm(t.now() - 1h);
  CHECK(t.expiries == 0);
  loop.advance(1ms);
  CHECK(t.expiries == 1);
  t.arm(t.now() + 1s);
  t.arm(t.now() + 3s);
  loop.advance(2s);
  CHECK(t.expiries == 1);
  loop.advance(1s);
  CHECK(t.expiries == 2);
  t.arm(t.now() + 1s);
  t.disarm();
  t.arm(context_timer::time_point::max());
  loop.advance(1h);
  CHECK(t.expiries == 2);
}

TEST_CASE("context timer: keeps run busy only while it is armed") {
  net::io_context io;
  counting_timer t(io.get_executor());
  CHECK(io.run() == 0);
  io.restart();
  t.arm(t.now() + 2ms);
  io.run();
  CHECK(t.expiries == 1);
}

TEST_CASE("context timer: may be destroyed when it expires, and when its context ends") {
  struct own_end final : context_timer {
    own_end(net::any_io_executor ex, std::unique_ptr<own_end>& me)
        : context_timer(std::move(ex)), self(me) {}
    void expired() override { self.reset(); }
    void context_ended() override { self.reset(); }
    std::unique_ptr<own_end>& self;
  };
  std::unique_ptr<own_end> one;
  {
    testing::event_loop loop;
    one = std::make_unique<own_end>(loop.get_executor(), one);
    one->arm(one->now() + 1s);
    loop.advance(1s);
    CHECK(one == nullptr);
    one = std::make_unique<own_end>(loop.get_executor(), one);
    one->arm(one->now() + 1s);
  }
  CHECK(one == nullptr);
  std::optional<testing::event_loop> loop(std::in_place);
  counting_timer later(loop->get_executor());
  later.arm(later.now() + 1s);
  loop.reset();
  CHECK(later.ends == 1);
  CHECK(later.expiries == 0);
  later.arm(counting_timer::time_point() + 1s);
  CHECK(later.now() == counting_timer::time_point());
  later.disarm();
}

}  // namespace unit_runtime_context_timer
