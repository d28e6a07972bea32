// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/selection/upstream_selector.hpp"

#include <algorithm>
#include <utility>

namespace anode::proxy::selection {

upstream_selector::upstream_selector(upstream_pool_options const& options, std::uint64_t seed)
    : options_(options), random_(seed), budget_(options.retry_percent(), options.retry_least()) {}

std::uint32_t upstream_selector::find(std::string_view name) const noexcept {
  for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
    if (entries_[slot].id != 0 && entries_[slot].name == name) {
      return slot;
    }
  }
  return none;
}

std::uint32_t upstream_selector::add(upstream_spec const& spec, time_point now) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back();
    free_slots_.reserve(entries_.size());
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  upstream_entry& e = entries_[slot];
  e.id = ++last_id_;
  e.name = spec.name;
  e.good_since = now;
  return slot;
}

void upstream_selector::set(std::span<upstream_spec const> upstreams, time_point now) {
  bool const was_empty = list_.empty();
  std::vector<std::uint32_t> const before = std::exchange(list_, {});
  for (std::uint32_t const slot : before) {
    entries_[slot].gone = true;
  }
  for (upstream_spec const& spec : upstreams) {
    std::uint32_t slot = find(spec.name);
    bool const is_new = slot == none;
    if (is_new) {
      slot = add(spec, now);
    }
    upstream_entry& e = entries_[slot];
    if (is_new || std::ranges::find(before, slot) == before.end()) {
      e.ramping = !was_empty && options_.slow_start().count() > 0;
      e.good_since = now;
    }
    e.gone = false;
    e.host = spec.host;
    e.weight = spec.weight;
    e.limit = spec.limit;
    e.admin = spec.admin;
    begin_checks(e, now);
    list_.push_back(slot);
  }
  for (std::uint32_t const slot : before) {
    upstream_entry& e = entries_[slot];
    if (e.gone) {
      e.checking = false;
      e.next_check = time_point::max();
      if (e.in_progress == 0) {
        free_slot(slot);
      }
    }
  }
  rebuild();
  members_changed(now);
}

void upstream_selector::rebuild() {
  active_ = list_;
  std::ranges::sort(active_);
  std::vector<unsigned> weights;
  for (std::uint32_t const slot : active_) {
    weights.push_back(entries_[slot].weight);
  }
  sample_.set(weights);
}

void upstream_selector::free_slot(std::uint32_t slot) noexcept {
  entries_[slot] = upstream_entry();
  free_slots_.push_back(slot);
}

void upstream_selector::members_changed(time_point now) {
  keep_bounds(now);
  update_next_check();
  note_all_out(now);
  serve(now);
}

void upstream_selector::set_admin(std::uint32_t slot, admin_state state, time_point now) {
  upstream_entry& e = entries_[slot];
  if (e.admin != state) {
    e.admin = state;
    begin_checks(e, now);
    members_changed(now);
  }
}

bool upstream_selector::retry_allowed(time_point now) noexcept {
  bool const allowed = budget_.retry(now);
  ++(allowed ? retries_ : retries_denied_);
  return allowed;
}

time_point upstream_selector::next_deadline() const {
  time_point next = next_check_;
  for (queue const* q : {&plain_, &excluding_}) {
    if (q->first != none) {
      next = std::min(next, tickets_[q->first].deadline);
    }
  }
  if (waiting_ > 0 && next_trial_ != time_point::max()) {
    // A trial that was due already is not for those that wait.
    for (std::uint32_t const slot : active_) {
      upstream_entry const& e = entries_[slot];
      if (e.usable() && e.ejected && e.trial == 0 && e.due > served_) {
        next = std::min(next, e.due);
      }
    }
  }
  return next;
}

void upstream_selector::expire(time_point now) {
  start_due_checks(now);
  serve(now);
}

bool upstream_selector::next_action(selector_action& action) {
  if (next_action_ == actions_.size()) {
    actions_.clear();
    next_action_ = 0;
    return false;
  }
  action = actions_[next_action_++];
  return true;
}

void upstream_selector::act(selector_action::kind what, std::uint32_t slot,
                            std::chrono::milliseconds time) {
  selector_action a;
  a.what = what;
  a.slot = slot;
  a.time = time;
  actions_.push_back(a);
}

}  // namespace anode::proxy::selection
