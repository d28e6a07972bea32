// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/selection/upstream_selector.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace selector_test {

using namespace anode::proxy;
using namespace anode::proxy::selection;
using namespace std::chrono_literals;

inline time_point at(std::chrono::nanoseconds t) { return time_point(1h + t); }

/// An upstream in a list of a test.
struct node {
  std::string name;
  unsigned weight = 1;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  admin_state admin = admin_state::in;
};

inline std::vector<upstream_spec> specs(std::vector<node> const& nodes) {
  std::vector<upstream_spec> result;
  for (node const& n : nodes) {
    upstream_spec s;
    s.name = n.name;
    s.host = n.name;
    s.weight = n.weight;
    s.limit = n.limit;
    s.admin = n.admin;
    result.push_back(s);
  }
  return result;
}

/// A selector with upstreams a, b, c, ... and the time as a number.
struct world {
  explicit world(std::size_t count, upstream_pool_options const& options = {},
                 std::uint64_t seed = 1)
      : selector(options, seed) {
    for (std::size_t i = 0; i < count; ++i) {
      nodes.push_back({std::string(1, static_cast<char>('a' + i))});
    }
    set();
  }

  void set() { selector.set(specs(nodes), now); }

  /// Returns the name of an upstream's slot.
  std::string const& name(std::uint32_t slot) const { return selector[slot].name; }

  /// Returns the state of an upstream.
  upstream_entry const& entry(std::string const& of) const {
    for (std::uint32_t const slot : selector.slots()) {
      if (selector[slot].name == of) {
        return selector[slot];
      }
    }
    throw std::runtime_error("no upstream " + of);
  }

  std::uint32_t slot(std::string const& of) const {
    for (std::uint32_t const s : selector.slots()) {
      if (selector[s].name == of) {
        return s;
      }
    }
    throw std::runtime_error("no upstream " + of);
  }

  /// Begins a request that has failed nowhere.
  decision request() { return selector.request(now, {}); }

  /// Sends requests until one is at `of`; cancels the others.
  decision request_at(std::string const& of) {
    std::vector<ticket_id> others;
    decision d;
    for (int i = 0; i < 1000; ++i) {
      d = request();
      if (d.what != decision::kind::assigned) {
        break;
      }
      if (name(d.slot) == of) {
        break;
      }
      others.push_back(d.ticket);
    }
    for (ticket_id const t : others) {
      selector.cancelled(t, now);
    }
    return d;
  }

  /// Lets one request after another fail at `of`, each once.
  void fail(std::string const& of, int times, charge c = charge(8)) {
    for (int i = 0; i < times; ++i) {
      decision const d = request_at(of);
      tried_upstreams tried;
      selector.failed(d.ticket, now, c, tried);
    }
  }

  /// Takes all actions.
  std::vector<selector_action> actions() {
    std::vector<selector_action> result;
    selector_action a;
    while (selector.next_action(a)) {
      result.push_back(a);
    }
    return result;
  }

  /// Takes all actions; returns how many are of a kind.
  std::size_t count(selector_action::kind what) {
    std::size_t n = 0;
    for (selector_action const& a : actions()) {
      n += a.what == what ? 1 : 0;
    }
    return n;
  }

  std::vector<node> nodes;
  time_point now = at(0s);
  upstream_selector selector;
};

}  // namespace selector_test
