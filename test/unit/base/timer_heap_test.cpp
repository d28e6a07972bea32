// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/timer_heap.hpp"

#include "support/catch.hpp"

#include <memory>
#include <random>
#include <vector>

namespace unit_base_timer_heap {

using namespace anode::base;
using namespace std::chrono_literals;

namespace {

constexpr steady_time start{std::chrono::hours{1}};

std::vector<timer_node*> expired(timer_heap& q, steady_time now) {
  std::vector<timer_node*> all;
  q.expire(now, [&](timer_node& d) { all.push_back(&d); });
  return all;
}

}  // namespace

TEST_CASE("timer heap: one timer", "[timer-heap]") {
  timer_heap q;
  timer_node d;
  CHECK(q.next_deadline() == no_deadline);
  CHECK_FALSE(d.armed());
  CHECK(q.arm(d, start, 100ms));
  CHECK(d.armed());
  CHECK(d.expiry() == start + 100ms);
  CHECK(q.next_deadline() == start + 100ms);
  CHECK(expired(q, start + 99ms).empty());

  SECTION("expires once") {
    CHECK(expired(q, start + 100ms) == std::vector{&d});
    CHECK_FALSE(d.armed());
    CHECK(expired(q, start + 1h).empty());
    CHECK(q.next_deadline() == no_deadline);
  }
  SECTION("moved to later: wakes the driver once too early, then at the right time") {
    CHECK_FALSE(q.arm(d, start + 50ms, 100ms));
    CHECK(q.next_deadline() == start + 100ms);
    CHECK(expired(q, start + 100ms).empty());
    CHECK(q.next_deadline() == start + 150ms);
    CHECK(expired(q, start + 149ms).empty());
    CHECK(expired(q, start + 150ms) == std::vector{&d});
  }
  SECTION("moved to earlier: the driver has to set its timer again") {
    CHECK(q.arm(d, start, 10ms));
    CHECK(q.next_deadline() == start + 10ms);
    CHECK(expired(q, start + 10ms) == std::vector{&d});
  }
  SECTION("cancelled: does not expire") {
    q.cancel(d);
    CHECK_FALSE(d.armed());
    CHECK(expired(q, start + 100ms).empty());
    CHECK(q.next_deadline() == no_deadline);
  }
  SECTION("cancelled and set again before its old time") {
    q.cancel(d);
    q.arm(d, start + 90ms, 100ms);
    CHECK(expired(q, start + 189ms).empty());
    CHECK(expired(q, start + 190ms) == std::vector{&d});
  }
  SECTION("zero, a negative time and a time beyond the clock's range disable the timer") {
    for (auto none : {0ms, -5ms, std::chrono::milliseconds::max()}) {
      CHECK_FALSE(q.arm(d, start, none));
      CHECK_FALSE(d.armed());
    }
    CHECK(expired(q, start + 1h).empty());
  }
  SECTION("moves to another heap") {
    timer_heap other;
    other.arm(d, start, 20ms);
    CHECK(expired(q, start + 1h).empty());
    CHECK(expired(other, start + 20ms) == std::vector{&d});
  }
  SECTION("outlives its heap") {
    auto brief = std::make_unique<timer_heap>();
    brief->arm(d, start, 20ms);
    brief.reset();
    CHECK_FALSE(d.armed());
    CHECK(q.arm(d, start, 20ms));
    CHECK(expired(q, start + 20ms) == std::vector{&d});
  }
}

TEST_CASE("timer heap: what a callback can do", "[timer-heap]") {
  timer_heap q;
  auto a = std::make_unique<timer_node>();
  auto b = std::make_unique<timer_node>();
  auto c = std::make_unique<timer_node>();
  q.arm(*a, start, 1ms);
  q.arm(*b, start, 2ms);
  q.arm(*c, start, 3ms);
  int calls = 0;

  SECTION("destroy the other timers") {
    q.expire(start + 1h, [&](timer_node&) {
      ++calls;
      b.reset();
      c.reset();
    });
    CHECK(calls == 1);
  }
  SECTION("destroy itself") {
    q.expire(start + 1h, [&](timer_node& d) {
      ++calls;
      for (auto* p : {&a, &b, &c}) {
        if (p->get() == &d) {
          p->reset();
        }
      }
    });
    CHECK(calls == 3);
    CHECK(q.next_deadline() == no_deadline);
  }
  SECTION("cancel another timer") {
    q.expire(start + 1h, [&](timer_node&) {
      ++calls;
      q.cancel(*b);
      q.cancel(*c);
    });
    CHECK(calls == 1);
  }
  SECTION("set itself again for now: it expires in the next call") {
    CHECK(q.expire(start + 1h, [&](timer_node& d) {
      ++calls;
      q.arm(d, start);
    }) == 3);
    CHECK(calls == 3);
    CHECK(q.next_deadline() == start);
  }
  SECTION("set new timers") {
    std::vector<std::unique_ptr<timer_node>> more;
    q.expire(start + 1h, [&](timer_node&) {
      ++calls;
      for (int i = 0; i < 100; ++i) {
        more.push_back(std::make_unique<timer_node>());
        q.arm(*more.back(), start + 1h, 1ms);
      }
    });
    CHECK(calls == 3);
    CHECK(q.expire(start + 2h, [](timer_node&) {}) == 300);
  }
}

TEST_CASE("timer heap: random operations agree with a list of times", "[timer-heap]") {
  std::mt19937 random{5};
  auto const below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (int round = 0; round < 300; ++round) {
    timer_heap q;
    std::vector<std::unique_ptr<timer_node>> all(1 + below(40));
    std::vector<steady_time> expected(all.size(), no_deadline);
    for (auto& d : all) {
      d = std::make_unique<timer_node>();
    }
    steady_time now = start;
    for (int step = 0; step < 200; ++step) {
      std::size_t const i = below(static_cast<unsigned>(all.size()));
      switch (below(6)) {
        case 0:
        case 1:
        case 2: {
          auto const timeout = std::chrono::milliseconds{below(3) == 0 ? below(100) : 50};
          steady_time const before = q.next_deadline();
          bool const earlier = q.arm(*all[i], now, timeout);
          expected[i] = timeout == 0ms ? no_deadline : now + timeout;
          if (earlier != (q.next_deadline() < before)) {
            FAIL("arm reports an earlier wake-up");
          }
          break;
        }
        case 3:
          q.cancel(*all[i]);
          expected[i] = no_deadline;
          break;
        case 4:
          all[i] = std::make_unique<timer_node>();
          expected[i] = no_deadline;
          break;
        default: {
          now += std::chrono::milliseconds{below(30)};
          steady_time last{};
          q.expire(now, [&](timer_node& d) {
            std::size_t const n = [&] {
              for (std::size_t k = 0; k < all.size(); ++k) {
                if (all[k].get() == &d) {
                  return k;
                }
              }
              return all.size();
            }();
            if (n == all.size() || expected[n] > now) {
              FAIL("expired too early");
            }
            if (expected[n] < last) {
              FAIL("expired out of order");
            }
            last = expected[n];
            expected[n] = no_deadline;
          });
          for (steady_time e : expected) {
            if (e <= now) {
              FAIL("did not expire");
            }
          }
        }
      }
      for (std::size_t k = 0; k < all.size(); ++k) {
        if (all[k]->expiry() != expected[k]) {
          FAIL("a timer reports the wrong expiry time");
        }
        if (q.next_deadline() > expected[k]) {
          FAIL("the driver would sleep too long");
        }
      }
    }
  }
  SUCCEED();
}

}  // namespace unit_base_timer_heap
