// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "unit/proxy/selection/selector_fixture.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <vector>

namespace unit_proxy_selection_selector_share {

using namespace selector_test;

namespace {

// A request in progress, by the time of its end.
struct running {
  time_point end;
  ticket_id ticket = 0;
  std::uint32_t slot = 0;
  std::chrono::nanoseconds took{0};
  bool operator>(running const& other) const { return end > other.end; }
};

// How an upstream responds.
struct behaviour {
  std::chrono::nanoseconds time = 10ms;
  int status = 200;  // 0: it fails
};

struct outcome {
  std::vector<double> shares;  // of the requests
  std::size_t most = 0;        // in progress at one upstream
};

// `clients` clients send one request after another, `total` all together. Times vary by half.
outcome simulate(world& w, std::vector<behaviour> const& upstreams, std::size_t clients,
                 std::size_t total) {
  random_numbers random(7);
  std::priority_queue<running, std::vector<running>, std::greater<>> active;
  std::vector<std::size_t> counts(upstreams.size());
  outcome result;
  for (std::size_t sent = 0; sent < total; ++sent) {
    if (active.size() == clients) {
      running const r = active.top();
      active.pop();
      w.now = std::max(w.now, r.end);
      if (int const status = upstreams[r.slot].status; status != 0) {
        w.selector.answered(r.ticket, w.now, r.took, status);
      } else {
        tried_upstreams tried;
        w.selector.failed(r.ticket, w.now, charge(1), tried);
      }
      w.actions();
    }
    decision const d = w.request();
    REQUIRE(d.what == decision::kind::assigned);
    ++counts[d.slot];
    result.most = std::max(result.most, w.selector[d.slot].in_progress);
    auto const took = std::chrono::duration_cast<std::chrono::nanoseconds>(
        upstreams[d.slot].time * (0.5 + random.fraction()));
    active.push({w.now + took, d.ticket, d.slot, took});
  }
  for (std::size_t const c : counts) {
    result.shares.push_back(static_cast<double>(c) / static_cast<double>(total));
  }
  return result;
}

double chi_squared(outcome const& o, std::vector<double> const& expected, double total) {
  double sum = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    double const want = expected[i] * total;
    double const difference = o.shares[i] * total - want;
    sum += difference * difference / want;
  }
  return sum;
}

upstream_pool_options by(selection_order order) {
  upstream_pool_options options;
  options.order(order).slow_start(0s).ejection_points(0);
  return options;
}

}  // namespace

TEST_CASE("selector share: equal upstreams get equal shares") {
  for (std::size_t const count : {2U, 3U, 4U, 10U}) {
    for (std::size_t const clients : {1U, 5U, 40U}) {
      for (selection_order const order :
           {selection_order::least_requests, selection_order::round_robin}) {
        world w(count, by(order), count * 100 + clients);
        outcome const o = simulate(w, std::vector<behaviour>(count, behaviour()), clients, 10'000);
        std::vector<double> const expected(count, 1.0 / static_cast<double>(count));
        INFO(count << " upstreams, " << clients << " clients");
        CHECK(chi_squared(o, expected, 10'000) < 30);  // 9 degrees of freedom: p = 0.0004
      }
    }
  }
}

TEST_CASE("selector share: by turns, each round is exact") {
  world w(3, by(selection_order::round_robin));
  w.nodes[0].weight = 5;
  w.nodes[2].weight = 2;
  w.set();
  for (int round = 0; round < 10; ++round) {
    std::vector<int> counts(3);
    for (int i = 0; i < 8; ++i) {
      decision const d = w.request();
      ++counts[d.slot];
      w.selector.cancelled(d.ticket, w.now);
    }
    CHECK(counts == std::vector<int>{5, 1, 2});
  }
}

TEST_CASE("selector share: under load the fewest requests follow the weights") {
  for (std::size_t const count : {3U, 8U}) {
    world w(count, by(selection_order::least_requests));
    double all = 0;
    for (std::size_t i = 0; i < count; ++i) {
      w.nodes[i].weight = static_cast<unsigned>(1 + i % 3);
      all += w.nodes[i].weight;
    }
    w.set();
    outcome const o = simulate(w, std::vector<behaviour>(count, behaviour()), 40 * count, 10'000);
    for (std::size_t i = 0; i < count; ++i) {
      INFO(count << " upstreams, upstream " << i);
      CHECK(std::abs(o.shares[i] / (w.nodes[i].weight / all) - 1) < 0.1);
    }
  }
}

TEST_CASE("selector share: of two random upstreams the better one keeps the maximum low") {
  for (std::size_t const count : {10U, 26U}) {
    std::size_t const clients = count * 8;
    world w(count, by(selection_order::least_requests));
    outcome const o = simulate(w, std::vector<behaviour>(count, behaviour()), clients, 20'000);
    CHECK(static_cast<double>(o.most) <= 8 + std::log2(std::log2(count)) + 3);
  }
}

TEST_CASE("selector share: an upstream that fails at once does not attract requests") {
  for (int const status : {500, 0}) {
    for (std::size_t const count : {2U, 3U, 4U, 10U}) {
      for (std::size_t const clients : {1U, 6U, 40U}) {
        world w(count, by(selection_order::least_requests));
        std::vector<behaviour> upstreams(count, behaviour{50ms, 200});
        upstreams[0] = {100us, status};
        outcome const o = simulate(w, upstreams, clients, 10'000);
        INFO("status " << status << ", " << count << " upstreams, " << clients << " clients");
        CHECK(o.shares[0] <= 1.2 / static_cast<double>(count));
      }
    }
  }
}

TEST_CASE("selector share: a slow upstream gets less") {
  world w(2, by(selection_order::least_requests));
  outcome const o = simulate(w, {behaviour{10ms, 200}, behaviour{90ms, 200}}, 20, 10'000);
  CHECK(o.shares[0] > 0.85);
}

TEST_CASE("selector share: the cost of a request does not depend on the number of upstreams") {
  for (std::size_t const count : {10U, 26U}) {
    world w(count, by(selection_order::least_requests));
    std::uint64_t const before = w.selector.steps();
    simulate(w, std::vector<behaviour>(count, behaviour()), 50, 10'000);
    CHECK(w.selector.steps() - before < 25'000);
  }
}

TEST_CASE("selector share: a random index follows its weight") {
  for (std::vector<unsigned> const& weights :
       {std::vector<unsigned>{1}, {1, 1, 1}, {1, 2, 3, 4}, {1000, 1, 1, 1, 1}, {7, 7, 1}}) {
    weighted_sample sample;
    sample.set(weights);
    random_numbers random(3);
    std::vector<std::size_t> counts(weights.size());
    std::size_t const draws = 100'000;
    for (std::size_t i = 0; i < draws; ++i) {
      ++counts[sample.pick(random)];
    }
    double const all = std::accumulate(weights.begin(), weights.end(), 0.0);
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      double const want = weights[i] / all * static_cast<double>(draws);
      double const difference = static_cast<double>(counts[i]) - want;
      sum += difference * difference / want;
    }
    CHECK(sum < 20);  // 4 degrees of freedom: p = 0.0005
  }
}

TEST_CASE("selector share: the running median is near the middle of its samples") {
  for (double const scale : {1.0, 50.0}) {
    running_median median;
    random_numbers random(5);
    for (int i = 0; i < 2000; ++i) {
      // Half of the samples are below 2 ms times `scale`, and the others far above.
      double const ms = (i % 2 == 0 ? random.fraction() * 2 : 2 + 1000 * random.fraction()) * scale;
      median.add(std::chrono::nanoseconds(static_cast<std::int64_t>(ms * 1e6)));
    }
    double const estimate = static_cast<double>(median.value().count()) / 1e6;
    CHECK(estimate > 1 * scale);
    CHECK(estimate < 40 * scale);
  }
}

}  // namespace unit_proxy_selection_selector_share
