// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/selection/retry_budget.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <vector>

namespace unit_proxy_selection_retry_budget {

using anode::proxy::selection::retry_budget;
using namespace std::chrono_literals;

namespace {

retry_budget::time_point at(std::chrono::milliseconds t) { return retry_budget::time_point(t); }

int allowed(retry_budget& budget, retry_budget::time_point now, int wanted) {
  int given = 0;
  for (int i = 0; i < wanted; ++i) {
    given += budget.retry(now) ? 1 : 0;
  }
  return given;
}

}  // namespace

TEST_CASE("retry budget: at least three retries, whatever the number of requests") {
  retry_budget budget;
  CHECK(allowed(budget, at(0s), 10) == 3);
  CHECK(allowed(budget, at(9s), 10) == 0);
  CHECK(allowed(budget, at(10s + 500ms), 10) == 3);
}

TEST_CASE("retry budget: a fifth of the requests of the last ten seconds") {
  retry_budget budget;
  for (int i = 0; i < 100; ++i) {
    budget.request(at(1s));
  }
  CHECK(allowed(budget, at(2s), 100) == 20);
  for (int i = 0; i < 50; ++i) {
    budget.request(at(6s));
  }
  CHECK(allowed(budget, at(6s), 100) == 10);
  CHECK(allowed(budget, at(30s), 100) == 3);
}

TEST_CASE("retry budget: other limits") {
  retry_budget none(0, 0);
  none.request(at(1s));
  CHECK_FALSE(none.retry(at(1s)));
  none.set(100, 0);
  CHECK(none.retry(at(1s)));
  CHECK_FALSE(none.retry(at(1s)));
}

TEST_CASE("retry budget: a time that goes back counts as now") {
  retry_budget budget(50, 0);
  budget.request(at(20s));
  budget.request(at(1s));
  CHECK(allowed(budget, at(-5s), 5) == 1);
}

// How many of the times are in the last `span` before `now`.
std::size_t recent(std::vector<std::chrono::milliseconds> const& times,
                   std::chrono::milliseconds now, std::chrono::milliseconds span) {
  return static_cast<std::size_t>(
      std::ranges::count_if(times, [&](std::chrono::milliseconds t) { return t > now - span; }));
}

TEST_CASE("retry budget: allows what the share of the last ten seconds allows, but for one step") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    auto const percent = static_cast<unsigned>(random() % 101);
    auto const least = static_cast<unsigned>(random() % 5);
    retry_budget budget(percent, least);
    std::vector<std::chrono::milliseconds> requests;
    std::vector<std::chrono::milliseconds> retries;
    std::chrono::milliseconds now{random() % 3000};
    bool right = true;
    for (int i = 0; i < 500; ++i) {
      now += std::chrono::milliseconds(random() % (random() % 20 == 0 ? 6000 : 60));
      if (random() % 3 != 0) {
        budget.request(at(now));
        requests.push_back(now);
      } else if (budget.retry(at(now))) {
        retries.push_back(now);
        right =
            right && recent(retries, now, 10s) <=
                         std::max<std::size_t>(least, recent(requests, now, 10s) * percent / 100);
      } else {
        right = right &&
                recent(retries, now, 10'500ms) >=
                    std::max<std::size_t>(least, recent(requests, now, 9500ms) * percent / 100);
      }
    }
    INFO("seed " << seed);
    CHECK(right);
  }
}

}  // namespace unit_proxy_selection_retry_budget
