// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Random histories of events. After each event the whole state is compared with what the test
// knows.
#include "support/catch.hpp"
#include "unit/proxy/selection/selector_fixture.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace unit_proxy_selection_selector_property {

using namespace selector_test;
using action = selector_action::kind;

namespace {

// What the test knows of a request.
struct request_state {
  tried_upstreams tried;
  bool waiting = false;
  std::string at;  // the upstream of a running one
  std::uint64_t number = 0;
  time_point deadline{};
};

#if defined(__SANITIZE_ADDRESS__)
constexpr unsigned histories = 10'000;
#else
constexpr unsigned histories = 100'000;
#endif

class history {
public:
  explicit history(std::uint64_t seed) : random_(seed), w_(1 + pick(5), options(), seed) {
    for (node& n : w_.nodes) {
      shape(n);
    }
    w_.set();
  }

  // Performs one event; throws the name of a property that does not hold.
  void step() {
    w_.now += std::chrono::milliseconds(pick(4) == 0 ? pick(3000) : pick(50));
    w_.selector.expire(w_.now);
    take_actions();
    require_no_late();
    std::size_t const what = pick(20);
    if (what < 8 || requests_.empty()) {
      begin({});
    } else if (what < 17) {
      end(std::next(requests_.begin(), static_cast<std::ptrdiff_t>(pick(requests_.size()))));
    } else if (what == 17) {
      change_list();
    } else if (what == 18 && !w_.selector.slots().empty()) {
      std::uint32_t const slot = w_.selector.slots()[pick(w_.selector.slots().size())];
      auto const state = static_cast<admin_state>(pick(3));
      find(w_.selector[slot].name)->admin = state;
      w_.selector.set_admin(slot, state, w_.now);
    } else {
      finish_check();
    }
    take_actions();
    check();
  }

private:
  std::size_t pick(std::size_t below) { return random_.next() % below; }

  upstream_pool_options options() {
    upstream_pool_options o;
    o.order(static_cast<selection_order>(pick(3)));
    o.queue_limit(pick(4)).queue_timeout(std::chrono::milliseconds(pick(2000)));
    o.most_ejected(pick(3) == 0 ? 100 : 50).slow_start(std::chrono::seconds(pick(3)));
    o.ejection_points(static_cast<unsigned>(1 + pick(3))).observe_status(pick(2) == 0);
    if (pick(2) == 0) {
      upstream_check c;
      c.interval(500ms).fast_interval(100ms);
      c.rise(static_cast<unsigned>(1 + pick(2))).fall(static_cast<unsigned>(1 + pick(3)));
      o.check(c);
    }
    options_ = o;
    return o;
  }

  void shape(node& n) {
    n.weight = static_cast<unsigned>(1 + pick(4));
    n.limit = pick(3) == 0 ? 1000 : 1 + pick(3);
    n.admin = pick(8) == 0 ? static_cast<admin_state>(pick(3)) : admin_state::in;
  }

  std::optional<node> find_removed() {
    if (removed_.empty()) {
      return std::nullopt;
    }
    node n = removed_.back();
    removed_.pop_back();
    return n;
  }

  node* find(std::string const& name) {
    auto const found = std::ranges::find(w_.nodes, name, &node::name);
    return found == w_.nodes.end() ? nullptr : &*found;
  }

  void change_list() {
    std::size_t const what = pick(4);
    if (what == 0 && !w_.nodes.empty()) {
      std::size_t const at = pick(w_.nodes.size());
      removed_.push_back(w_.nodes[at]);
      w_.nodes.erase(w_.nodes.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (what == 1) {
      if (auto const n = find_removed()) {
        w_.nodes.push_back(*n);
      }
    } else if (what == 2 && w_.nodes.size() > 1) {
      std::swap(w_.nodes[pick(w_.nodes.size())], w_.nodes[pick(w_.nodes.size())]);
    } else if (!w_.nodes.empty()) {
      shape(w_.nodes[pick(w_.nodes.size())]);
    }
    w_.set();
  }

  void begin(tried_upstreams const& tried) {
    decision const d = w_.selector.request(w_.now, tried);
    take_actions();
    if (d.what == decision::kind::refused) {
      require(d.refusal != acquire_refusal::none, "a refusal has a reason");
      return;
    }
    require(requests_.count(d.ticket) == 0, "a ticket is given once");
    request_state& r = requests_[d.ticket];
    r.tried = tried;
    r.number = ++numbers_;
    if (d.what == decision::kind::waiting) {
      r.waiting = true;
      r.deadline = w_.now + options_.queue_timeout();
    } else {
      run(r, d.slot, d.trial);
    }
  }

  void run(request_state& r, std::uint32_t slot, bool trial) {
    upstream_entry const& e = w_.selector[slot];
    r.waiting = false;
    r.at = e.name;
    ++in_progress_[e.name];
    require(!r.tried.contains(e.id), "no excluded upstream is chosen");
    require(e.in_progress <= e.limit, "in progress of each at most its limit");
    require(e.usable(), "no upstream that is out is chosen");
    require(trial == e.ejected, "ejected upstreams get trials, and only they");
  }

  void end(std::map<ticket_id, request_state>::iterator of) {
    ticket_id const t = of->first;
    request_state r = of->second;
    if (r.waiting) {
      if (pick(3) == 0) {
        w_.selector.cancelled(t, w_.now);
        requests_.erase(of);
      }
      return;
    }
    requests_.erase(of);
    --in_progress_[r.at];
    std::size_t const what = pick(10);
    if (what < 3) {
      int const status = pick(4) == 0 ? static_cast<int>(500 + pick(6)) : 200;
      if (pick(3) == 0) {
        w_.selector.responded(t, w_.now, 1ms, status);
      }
      w_.selector.answered(t, w_.now, std::chrono::milliseconds(pick(100)), status,
                           std::chrono::seconds(pick(3)));
    } else if (what < 4) {
      w_.selector.cancelled(t, w_.now);
    } else {
      charge const charges[] = {charge(8),
                                charge(2),
                                charge(0),
                                charge(4, charge::kind::provisional),
                                charge(8, charge::kind::provisional),
                                charge(8, charge::kind::lookup)};
      std::size_t const before = r.tried.size();
      w_.selector.failed(t, w_.now, charges[pick(6)], r.tried);
      require(r.tried.size() == before + 1, "a failure is remembered");
      if (pick(2) == 0) {
        take_actions();
        begin(r.tried);
      }
    }
  }

  void finish_check() {
    if (!checks_.empty()) {
      auto const [slot, id] = *checks_.begin();
      checks_.erase(checks_.begin());
      w_.selector.checked(slot, id, w_.now, pick(3) != 0);
    }
  }

  void take_actions() {
    for (selector_action const& a : w_.actions()) {
      switch (a.what) {
        case action::assigned:
        case action::refused: {
          auto const found = requests_.find(a.ticket);
          require(found != requests_.end() && found->second.waiting,
                  "only a waiting request is assigned or refused");
          if (a.what == action::refused) {
            require(a.refusal != acquire_refusal::queue_timeout || found->second.deadline <= w_.now,
                    "none is refused early");
            requests_.erase(found);
            break;
          }
          for (auto const& [ticket, other] : requests_) {
            require(!other.waiting || other.number >= found->second.number ||
                        !other.tried.empty() || !found->second.tried.empty(),
                    "the queue is in order");
          }
          run(found->second, a.slot, a.trial);
          break;
        }
        case action::check:
          require(w_.selector[a.slot].admin != admin_state::out, "no check of one that is out");
          checks_.emplace(a.slot, w_.selector[a.slot].id);
          break;
        case action::ejected:
          require(a.time <= 60s && a.time >= 750ms, "the time of an ejection");
          break;
        case action::returned:
        case action::all_out:
        case action::check_down:
        case action::check_up:
          break;
      }
    }
  }

  void require_no_late() {
    for (auto const& [ticket, r] : requests_) {
      require(!r.waiting || r.deadline > w_.now, "nobody waits past the deadline");
    }
  }

  void check() {
    std::size_t waiting = 0;
    for (auto const& [ticket, r] : requests_) {
      waiting += r.waiting ? 1 : 0;
    }
    require(w_.selector.waiting() == waiting, "no waiting request is lost");
    std::uint64_t all = 0;
    std::uint64_t ejected = 0;
    std::size_t usable = 0;
    std::size_t usable_ejected = 0;
    for (std::uint32_t const slot : w_.selector.slots()) {
      upstream_entry const& e = w_.selector[slot];
      require(e.in_progress == in_progress_[e.name], "no request in progress is lost");
      if (!e.usable()) {
        continue;
      }
      ++usable;
      all += e.weight;
      ejected += e.ejected ? e.weight : 0;
      usable_ejected += e.ejected ? 1 : 0;
      double const weight = w_.selector.effective_weight(e, w_.now);
      require(weight <= e.weight && weight >= 0.099 * e.weight, "the effective weight");
      if (waiting > 0) {
        check_waiting(e);
      }
    }
    require(ejected * 100 <= all * options_.most_ejected(), "the ejected weight is bounded");
    require(usable == 0 || usable_ejected < usable, "the last upstream is not ejected");
    require(waiting == 0 || w_.selector.next_deadline() != time_point::max(), "a wait has an end");
    require(waiting <= std::max<std::size_t>(options_.queue_limit(), 0), "the queue is bounded");
  }

  void check_waiting(upstream_entry const& e) const {
    bool const free = e.has_room() && (!e.ejected || (e.trial == 0 && e.due <= w_.now));
    for (auto const& [ticket, r] : requests_) {
      require(!r.waiting || !free || r.tried.contains(e.id),
              "nobody waits while an allowed upstream has room");
    }
  }

  static void require(bool holds, char const* property) {
    if (!holds) {
      throw std::logic_error(property);
    }
  }

  random_numbers random_;
  upstream_pool_options options_;
  world w_;
  std::vector<node> removed_;
  std::map<ticket_id, request_state> requests_;
  std::unordered_map<std::string, std::size_t> in_progress_;
  std::set<std::pair<std::uint32_t, std::uint64_t>> checks_;
  std::uint64_t numbers_ = 0;
};

}  // namespace

TEST_CASE("selector: the properties hold in random histories") {
  unsigned wrong = 0;
  for (unsigned seed = 0; seed < histories && wrong < 3; ++seed) {
    int steps = 0;
    try {
      history h(seed);
      for (; steps < 20; ++steps) {
        h.step();
      }
    } catch (std::logic_error const& e) {
      ++wrong;
      UNSCOPED_INFO("seed " << seed << ", step " << steps << ": " << e.what());
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("selector: one request ejects nobody, whatever it does") {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    random_numbers random(seed);
    world w(2 + random.next() % 6, {}, seed);
    // Some requests in a row, each of which fails everywhere in its own way.
    bool right = true;
    tried_upstreams tried;
    while (true) {
      decision const d = w.selector.request(w.now, tried);
      if (d.what != decision::kind::assigned) {
        break;
      }
      auto const eighths = static_cast<std::uint8_t>(random.next() % 9);
      w.selector.failed(d.ticket, w.now,
                        charge(eighths, static_cast<charge::kind>(random.next() % 3)), tried);
      w.now += std::chrono::milliseconds(random.next() % 500);
      right = right && w.count(action::ejected) == 0;
    }
    REQUIRE(right);
  }
}

TEST_CASE("selector: a list in another order decides as before") {
  for (selection_order const order :
       {selection_order::least_requests, selection_order::round_robin}) {
    for (unsigned seed = 0; seed < 300; ++seed) {
      upstream_pool_options options;
      options.order(order);
      world one(6, options, seed);
      world two(6, options, seed);
      random_numbers random(seed);
      std::vector<ticket_id> active;
      bool right = true;
      for (int i = 0; i < 100; ++i) {
        one.now = two.now = one.now + std::chrono::milliseconds(random.next() % 300);
        if (i % 7 == 0) {
          std::swap(two.nodes[random.next() % 6], two.nodes[random.next() % 6]);
          two.set();
        }
        if (random.next() % 2 == 0 || active.empty()) {
          decision const a = one.request();
          decision const b = two.request();
          right = right && a.ticket == b.ticket && one.name(a.slot) == two.name(b.slot) &&
                  a.trial == b.trial;
          active.push_back(a.ticket);
        } else {
          ticket_id const t = active.back();
          active.pop_back();
          tried_upstreams tried;
          if (random.next() % 2 == 0) {
            one.selector.failed(t, one.now, charge(8), tried);
            two.selector.failed(t, two.now, charge(8), tried);
          } else {
            one.selector.answered(t, one.now, 5ms, 200);
            two.selector.answered(t, two.now, 5ms, 200);
          }
        }
      }
      REQUIRE(right);
    }
  }
}

}  // namespace unit_proxy_selection_selector_property
