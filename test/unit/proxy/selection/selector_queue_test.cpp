// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "unit/proxy/selection/selector_fixture.hpp"

#include <string>
#include <vector>

namespace unit_proxy_selection_selector_queue {

using namespace selector_test;
using action = selector_action::kind;

namespace {

upstream_pool_options queue_of(std::size_t limit, std::chrono::milliseconds time = 5s) {
  upstream_pool_options options;
  options.queue_limit(limit).queue_timeout(time).order(selection_order::first);
  return options;
}

world busy(std::size_t count, upstream_pool_options const& options) {
  world w(count, options);
  for (node& n : w.nodes) {
    n.limit = 1;
  }
  w.set();
  return w;
}

}  // namespace

TEST_CASE("selector queue: requests wait in order, up to the limit") {
  world w = busy(1, queue_of(2));
  decision const running = w.request();
  decision const one = w.request();
  decision const two = w.request();
  CHECK(one.what == decision::kind::waiting);
  CHECK(w.selector.waiting() == 2);
  decision const full = w.request();
  CHECK(full.refusal == acquire_refusal::queue_full);
  CHECK(full.retry_after == 1s);
  CHECK(w.selector.refused() == 1);
  w.selector.answered(running.ticket, w.now, 1ms, 200);
  auto actions = w.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].what == action::assigned);
  CHECK(actions[0].ticket == one.ticket);
  w.selector.cancelled(one.ticket, w.now);
  actions = w.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].ticket == two.ticket);
  CHECK(w.selector.waiting() == 0);
}

TEST_CASE("selector queue: no wait is longer than the time") {
  world w = busy(1, queue_of(10, 2s));
  CHECK(w.selector.next_deadline() == time_point::max());
  decision const running = w.request();
  decision const one = w.request();
  CHECK(w.selector.next_deadline() == w.now + 2s);
  w.now += 1999ms;
  w.selector.expire(w.now);
  CHECK(w.actions().empty());
  decision const two = w.request();
  w.now += 1ms;
  w.selector.answered(running.ticket, w.now, 1ms, 200);  // too late for the first
  auto const actions = w.actions();
  REQUIRE(actions.size() == 2);
  CHECK(actions[0].ticket == one.ticket);
  CHECK(actions[0].refusal == acquire_refusal::queue_timeout);
  CHECK(actions[1].ticket == two.ticket);
  CHECK(actions[1].what == action::assigned);
  CHECK(w.selector.next_deadline() == time_point::max());
}

TEST_CASE("selector queue: without a time or places nobody waits") {
  world none = busy(1, queue_of(0));
  none.request();
  CHECK(none.request().refusal == acquire_refusal::queue_full);
  world never = busy(1, queue_of(10, 0s));
  never.request();
  CHECK(never.request().refusal == acquire_refusal::queue_full);
  CHECK(never.selector.request(never.now, {}, false).refusal == acquire_refusal::would_wait);
  CHECK(never.selector.refused() == 1);
}

TEST_CASE("selector queue: a request that leaves frees its place at once") {
  world w = busy(1, queue_of(3));
  decision const running = w.request();
  decision const one = w.request();
  decision const two = w.request();
  decision const three = w.request();
  w.selector.cancelled(two.ticket, w.now);
  w.selector.cancelled(two.ticket, w.now);  // again: no effect
  CHECK(w.selector.waiting() == 2);
  decision const four = w.request();
  CHECK(four.what == decision::kind::waiting);
  std::vector<ticket_id> order;
  ticket_id current = running.ticket;
  for (int i = 0; i < 3; ++i) {
    w.selector.answered(current, w.now, 1ms, 200);
    auto const actions = w.actions();
    REQUIRE(actions.size() == 1);
    current = actions[0].ticket;
    order.push_back(current);
  }
  CHECK(order == std::vector<ticket_id>{one.ticket, three.ticket, four.ticket});
}

TEST_CASE("selector queue: an exclusion does not hold up those behind it") {
  world w = busy(2, queue_of(10));
  decision const a = w.request();
  decision const b = w.request();
  tried_upstreams tried;
  w.selector.failed(a.ticket, w.now, charge(), tried);
  decision const again = w.request();  // occupies a
  REQUIRE(again.slot == a.slot);
  decision const excluding = w.selector.request(w.now, tried);
  decision const plain = w.request();
  CHECK(excluding.what == decision::kind::waiting);
  CHECK(plain.what == decision::kind::waiting);
  w.selector.answered(again.ticket, w.now, 1ms, 200);  // only the second one wants a
  auto actions = w.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].ticket == plain.ticket);
  w.selector.answered(b.ticket, w.now, 1ms, 200);
  actions = w.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].ticket == excluding.ticket);
}

TEST_CASE("selector queue: those that wait get no upstream if none is left") {
  world w = busy(2, queue_of(10));
  decision const a = w.request();
  w.request();
  tried_upstreams tried;
  w.selector.failed(a.ticket, w.now, charge(), tried);
  w.request();
  decision const excluding = w.selector.request(w.now, tried);
  decision const plain = w.request();
  w.nodes.pop_back();  // b
  w.set();
  auto actions = w.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].ticket == excluding.ticket);
  CHECK(actions[0].refusal == acquire_refusal::all_tried);
  w.nodes.clear();
  w.set();
  actions = w.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].ticket == plain.ticket);
  CHECK(actions[0].refusal == acquire_refusal::no_upstream);
}

TEST_CASE("selector queue: a new upstream, more room and a due trial serve those that wait") {
  world w = busy(1, queue_of(10));
  w.request();
  decision const one = w.request();
  decision const two = w.request();
  w.nodes.push_back({"b", 1, 1});
  w.set();
  auto actions = w.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].ticket == one.ticket);
  w.nodes[0].limit = 2;
  w.set();
  actions = w.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].ticket == two.ticket);

  world other = busy(2, queue_of(10));
  other.fail("a", 3);
  REQUIRE(other.entry("a").ejected);
  other.request();
  decision const waiting = other.request();
  REQUIRE(waiting.what == decision::kind::waiting);
  other.actions();
  CHECK(other.selector.next_deadline() == other.entry("a").due);
  other.now = other.entry("a").due;
  other.selector.expire(other.now);
  actions = other.actions();
  REQUIRE(actions.size() == 1);
  CHECK(actions[0].ticket == waiting.ticket);
  CHECK(actions[0].trial);
}

TEST_CASE("selector queue: a trial that those who wait cannot use is no deadline") {
  world w = busy(2, queue_of(10));
  decision const at_a = w.request();
  REQUIRE(w.name(at_a.slot) == "a");
  decision const at_b = w.request();
  tried_upstreams tried;
  w.selector.failed(at_a.ticket, w.now, charge(24), tried);
  REQUIRE(w.entry("a").ejected);
  REQUIRE(w.selector.request(w.now, tried).what == decision::kind::waiting);
  w.now = w.entry("a").due;
  w.selector.expire(w.now);
  CHECK(w.selector.next_deadline() > w.now);
  w.selector.answered(at_b.ticket, w.now, 1ms, 200);
  CHECK(w.selector.waiting() == 0);
}

TEST_CASE("selector queue: closing refuses all") {
  world w = busy(1, queue_of(10));
  w.request();
  w.request();
  w.request();
  w.selector.close();
  auto const actions = w.actions();
  REQUIRE(actions.size() == 2);
  CHECK(actions[0].refusal == acquire_refusal::closed);
  CHECK(w.selector.waiting() == 0);
}

TEST_CASE("selector: an empty pool, and one that has tried too many") {
  world w(0);
  CHECK(w.request().refusal == acquire_refusal::no_upstream);
  world many(10);
  tried_upstreams tried;
  for (std::size_t i = 0; i < tried_upstreams::most; ++i) {
    decision const d = many.selector.request(many.now, tried);
    REQUIRE(d.what == decision::kind::assigned);
    many.selector.failed(d.ticket, many.now, charge(), tried);
  }
  CHECK(many.selector.request(many.now, tried).refusal == acquire_refusal::all_tried);
}

TEST_CASE("selector: a ticket ends once") {
  world w(2);
  decision const d = w.request();
  w.selector.answered(d.ticket, w.now, 1ms, 200);
  tried_upstreams tried;
  w.selector.failed(d.ticket, w.now, charge(8), tried);
  w.selector.answered(d.ticket, w.now, 1ms, 200);
  w.selector.cancelled(d.ticket, w.now);
  CHECK(tried.empty());
  CHECK(w.selector[d.slot].in_progress == 0);
  CHECK(w.selector[d.slot].answered == 1);
  CHECK(w.selector[d.slot].failed == 0);
}

TEST_CASE("selector: a removed upstream finishes, and counts again when it comes back") {
  world w(2);
  decision const one = w.request_at("a");
  decision const two = w.request_at("a");
  w.nodes.erase(w.nodes.begin());
  w.set();
  for (int i = 0; i < 5; ++i) {
    CHECK(w.name(w.request().slot) == "b");
  }
  w.selector.answered(one.ticket, w.now, 1ms, 200);
  w.nodes.insert(w.nodes.begin(), {"a"});
  w.set();
  CHECK(w.entry("a").in_progress == 1);
  w.selector.answered(two.ticket, w.now, 1ms, 200);
  CHECK(w.entry("a").in_progress == 0);
  // Without requests it is forgotten.
  std::uint64_t const id = w.entry("a").id;
  w.nodes.erase(w.nodes.begin());
  w.set();
  w.nodes.insert(w.nodes.begin(), {"a"});
  w.set();
  CHECK(w.entry("a").id != id);
}

TEST_CASE("selector: upstreams that are new or return start slowly, and monotonously") {
  world w(1);
  w.nodes.push_back({"b", 100});
  w.set();
  CHECK(w.selector.effective_weight(w.entry("a"), w.now) == 1);
  double before = 0;
  for (int i = 0; i <= 10; ++i) {
    double const weight = w.selector.effective_weight(w.entry("b"), w.now + i * 1s);
    CHECK(weight > before);
    before = weight;
  }
  CHECK(w.selector.effective_weight(w.entry("b"), w.now) == 10);
  CHECK(before == 100);
  CHECK(w.selector.effective_weight(w.entry("b"), w.now + 1h) == 100);
  upstream_pool_options at_once;
  at_once.slow_start(0s);
  world other(1, at_once);
  other.nodes.push_back({"b", 100});
  other.set();
  CHECK(other.selector.effective_weight(other.entry("b"), other.now) == 100);
}

TEST_CASE("selector: the first upstream, and its backups") {
  world w(3, queue_of(10));
  w.nodes[0].limit = 2;
  w.set();
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) {
    names.push_back(w.name(w.request().slot));
  }
  CHECK(names == std::vector<std::string>{"a", "a", "b", "b"});
}

}  // namespace unit_proxy_selection_selector_queue
