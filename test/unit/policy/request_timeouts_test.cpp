// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/request_timeouts.hpp"

#include "support/catch.hpp"

#include <memory>
#include <vector>

namespace unit_policy_request_timeouts {

using namespace anode::base;
using namespace anode::policy;
using namespace std::chrono_literals;

namespace {

constexpr steady_time start{std::chrono::hours{1}};
using phase = connection_timer::phase;

}  // namespace

TEST_CASE("request timeouts: the settings", "[request-timeouts]") {
  CHECK(default_headers_timeout({}, 300s) == 60s);
  CHECK(default_headers_timeout({}, 10s) == 10s);
  CHECK(default_headers_timeout({}, 0s) == 0s);
  CHECK(default_headers_timeout(5s, 10s) == 5s);
  CHECK(timeouts_consistent(60s, 300s));
  CHECK(timeouts_consistent(60s, 60s));
  CHECK(timeouts_consistent(60s, 0s));
  CHECK(timeouts_consistent(0s, 1s));
  CHECK_FALSE(timeouts_consistent(61s, 60s));

  request_timeouts t;
  CHECK(kept_alive_for(t) == 6s);
  CHECK(advertised_keep_alive(t) == 5);
  t.keep_alive_timeout = 200ms;
  CHECK(kept_alive_for(t) == 1200ms);
  CHECK(advertised_keep_alive(t) == 0);
  t.keep_alive_timeout = 1999ms;
  CHECK(advertised_keep_alive(t) == 1);
  t.keep_alive_timeout = 0ms;
  CHECK(kept_alive_for(t) == 0ms);
  t.keep_alive_timeout = std::chrono::milliseconds::max();
  CHECK(deadline_after(start, kept_alive_for(t)) == no_deadline);
}

TEST_CASE("request timeouts: the life of a connection", "[request-timeouts]") {
  request_timeouts t;  // 60 s, 300 s, 5 s + 1 s
  connection_timers clocks;
  connection_timer c;
  CHECK(c.expired(start + 1000h, t) == expired_phase::none);
  CHECK(c.deadline(t) == no_deadline);
  clocks.accepted(c, start);
  CHECK(clocks.size() == 1);

  // The timeout of the head runs before the first byte.
  CHECK(c.waiting_for() == phase::head);
  CHECK(c.deadline(t) == start + 60s);
  CHECK(c.expired(start + 59s, t) == expired_phase::none);
  CHECK(c.expired(start + 60s, t) == expired_phase::headers);

  // The first byte restarts the timeout.
  clocks.message_begun(c, start + 50s);
  CHECK(c.since() == start + 50s);
  CHECK(c.expired(start + 109s, t) == expired_phase::none);
  CHECK(c.expired(start + 110s, t) == expired_phase::headers);

  // With a complete head the timeout of the body runs, counted from the same byte.
  clocks.headers_completed(c);
  CHECK(c.waiting_for() == phase::body);
  CHECK(c.expired(start + 349s, t) == expired_phase::none);
  CHECK(c.expired(start + 350s, t) == expired_phase::request);

  // No timeout runs while the response is produced.
  clocks.message_completed(c);
  CHECK(c.waiting_for() == phase::serving);
  CHECK(c.deadline(t) == no_deadline);
  CHECK(c.expired(start + 1000h, t) == expired_phase::none);

  // The connection is idle.
  clocks.became_idle(c, start + 100s);
  CHECK(c.waiting_for() == phase::idle);
  CHECK(clocks.next_idle_deadline(t) == start + 106s);
  CHECK(c.expired(start + 105999ms, t) == expired_phase::none);
  CHECK(c.expired(start + 106s, t) == expired_phase::keep_alive);

  // The next request has the same timeouts as the first.
  clocks.message_begun(c, start + 103s);
  CHECK(clocks.next_idle_deadline(t) == no_deadline);
  CHECK(c.expired(start + 162s, t) == expired_phase::none);
  CHECK(c.expired(start + 163s, t) == expired_phase::headers);

  clocks.closed(c);
  CHECK(clocks.size() == 0);
  CHECK(c.expired(start + 1000h, t) == expired_phase::none);
}

TEST_CASE("request timeouts: a request queued behind another", "[request-timeouts]") {
  request_timeouts t;
  connection_timers clocks;
  connection_timer c;
  clocks.accepted(c, start);
  clocks.message_begun(c, start);
  clocks.headers_completed(c);
  clocks.message_completed(c);
  clocks.message_begun(c, start + 1s);
  // The first response ends now. The second request is still being received.
  clocks.became_idle(c, start + 2s);
  CHECK(c.waiting_for() == phase::head);
  CHECK(c.expired(start + 61s, t) == expired_phase::headers);
  clocks.headers_completed(c);
  clocks.became_idle(c, start + 3s);
  CHECK(c.waiting_for() == phase::body);
}

TEST_CASE("request timeouts: 0 turns a timeout off", "[request-timeouts]") {
  connection_timers clocks;
  connection_timer c;
  clocks.accepted(c, start);
  auto const later = start + 1000h;
  CHECK(c.expired(later, {0ms, 0ms, 0ms, 1000ms}) == expired_phase::none);
  CHECK(c.expired(later, {0ms, 1s, 0ms, 1000ms}) == expired_phase::request);
  CHECK(c.expired(later, {1s, 0ms, 0ms, 1000ms}) == expired_phase::headers);
  clocks.message_completed(c);
  clocks.became_idle(c, start);
  CHECK(c.expired(later, {1s, 1s, 0ms, 1000ms}) == expired_phase::none);
  CHECK(c.expired(later, {0ms, 0ms, 1s, 0ms}) == expired_phase::keep_alive);
}

TEST_CASE("request timeouts: the periodic check", "[request-timeouts]") {
  request_timeouts t;
  connection_timers clocks;
  // Head, body, serving, idle: each as an old and a recent connection.
  std::vector<std::unique_ptr<connection_timer>> all;
  for (auto at : {start, start + 200s}) {
    for (auto p : {phase::head, phase::body, phase::serving, phase::idle}) {
      auto& c = *all.emplace_back(std::make_unique<connection_timer>());
      clocks.accepted(c, at);
      clocks.message_begun(c, at);
      if (p == phase::head) {
        continue;
      }
      clocks.headers_completed(c);
      if (p == phase::body) {
        continue;
      }
      clocks.message_completed(c);
      if (p == phase::idle) {
        clocks.became_idle(c, at);
      }
    }
  }
  struct hit {
    connection_timer* clock;
    expired_phase in;
    bool operator==(hit const&) const = default;
  };
  auto const sweep = [&](steady_time now, auto then) {
    std::vector<hit> hits;
    clocks.sweep(now, t, [&](connection_timer& c, expired_phase p) {
      hits.push_back({&c, p});
      then(c);
    });
    return hits;
  };
  auto const leave = [](connection_timer&) {};
  auto const at = [&](std::size_t i) { return all[i].get(); };

  CHECK(sweep(start + 5s, leave).empty());
  CHECK(sweep(start + 6s, leave) == std::vector<hit>{{at(3), expired_phase::keep_alive}});
  CHECK(sweep(start + 202s, leave) ==
        std::vector<hit>{{at(0), expired_phase::headers}, {at(3), expired_phase::keep_alive}});
  CHECK(sweep(start + 300s, leave) == std::vector<hit>{{at(0), expired_phase::headers},
                                                       {at(1), expired_phase::request},
                                                       {at(4), expired_phase::headers},
                                                       {at(3), expired_phase::keep_alive},
                                                       {at(7), expired_phase::keep_alive}});
  SECTION("closing expired connections") {
    CHECK(sweep(start + 300s, [&](connection_timer& c) { clocks.closed(c); }).size() == 5);
    CHECK(clocks.size() == 3);
    CHECK(sweep(start + 300s, leave).empty());
  }
  SECTION("destroying expired connections") {
    sweep(start + 300s, [&](connection_timer& c) {
      for (auto& p : all) {
        if (p.get() == &c) {
          p.reset();
        }
      }
    });
    CHECK(clocks.size() == 3);
    CHECK(sweep(start + 500s, leave).size() == 1);
  }
  SECTION("a connection restarted during the check is not visited again") {
    CHECK(sweep(start + 300s, [&](connection_timer& c) {
            clocks.message_begun(c, start);
          }).size() == 5);
  }
  SECTION("views") {
    std::size_t idle = 0, any = 0;
    clocks.for_each_idle([&](connection_timer& c) { idle += c.waiting_for() == phase::idle; });
    clocks.for_each([&](connection_timer&) { ++any; });
    CHECK(idle == 2);
    CHECK(any == 8);
    clocks.for_each([&](connection_timer& c) { clocks.closed(c); });
    CHECK(clocks.size() == 0);
  }
}

TEST_CASE("request timeouts: either side can be destroyed first", "[request-timeouts]") {
  connection_timer c;
  {
    connection_timers clocks;
    clocks.accepted(c, start);
    {
      connection_timer brief;
      clocks.accepted(brief, start);
      CHECK(clocks.size() == 2);
    }
    CHECK(clocks.size() == 1);
  }
  CHECK(c.waiting_for() == phase::closed);
  // Events of a closed connection have no effect.
  connection_timers other;
  other.message_begun(c, start);
  other.became_idle(c, start);
  CHECK(c.waiting_for() == phase::closed);
  other.accepted(c, start);
  CHECK(other.size() == 1);
}

TEST_CASE("request timeouts: a connection belongs to one server", "[request-timeouts]") {
  connection_timers first, second;
  connection_timer c;
  first.accepted(c, start);
  second.accepted(c, start + 1s);
  CHECK(first.size() == 0);
  CHECK(second.size() == 1);
  CHECK(c.since() == start + 1s);

  first.closed(c);
  CHECK(second.size() == 1);
  CHECK(c.waiting_for() == phase::head);

  second.closed(c);
  second.closed(c);
  CHECK(second.size() == 0);
  CHECK(c.waiting_for() == phase::closed);
  CHECK(c.deadline({}) == no_deadline);
}

TEST_CASE("request timeouts: a repeated end of the head has no effect", "[request-timeouts]") {
  connection_timers clocks;
  connection_timer c;
  clocks.accepted(c, start);
  clocks.headers_completed(c);
  clocks.headers_completed(c);
  CHECK(c.waiting_for() == phase::body);
  clocks.message_completed(c);
  clocks.headers_completed(c);
  CHECK(c.waiting_for() == phase::serving);
}

}  // namespace unit_policy_request_timeouts
