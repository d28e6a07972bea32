// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "unit/proxy/selection/selector_fixture.hpp"

#include <string>
#include <vector>

namespace unit_proxy_selection_selector_ejection {

using namespace selector_test;
using action = selector_action::kind;

namespace {

// Ejects an upstream and waits until its trial is due.
void eject_until_due(world& w, std::string const& of) {
  w.fail(of, 3);
  w.now = w.entry(of).due;
}

}  // namespace

TEST_CASE("ejection: three points within ten seconds") {
  world w(2);
  w.fail("a", 2);
  CHECK_FALSE(w.entry("a").ejected);
  w.now += 9s;
  w.fail("a", 1);
  CHECK(w.entry("a").ejected);
  CHECK(w.count(action::ejected) == 1);
  for (int i = 0; i < 20; ++i) {
    CHECK(w.name(w.request().slot) == "b");
  }
}

TEST_CASE("ejection: points halve each ten seconds") {
  world w(2);
  w.fail("a", 2);
  w.now += 10s;
  w.fail("a", 1);
  CHECK_FALSE(w.entry("a").ejected);
  CHECK(w.entry("a").points.at(w.now) == 2);
  w.now += 10s;
  CHECK(w.entry("a").points.at(w.now) == 1);
}

TEST_CASE("ejection: a response takes one point off, five in a row take all") {
  world w(2);
  w.fail("a", 2);
  auto const answer = [&] { w.selector.answered(w.request_at("a").ticket, w.now, 1ms, 200); };
  answer();
  CHECK(w.entry("a").points.at(w.now) == 1);
  w.fail("a", 1, charge(20));
  CHECK(w.entry("a").ejected);

  world other(2);
  other.fail("a", 1, charge(23));
  for (int i = 0; i < 5; ++i) {
    other.selector.answered(other.request_at("a").ticket, other.now, 1ms, 500);
  }
  CHECK(other.entry("a").points.at(other.now) == 0);
}

TEST_CASE("ejection: no charge is no failure") {
  world w(2);
  w.fail("a", 100, charge());
  CHECK_FALSE(w.entry("a").ejected);
  CHECK(w.entry("a").failed == 0);
}

TEST_CASE("ejection: at most half of the weight, and never the last one") {
  world two(2);
  two.fail("a", 3);
  two.fail("b", 30);
  CHECK(two.entry("a").ejected);
  CHECK_FALSE(two.entry("b").ejected);
  world one(1);
  one.fail("a", 30);
  CHECK_FALSE(one.entry("a").ejected);
  CHECK(one.request().what == decision::kind::assigned);
  upstream_pool_options all;
  all.most_ejected(100);
  world four(4, all);
  for (char const* name : {"a", "b", "c", "d"}) {
    four.fail(name, 30);
  }
  CHECK(four.entry("c").ejected);
  CHECK_FALSE(four.entry("d").ejected);
  // An upstream with more than half of the weight stays.
  world heavy(2);
  heavy.nodes[0].weight = 3;
  heavy.set();
  heavy.fail("a", 30);
  CHECK_FALSE(heavy.entry("a").ejected);
}

TEST_CASE("ejection: the time doubles, and falls again after good minutes") {
  world w(2);
  std::chrono::duration<double> before{0};
  for (int k = 0; k < 8; ++k) {
    w.fail("a", 3);
    std::chrono::duration<double> const time = w.entry("a").due - w.now;
    double const full = k < 6 ? double(1 << k) : 60.0;
    CHECK(time.count() <= full);
    CHECK(time.count() >= 0.75 * full);
    CHECK((time > before || k > 6));
    before = time;
    w.now = w.entry("a").due;
    decision const trial = w.request();
    REQUIRE(trial.trial);
    w.selector.answered(trial.ticket, w.now, 1ms, 200);
    REQUIRE_FALSE(w.entry("a").ejected);
  }
  CHECK(w.entry("a").back_off == 6);
  w.now += 4min;
  w.fail("a", 3);
  std::chrono::duration<double> const time = w.entry("a").due - w.now;
  CHECK(time.count() <= 4);
  CHECK(time.count() >= 3);
}

TEST_CASE("ejection: one trial at a time, and a good one brings the upstream back as new") {
  world w(2);
  eject_until_due(w, "a");
  decision const trial = w.request();
  CHECK(trial.trial);
  CHECK(w.name(trial.slot) == "a");
  for (int i = 0; i < 10; ++i) {
    CHECK(w.name(w.request().slot) == "b");
  }
  w.selector.cancelled(trial.ticket, w.now);
  decision const second = w.request();
  CHECK(second.trial);
  w.actions();
  w.selector.responded(second.ticket, w.now, 1ms, 404);
  CHECK_FALSE(w.entry("a").ejected);
  CHECK(w.count(action::returned) == 1);
  CHECK(w.entry("a").points.at(w.now) == 0);
  CHECK(w.selector.effective_weight(w.entry("a"), w.now) < 0.11);
  w.fail("a", 2);
  CHECK_FALSE(w.entry("a").ejected);
  w.fail("a", 1);
  CHECK(w.entry("a").ejected);
}

TEST_CASE("ejection: a failed trial is the next ejection") {
  world w(2);
  eject_until_due(w, "a");
  decision const trial = w.request();
  tried_upstreams tried;
  w.selector.failed(trial.ticket, w.now, charge(8), tried);
  CHECK(w.entry("a").ejected);
  CHECK(w.entry("a").due - w.now > 1s);
  CHECK(w.entry("a").due - w.now <= 2s);
  CHECK_FALSE(w.request().trial);
  // What a client can provoke decides nothing.
  w.now = w.entry("a").due;
  w.selector.failed(w.request().ticket, w.now, charge(2), tried);
  CHECK(w.request().trial);
}

TEST_CASE("ejection: requests that began before do not count after it") {
  world w(2);
  std::vector<ticket_id> old;
  for (int i = 0; i < 20; ++i) {
    old.push_back(w.request_at("a").ticket);
  }
  eject_until_due(w, "a");
  w.selector.answered(old[0], w.now, 1ms, 200);
  CHECK(w.entry("a").ejected);
  w.selector.answered(w.request().ticket, w.now, 1ms, 200);
  REQUIRE_FALSE(w.entry("a").ejected);
  tried_upstreams tried;
  for (std::size_t i = 1; i < old.size(); ++i) {
    tried = {};
    w.selector.failed(old[i], w.now, charge(8), tried);
  }
  CHECK_FALSE(w.entry("a").ejected);
}

TEST_CASE("ejection: a request without another choice tries an ejected upstream early") {
  world w(2);
  w.fail("a", 3);
  decision const first = w.request();
  REQUIRE(w.name(first.slot) == "b");
  tried_upstreams tried;
  w.selector.failed(first.ticket, w.now, charge(8), tried);
  auto const due = w.entry("a").due;
  decision const second = w.selector.request(w.now, tried);
  CHECK(second.trial);
  CHECK(w.name(second.slot) == "a");
  // Others in the same situation are refused, and say when to come back.
  tried_upstreams other;
  w.selector.failed(w.request().ticket, w.now, charge(8), other);
  decision const refused = w.selector.request(w.now, other);
  CHECK(refused.what == decision::kind::refused);
  CHECK(refused.refusal == acquire_refusal::all_out);
  CHECK(refused.retry_after >= 1s);
  // It was early: the regular trial is not later.
  w.selector.failed(second.ticket, w.now, charge(8), tried);
  CHECK(w.entry("a").due == due);
  CHECK(w.selector.request(w.now, tried).refusal == acquire_refusal::all_tried);
}

TEST_CASE("ejection: a request that fails at two upstreams charges each with an eighth") {
  world w(3);
  charge const closed(8, charge::kind::provisional);
  tried_upstreams tried;
  decision const first = w.request();
  w.selector.failed(first.ticket, w.now, closed, tried);
  CHECK(w.selector[first.slot].points.at(w.now) == 1);
  decision const second = w.selector.request(w.now, tried);
  CHECK(second.slot != first.slot);
  w.selector.failed(second.ticket, w.now, closed, tried);
  CHECK(w.selector[first.slot].points.at(w.now) == 0.125);
  CHECK(w.selector[second.slot].points.at(w.now) == 0.125);
  decision const third = w.selector.request(w.now, tried);
  w.selector.failed(third.ticket, w.now, closed, tried);
  CHECK(w.selector[third.slot].points.at(w.now) == 0.125);
  CHECK(tried.size() == 3);
  // A failure of another kind proves nothing about the request.
  tried_upstreams other;
  decision const d = w.request();
  w.selector.failed(d.ticket, w.now, closed, other);
  w.selector.failed(w.selector.request(w.now, other).ticket, w.now, charge(8), other);
  CHECK(w.selector[d.slot].points.at(w.now) == 1.125);
}

TEST_CASE("ejection: a withdrawn charge ends the ejection that it has caused") {
  world w(3);
  w.fail("a", 2);
  w.actions();
  charge const closed(8, charge::kind::provisional);
  tried_upstreams tried;
  w.selector.failed(w.request_at("a").ticket, w.now, closed, tried);
  REQUIRE(w.entry("a").ejected);
  w.now += 100ms;
  w.selector.failed(w.selector.request(w.now, tried).ticket, w.now, closed, tried);
  CHECK_FALSE(w.entry("a").ejected);
  CHECK(w.entry("a").points.at(w.now) == 2.125);
  CHECK(w.entry("a").back_off == 0);
  CHECK(w.entry("a").ejections == 0);
  auto const actions = w.actions();
  REQUIRE(actions.size() == 2);
  CHECK(actions[0].what == action::ejected);
  CHECK(actions[1].what == action::returned);
  // The same for a trial.
  w.fail("a", 1);
  w.now = w.entry("a").due;
  tried = {};
  decision const trial = w.request();
  REQUIRE(trial.trial);
  auto const due = w.entry("a").due;
  w.selector.failed(trial.ticket, w.now, closed, tried);
  REQUIRE(w.entry("a").due > w.now);
  w.selector.failed(w.selector.request(w.now, tried).ticket, w.now, closed, tried);
  CHECK(w.entry("a").due == due);
  CHECK(w.entry("a").back_off == 1);
}

TEST_CASE("ejection: look-ups of two names that fail at a time are a failure of the resolver") {
  charge const lookup(8, charge::kind::lookup);
  world w(3);
  w.fail("a", 3, lookup);
  CHECK(w.entry("a").ejected);
  world other(3);
  other.fail("a", 1, lookup);
  other.now += 500ms;
  other.fail("b", 1, lookup);
  other.now += 900ms;
  other.fail("c", 1, lookup);
  for (char const* name : {"a", "b", "c"}) {
    CHECK(other.entry(name).points.at(other.now) == 0);
  }
  other.now += 1001ms;
  other.fail("b", 1, lookup);
  CHECK(other.entry("b").points.at(other.now) == 1);
}

TEST_CASE("ejection: a status counts only with the option") {
  auto const statuses = [](bool observe, int status) {
    upstream_pool_options options;
    options.observe_status(observe);
    world w(2, options);
    for (int i = 0; i < 6; ++i) {
      w.selector.answered(w.request_at("a").ticket, w.now, 1ms, status);
    }
    return w.entry("a").ejected;
  };
  CHECK_FALSE(statuses(false, 502));
  CHECK(statuses(true, 502));
  CHECK(statuses(true, 503));
  CHECK(statuses(true, 504));
  CHECK_FALSE(statuses(true, 500));
  CHECK_FALSE(statuses(true, 505));
}

TEST_CASE("ejection: 503 with Retry-After is a pause of up to ten seconds") {
  world w(2);
  w.selector.answered(w.request_at("a").ticket, w.now, 1ms, 503, 3s);
  for (int i = 0; i < 10; ++i) {
    CHECK(w.name(w.request().slot) == "b");
  }
  w.selector.answered(w.request().ticket, w.now, 1ms, 503, 3s);
  CHECK(w.name(w.request().slot) == "a");  // both pause
  w.now += 3s;
  CHECK(w.name(w.request_at("a").slot) == "a");
  world other(2);
  other.selector.answered(other.request_at("a").ticket, other.now, 1ms, 503, 11s);
  CHECK(other.name(other.request_at("a").slot) == "a");
}

TEST_CASE("ejection: those that are left do not stay ejected") {
  world w(4);
  w.fail("a", 3);
  w.fail("b", 3);
  REQUIRE(w.entry("a").ejected);
  REQUIRE(w.entry("b").ejected);
  w.actions();
  w.selector.set_admin(w.slot("c"), admin_state::drain, w.now);
  CHECK(w.count(action::returned) == 1);  // the half of three is one
  w.selector.set_admin(w.slot("d"), admin_state::out, w.now);
  CHECK(w.count(action::returned) == 0);  // the half of two is one
  CHECK((w.entry("a").ejected != w.entry("b").ejected));
  w.selector.set_admin(w.slot("a"), admin_state::out, w.now);
  CHECK(w.count(action::all_out) == 0);
  CHECK_FALSE(w.entry("b").ejected);
  w.selector.set_admin(w.slot("b"), admin_state::out, w.now);
  CHECK(w.count(action::all_out) == 1);
  CHECK(w.request().refusal == acquire_refusal::all_out);
  w.selector.set_admin(w.slot("d"), admin_state::in, w.now);
  CHECK(w.name(w.request().slot) == "d");
}

TEST_CASE("selector: requests that close every connection do not empty the pool") {
  world w(3);
  for (int i = 0; i < 10; ++i) {
    tried_upstreams tried;
    for (int tries = 0; tries < 2; ++tries) {
      decision const d = w.selector.request(w.now, tried);
      REQUIRE(d.what == decision::kind::assigned);
      w.selector.failed(d.ticket, w.now, charge(8, charge::kind::provisional), tried);
    }
    w.now += 100ms;
  }
  CHECK(w.count(action::ejected) == 0);
  for (char const* name : {"a", "b", "c"}) {
    CHECK(w.entry(name).points.at(w.now) < 3);
  }
}

}  // namespace unit_proxy_selection_selector_ejection
