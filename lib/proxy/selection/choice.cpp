// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/selection/upstream_selector.hpp"

#include <algorithm>

namespace anode::proxy::selection {

double upstream_selector::effective_weight(upstream_entry const& e, time_point now) const {
  if (!e.ramping) {
    return e.weight;
  }
  std::chrono::duration<double> const passed = now - e.good_since;
  double const part = std::clamp(passed / options_.slow_start(), 0.0, 1.0);
  return e.weight * (0.1 + 0.9 * part);
}

bool upstream_selector::is_open(upstream_entry const& e, tried_upstreams const& tried,
                                time_point now, bool paused) {
  ++steps_;
  return e.usable() && !e.ejected && e.has_room() && (paused || e.paused_until <= now) &&
         !tried.contains(e.id);
}

// Whether `a` has less to do for its weight, or as much and its turn is earlier.
bool upstream_selector::is_better(std::uint32_t a, std::uint32_t b, time_point now) const {
  auto const load = [&](upstream_entry const& e) {
    double const busy = static_cast<double>(e.in_progress) + 1;
    return (busy + e.penalty.at(now, answer_time_.value())) / effective_weight(e, now);
  };
  double const load_a = load(entries_[a]);
  double const load_b = load(entries_[b]);
  return load_a != load_b ? load_a < load_b : entries_[a].last_turn < entries_[b].last_turn;
}

std::uint32_t upstream_selector::pick_of_all(tried_upstreams const& tried, time_point now,
                                             bool paused) {
  std::uint32_t best = none;
  for (std::uint32_t const slot : active_) {
    if (is_open(entries_[slot], tried, now, paused) &&
        (best == none || is_better(slot, best, now))) {
      best = slot;
    }
  }
  return best;
}

// Draws until there are two. Fails if most upstreams are closed.
std::uint32_t upstream_selector::pick_of_two(tried_upstreams const& tried, time_point now) {
  std::uint32_t first = none;
  for (int draws = 0; draws < 16; ++draws) {
    std::uint32_t const slot = active_[sample_.pick(random_)];
    if (slot == first || !is_open(entries_[slot], tried, now, false)) {
      continue;
    }
    if (first != none) {
      return is_better(slot, first, now) ? slot : first;
    }
    first = slot;
  }
  return first;
}

// The smooth weighted round-robin: each open upstream gets its weight as credit, and the one with
// the most pays the weight of all.
std::uint32_t upstream_selector::pick_by_turn(tried_upstreams const& tried, time_point now,
                                              bool paused) {
  std::uint32_t best = none;
  double all = 0;
  for (std::uint32_t const slot : active_) {
    upstream_entry& e = entries_[slot];
    if (is_open(e, tried, now, paused)) {
      double const weight = effective_weight(e, now);
      e.credit += weight;
      all += weight;
      if (best == none || e.credit > entries_[best].credit) {
        best = slot;
      }
    }
  }
  if (best != none) {
    entries_[best].credit -= all;
  }
  return best;
}

std::uint32_t upstream_selector::pick(tried_upstreams const& tried, time_point now) {
  // One that has asked for a pause is better than none.
  for (bool const paused : {false, true}) {
    std::uint32_t slot = none;
    switch (options_.order()) {
      case selection_order::first:
        for (std::uint32_t const next : list_) {
          if (slot == none && is_open(entries_[next], tried, now, paused)) {
            slot = next;
          }
        }
        break;
      case selection_order::round_robin:
        slot = pick_by_turn(tried, now, paused);
        break;
      case selection_order::least_requests:
        if (active_.size() > 3 && !paused) {
          slot = pick_of_two(tried, now);
        }
        if (slot == none) {
          slot = pick_of_all(tried, now, paused);
        }
        break;
    }
    if (slot != none) {
      return slot;
    }
  }
  return none;
}

// The ejected upstream whose trial is due first. It has no trial yet.
std::uint32_t upstream_selector::trial_for(tried_upstreams const& tried) const noexcept {
  std::uint32_t best = none;
  for (std::uint32_t const slot : active_) {
    upstream_entry const& e = entries_[slot];
    if (e.usable() && e.ejected && e.trial == 0 && e.has_room() && !tried.contains(e.id) &&
        (best == none || e.due < entries_[best].due)) {
      best = slot;
    }
  }
  return best;
}

upstream_selector::choice upstream_selector::choose(tried_upstreams const& tried, time_point now) {
  choice c;
  if (next_trial_ <= now) {
    if (std::uint32_t const slot = trial_for(tried); slot != none && entries_[slot].due <= now) {
      c = {decision::kind::assigned, acquire_refusal::none, true, slot};
      return c;
    }
  }
  if (std::uint32_t const slot = pick(tried, now); slot != none) {
    c = {decision::kind::assigned, acquire_refusal::none, false, slot};
    return c;
  }
  return choose_without_room(tried);
}

// No upstream that is in has room. The request waits if it can have one of them. If only ejected
// ones are left for it, it tries one: that is better than none.
upstream_selector::choice upstream_selector::choose_without_room(
    tried_upstreams const& tried) const {
  choice c;
  bool any_usable = false;
  bool any_full = false;
  bool any_ejected = false;
  for (std::uint32_t const slot : active_) {
    upstream_entry const& e = entries_[slot];
    if (e.usable()) {
      bool const allowed = !tried.contains(e.id);
      any_usable = true;
      any_full = any_full || (allowed && !e.ejected);
      any_ejected = any_ejected || (allowed && e.ejected);
    }
  }
  if (any_full) {
    c.what = decision::kind::waiting;
  } else if (std::uint32_t const slot = trial_for(tried); slot != none) {
    c = {decision::kind::assigned, acquire_refusal::none, true, slot};
  } else if (any_ejected || (!any_usable && !active_.empty())) {
    c.refusal = acquire_refusal::all_out;
  } else {
    c.refusal = any_usable ? acquire_refusal::all_tried : acquire_refusal::no_upstream;
  }
  return c;
}

}  // namespace anode::proxy::selection
