// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/selection/upstream_selector.hpp"

#include <algorithm>

namespace anode::proxy::selection {

namespace {

constexpr unsigned max_exponent = 6;  // 64 s, which is cut to the longest time
constexpr std::chrono::seconds longest_back_off{60};
constexpr std::chrono::seconds longest_pause{10};
constexpr unsigned good_streak = 5;

}  // namespace

void upstream_selector::responded(ticket_id t, time_point now, std::chrono::nanoseconds took,
                                  int status, std::chrono::seconds retry_after) {
  ticket_entry* const ticket = running(t);
  if (ticket == nullptr || ticket->responded) {
    return;
  }
  ticket->responded = true;
  ticket->failed_status = status >= 500;
  std::uint32_t const slot = ticket->slot;
  upstream_entry& e = entries_[slot];
  ++e.answered;
  if (status < 500) {
    answer_time_.add(took);
  }
  if (status == 503 && retry_after.count() > 0 && retry_after <= longest_pause) {
    e.paused_until = std::max(e.paused_until, now + retry_after);
  }
  if (ticket->epoch != e.epoch || e.gone) {
    return;  // it began before the last ejection or return
  }
  bool const charged = options_.observe_status() && status >= 502 && status <= 504;
  if (e.ejected) {
    if (charged) {
      fail_trial(e, now);
    } else {
      let_in(slot, now);
    }
  } else if (charged) {
    add_points(slot, 0.5, now);
  } else {
    e.points.subtract(now, 1);
    if (++e.streak >= good_streak) {
      e.streak = 0;
      e.points.clear();
    }
  }
}

void upstream_selector::failed(ticket_id t, time_point now, charge c, tried_upstreams& tried) {
  ticket_entry const* const ticket = running(t);
  if (ticket == nullptr) {
    return;
  }
  std::uint32_t const slot = ticket->slot;
  upstream_entry& e = entries_[slot];
  double points = c.eighths() / 8.0;
  bool const provisional = c.rule() == charge::kind::provisional && c.eighths() > 0;
  bool withdrawable = provisional;
  if (points > 0) {
    ++e.failed;
    e.penalty.add(now, answer_time_.value());
  }
  if (provisional && withdraw_suspects(tried, now)) {
    points = std::min(points, 1.0 / 8);
    withdrawable = false;
  }
  if (c.rule() == charge::kind::lookup && is_failure_of_resolver(e, now)) {
    points = 0;
  }
  std::uint32_t const halvings = e.points.halvings(now);
  bool const judged = ticket->epoch == e.epoch && !e.gone && points > 0;
  bool const ends_trial = judged && e.ejected && points >= 0.5;
  if (ends_trial) {
    fail_trial(e, now);
  } else if (judged && !e.ejected) {
    add_points(slot, points, now);
  }
  tried_upstreams::entry& record = tried.add(e.id);
  record.provisional = provisional;
  record.epoch = e.epoch;
  record.halvings = halvings;
  record.eighths = judged && withdrawable ? c.eighths() : 0;
  record.trial = ends_trial;
  if (c.rule() == charge::kind::lookup) {
    lookup_.id = e.id;
    lookup_.epoch = e.epoch;
    lookup_.halvings = halvings;
    lookup_.points = judged ? points : 0;
    lookup_.trial = ends_trial;
    lookup_.when = now;
    lookup_.host = e.host;
  }
  release(t, now);
}

// If the request has failed in the same way before, it may be its fault: an eighth remains of each
// charge. Returns whether that is so.
bool upstream_selector::withdraw_suspects(tried_upstreams& tried, time_point now) {
  bool any = false;
  for (tried_upstreams::entry& before : tried.entries()) {
    any = any || before.provisional;
    if (before.eighths > 1) {
      withdraw(before.id, before.epoch, before.halvings, (before.eighths - 1) / 8.0, before.trial,
               now);
      before.eighths = 0;
    }
  }
  return any;
}

// If the look-ups of two names fail at a time, the resolver fails.
bool upstream_selector::is_failure_of_resolver(upstream_entry const& e, time_point now) {
  if (lookup_.id == 0 || lookup_.host == e.host || now - lookup_.when > std::chrono::seconds(1)) {
    return false;
  }
  if (lookup_.points > 0) {
    withdraw(lookup_.id, lookup_.epoch, lookup_.halvings, lookup_.points, lookup_.trial, now);
  }
  return true;
}

// Withdraws a charge, and what it has caused if nothing has happened since.
void upstream_selector::withdraw(std::uint64_t id, std::uint32_t epoch, std::uint32_t halvings,
                                 double points, bool trial, time_point now) {
  auto const found =
      std::ranges::find_if(active_, [&](std::uint32_t slot) { return entries_[slot].id == id; });
  if (found == active_.end()) {
    return;
  }
  std::uint32_t const slot = *found;
  upstream_entry& e = entries_[slot];
  if (trial) {
    if (e.ejected && e.epoch == epoch) {
      e.back_off = e.back_off_then;
      e.due = e.due_then;
      update_next_trial();
    }
    return;
  }
  e.points.withdraw(now, points, halvings);
  if (e.ejected && e.epoch == epoch && e.points.at(now) < options_.ejection_points()) {
    e.ejected = false;
    ++e.epoch;
    e.trial = 0;
    e.back_off = e.back_off_then;
    --e.ejections;
    update_next_trial();
    act(selector_action::kind::returned, slot);
  }
}

void upstream_selector::add_points(std::uint32_t slot, double points, time_point now) {
  upstream_entry& e = entries_[slot];
  e.streak = 0;
  e.points.add(now, points);
  double const limit = options_.ejection_points();
  if (limit > 0 && e.points.at(now) >= limit) {
    if (may_eject(e)) {
      eject(slot, now);
    } else {
      e.points.subtract(now, e.points.at(now) - limit);
    }
  }
}

bool upstream_selector::may_eject(upstream_entry const& e) const noexcept {
  std::uint64_t all = 0;
  std::uint64_t ejected = e.weight;
  std::size_t others = 0;
  for (std::uint32_t const slot : active_) {
    upstream_entry const& other = entries_[slot];
    if (other.usable()) {
      all += other.weight;
      ejected += other.ejected ? other.weight : 0;
      others += &other != &e && !other.ejected ? 1 : 0;
    }
  }
  return e.usable() && others > 0 && ejected * 100 <= all * options_.most_ejected();
}

void upstream_selector::eject(std::uint32_t slot, time_point now) {
  upstream_entry& e = entries_[slot];
  e.back_off_then = e.back_off;
  auto const good_minutes =
      static_cast<std::uint64_t>((now - e.good_since) / std::chrono::minutes(1));
  e.back_off -= static_cast<unsigned>(std::min<std::uint64_t>(e.back_off, good_minutes));
  std::chrono::nanoseconds const time = back_off_time(e.back_off);
  e.back_off = std::min(e.back_off + 1, max_exponent);
  e.ejected = true;
  e.due = now + time;
  e.good_checks = 0;
  ++e.epoch;
  ++e.ejections;
  update_next_trial();
  act(selector_action::kind::ejected, slot,
      std::chrono::duration_cast<std::chrono::milliseconds>(time));
  if (options_.check()) {
    e.next_check = std::min(e.next_check, now + options_.check()->fast_interval());
    update_next_check();
  }
}

// A trial before its time does not make the next one later.
void upstream_selector::fail_trial(upstream_entry& e, time_point now) {
  e.back_off_then = e.back_off;
  e.due_then = e.due;
  if (e.due <= now) {
    e.due = now + back_off_time(e.back_off);
    e.back_off = std::min(e.back_off + 1, max_exponent);
  }
  e.trial = 0;
  ++e.epoch;
  update_next_trial();
}

// The upstream gets requests again, as if it was new.
void upstream_selector::let_in(std::uint32_t slot, time_point now) {
  upstream_entry& e = entries_[slot];
  e.ejected = false;
  e.trial = 0;
  e.points.clear();
  e.streak = 0;
  e.good_since = now;
  e.ramping = options_.slow_start().count() > 0;
  ++e.epoch;
  update_next_trial();
  act(selector_action::kind::returned, slot);
  serve(now);
}

std::chrono::nanoseconds upstream_selector::back_off_time(unsigned exponent) {
  std::chrono::duration<double> const longest =
      std::min(longest_back_off, std::chrono::seconds(std::int64_t{1} << exponent));
  return std::chrono::duration_cast<std::chrono::nanoseconds>(longest *
                                                              (1 - 0.25 * random_.fraction()));
}

void upstream_selector::update_next_trial() noexcept {
  next_trial_ = time_point::max();
  for (std::uint32_t const slot : active_) {
    upstream_entry const& e = entries_[slot];
    if (e.usable() && e.ejected && e.trial == 0) {
      next_trial_ = std::min(next_trial_, e.due);
    }
  }
}

bool upstream_selector::is_ejection_bounded() const noexcept {
  std::uint64_t all = 0;
  std::uint64_t ejected = 0;
  for (std::uint32_t const slot : active_) {
    upstream_entry const& e = entries_[slot];
    if (e.usable()) {
      all += e.weight;
      ejected += e.ejected ? e.weight : 0;
    }
  }
  return ejected == 0 || (ejected < all && ejected * 100 <= all * options_.most_ejected());
}

// Others can have left since an ejection: the earliest ones return.
void upstream_selector::keep_bounds(time_point now) {
  update_next_trial();
  while (!is_ejection_bounded()) {
    std::uint32_t first = none;
    for (std::uint32_t const slot : active_) {
      upstream_entry const& e = entries_[slot];
      if (e.usable() && e.ejected && (first == none || e.due < entries_[first].due)) {
        first = slot;
      }
    }
    let_in(first, now);
  }
}

void upstream_selector::note_all_out(time_point now) {
  bool const out = !active_.empty() && std::ranges::none_of(active_, [&](std::uint32_t slot) {
    return entries_[slot].usable();
  });
  if (out && !all_out_) {
    act(selector_action::kind::all_out, active_.front());
  }
  all_out_ = out;
  serve(now);
}

}  // namespace anode::proxy::selection
