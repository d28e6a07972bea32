// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// All short histories of two upstreams and two requests, compared with a model that is obviously
// right and slow.
#include "support/catch.hpp"
#include "unit/proxy/selection/selector_fixture.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace unit_proxy_selection_selector_model {

using namespace selector_test;

namespace {

constexpr int length = 7;
constexpr auto wait_time = 2s;
constexpr auto step_time = 600ms;

enum class event : std::uint8_t { begin, answer, fail, cancel };

// The state of a request: 0 and 1 are upstreams.
enum class place : int { nowhere = -1, waits = -2, first = 0, second = 1 };

// An upstream takes one request at a time. Each failure ejects, unless it is the only one.
struct model {
  struct upstream_state {
    bool ejected = false;
    time_point due{};
  };
  struct client {
    place at = place::nowhere;
    time_point since{};
    bool trial = false;
  };
  std::array<upstream_state, 2> upstreams;
  std::array<client, 2> clients;

  bool is_free(int u) const {
    for (client const& c : clients) {
      if (c.at == place{u}) {
        return false;
      }
    }
    return true;
  }

  // Where a request can go now.
  std::optional<int> choice(time_point now) const {
    for (int u = 0; u < 2; ++u) {
      if (upstreams[static_cast<std::size_t>(u)].ejected && is_free(u) &&
          upstreams[static_cast<std::size_t>(u)].due <= now) {
        return u;
      }
    }
    for (int u = 0; u < 2; ++u) {
      if (!upstreams[static_cast<std::size_t>(u)].ejected && is_free(u)) {
        return u;
      }
    }
    return std::nullopt;
  }

  void place_at(client& c, int u) {
    c.at = place{u};
    c.trial = upstreams[static_cast<std::size_t>(u)].ejected;
  }

  // Those that have waited too long leave, the others get what is free, in order.
  void serve(time_point now) {
    for (client& c : clients) {
      if (c.at == place::waits && c.since + wait_time <= now) {
        c.at = place::nowhere;
      }
    }
    while (true) {
      client* first = nullptr;
      for (client& c : clients) {
        if (c.at == place::waits && (first == nullptr || c.since < first->since)) {
          first = &c;
        }
      }
      std::optional<int> const u = first == nullptr ? std::nullopt : choice(now);
      if (!u) {
        return;
      }
      place_at(*first, *u);
    }
  }

  // @param due when the trial of an upstream that this event ejects is due
  void apply(std::size_t who, event what, time_point now, upstream_selector const& real) {
    client& c = clients[who];
    auto const u = static_cast<std::size_t>(c.at);
    switch (what) {
      case event::begin:
        c.since = now;
        if (auto const free = choice(now)) {
          place_at(c, *free);
        } else {
          c.at = place::waits;
        }
        break;
      case event::answer:
        upstreams[u].ejected = upstreams[u].ejected && !c.trial;
        c.at = place::nowhere;
        break;
      case event::fail:
        if (upstreams[u].ejected ? c.trial : !upstreams[1 - u].ejected) {
          upstreams[u].ejected = true;
          upstreams[u].due = real[real.slots()[u]].due;
        }
        c.at = place::nowhere;
        break;
      case event::cancel:
        c.at = place::nowhere;
        break;
    }
    serve(now);
  }
};

struct state {
  model expected;
  world real;
  std::array<ticket_id, 2> tickets{};

  explicit state(upstream_pool_options const& options) : real(2, options) {
    for (node& n : real.nodes) {
      n.limit = 1;
    }
    real.set();
  }

  void apply(std::size_t who, event what) {
    ticket_id const t = tickets[who];
    tried_upstreams tried;
    switch (what) {
      case event::begin:
        tickets[who] = real.request().ticket;
        break;
      case event::answer:
        real.selector.answered(t, real.now, 1ms, 200);
        break;
      case event::fail:
        real.selector.failed(t, real.now, charge(8), tried);
        break;
      case event::cancel:
        real.selector.cancelled(t, real.now);
        break;
    }
    expected.apply(who, what, real.now, real.selector);
  }

  void wait() {
    real.now += step_time;
    real.selector.expire(real.now);
    expected.serve(real.now);
  }

  bool agrees() const {
    upstream_selector const& s = real.selector;
    std::size_t waiting = 0;
    std::array<std::size_t, 2> busy{};
    for (model::client const& c : expected.clients) {
      waiting += c.at == place::waits ? 1 : 0;
      if (c.at == place::first || c.at == place::second) {
        ++busy[static_cast<std::size_t>(c.at)];
      }
    }
    bool right = s.waiting() == waiting;
    for (std::size_t u = 0; u < 2; ++u) {
      upstream_entry const& e = s[s.slots()[u]];
      right = right && e.in_progress == busy[u] && e.ejected == expected.upstreams[u].ejected;
      bool trial = false;
      for (model::client const& c : expected.clients) {
        trial = trial || (c.at == place{static_cast<int>(u)} && c.trial && e.ejected);
      }
      right = right && trial == (e.trial != 0);
    }
    return right;
  }
};

// Returns the number of histories; stops at the first one that differs.
std::size_t explore(state const& from, int depth, std::string& path, bool& right) {
  if (depth == length || !right) {
    return 1;
  }
  std::size_t count = 0;
  auto const go_on = [&](state& next, char const* name) {
    path += name;
    next.real.actions();
    if (!next.agrees()) {
      right = false;
      return;
    }
    count += explore(next, depth + 1, path, right);
    if (right) {
      path.resize(path.size() - std::string_view(name).size());
    }
  };
  for (std::size_t who = 0; who < 2 && right; ++who) {
    place const at = from.expected.clients[who].at;
    std::vector<std::pair<event, char const*>> events;
    if (at == place::nowhere) {
      events = {{event::begin, who == 0 ? "b0 " : "b1 "}};
    } else if (at == place::waits) {
      events = {{event::cancel, who == 0 ? "c0 " : "c1 "}};
    } else {
      events = {{event::answer, who == 0 ? "a0 " : "a1 "},
                {event::fail, who == 0 ? "f0 " : "f1 "},
                {event::cancel, who == 0 ? "c0 " : "c1 "}};
    }
    for (auto const& [what, name] : events) {
      if (right) {
        state next = from;
        next.apply(who, what);
        go_on(next, name);
      }
    }
  }
  if (right) {
    state next = from;
    next.wait();
    go_on(next, "w ");
  }
  return count;
}

}  // namespace

TEST_CASE("selector: all histories of two upstreams and two requests are those of the model") {
  upstream_pool_options options;
  options.order(selection_order::first).ejection_points(1).queue_timeout(wait_time);
  state const begin(options);
  std::string path;
  bool right = true;
  std::size_t const histories = explore(begin, 0, path, right);
  INFO("after " << path);
  CHECK(right);
  CHECK(histories > 10'000);
}

}  // namespace unit_proxy_selection_selector_model
