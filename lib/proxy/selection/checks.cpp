// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/selection/upstream_selector.hpp"

#include <algorithm>

namespace anode::proxy::selection {

// The first check of an upstream is soon, and not at the time of the others.
void upstream_selector::begin_checks(upstream_entry& e, time_point now) {
  if (!options_.check() || e.admin == admin_state::out) {
    e.next_check = time_point::max();
  } else if (e.next_check == time_point::max() && !e.checking) {
    std::chrono::duration<double> const spread =
        std::min(options_.check()->interval(), options_.check()->fast_interval());
    e.next_check =
        now + std::chrono::duration_cast<std::chrono::nanoseconds>(spread * random_.fraction());
  }
  update_next_check();
}

void upstream_selector::update_next_check() noexcept {
  next_check_ = time_point::max();
  for (std::uint32_t const slot : list_) {
    next_check_ = std::min(next_check_, entries_[slot].next_check);
  }
}

void upstream_selector::start_due_checks(time_point now) {
  if (next_check_ > now) {
    return;
  }
  for (std::uint32_t const slot : list_) {
    upstream_entry& e = entries_[slot];
    if (e.next_check <= now) {
      e.next_check = time_point::max();
      if (!e.checking) {
        e.checking = true;
        act(selector_action::kind::check, slot);
      }
    }
  }
  update_next_check();
}

void upstream_selector::checked(std::uint32_t slot, std::uint64_t id, time_point now, bool good) {
  if (slot >= entries_.size() || entries_[slot].id != id || !options_.check()) {
    return;
  }
  upstream_entry& e = entries_[slot];
  upstream_check const& check = *options_.check();
  e.checking = false;
  if (e.gone || e.admin == admin_state::out) {
    return;
  }
  e.good_checks = good ? e.good_checks + 1 : 0;
  e.bad_checks = good ? 0 : e.bad_checks + 1;
  bool changed = false;
  if (!good && !e.check_failed && e.bad_checks >= check.fall()) {
    e.check_failed = true;
    changed = true;
    act(selector_action::kind::check_down, slot);
  } else if (good && e.good_checks >= check.rise() && (e.check_failed || e.ejected)) {
    if (e.check_failed) {
      e.check_failed = false;
      act(selector_action::kind::check_up, slot);
      e.points.clear();
      e.streak = 0;
      e.good_since = now;
      e.ramping = options_.slow_start().count() > 0;
    }
    if (e.ejected) {
      let_in(slot, now);
    }
    changed = true;
  }
  bool const differs = good == (e.check_failed || e.ejected);
  std::chrono::duration<double> const interval = differs ? check.fast_interval() : check.interval();
  e.next_check = now + std::chrono::duration_cast<std::chrono::nanoseconds>(
                           interval * (0.8 + 0.4 * random_.fraction()));
  if (changed) {
    members_changed(now);
  } else {
    update_next_check();
  }
}

}  // namespace anode::proxy::selection
