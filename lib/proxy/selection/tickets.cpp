// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/selection/upstream_selector.hpp"

#include <algorithm>

namespace anode::proxy::selection {

namespace {

std::uint32_t index_of(ticket_id t) noexcept { return static_cast<std::uint32_t>(t); }

}  // namespace

ticket_id upstream_selector::id_of(std::uint32_t index) const noexcept {
  return (ticket_id{tickets_[index].generation} << 32) | index;
}

ticket_entry* upstream_selector::running(ticket_id t) noexcept {
  if (index_of(t) >= tickets_.size() || id_of(index_of(t)) != t) {
    return nullptr;
  }
  ticket_entry& e = tickets_[index_of(t)];
  return e.state == ticket_entry::kind::running ? &e : nullptr;
}

std::uint32_t upstream_selector::new_ticket() {
  if (free_tickets_.empty()) {
    tickets_.emplace_back();
    tickets_.back().generation = 1;
    free_tickets_.reserve(tickets_.capacity());
    return static_cast<std::uint32_t>(tickets_.size() - 1);
  }
  std::uint32_t const index = free_tickets_.back();
  free_tickets_.pop_back();
  return index;
}

void upstream_selector::free_ticket(std::uint32_t index) noexcept {
  ticket_entry& t = tickets_[index];
  t.state = ticket_entry::kind::free;
  t.generation = std::max(t.generation + 1, 1U);  // an id is never 0
  free_tickets_.push_back(index);
}

void upstream_selector::assign(std::uint32_t index, choice const& c, time_point now) {
  ticket_entry& t = tickets_[index];
  upstream_entry& e = entries_[c.slot];
  t.state = ticket_entry::kind::running;
  t.responded = false;
  t.failed_status = false;
  t.trial = c.trial;
  t.slot = c.slot;
  t.epoch = e.epoch;
  ++e.in_progress;
  ++e.requests;
  e.last_turn = ++turn_;
  if (e.ramping && now - e.good_since >= options_.slow_start()) {
    e.ramping = false;
  }
  if (c.trial) {
    e.trial = id_of(index);
    update_next_trial();
  }
}

decision upstream_selector::request(time_point now, tried_upstreams const& tried, bool may_wait) {
  serve(now);  // those that wait are first
  choice c;
  if (tried.size() == tried_upstreams::most) {
    c.refusal = acquire_refusal::all_tried;
  } else {
    c = choose(tried, now);
  }
  decision d;
  if (c.what == decision::kind::waiting && !may_wait) {
    d.refusal = acquire_refusal::would_wait;
    return d;
  }
  if (tried.empty()) {
    budget_.request(now);
  }
  if (c.what == decision::kind::waiting &&
      (waiting_ >= options_.queue_limit() || options_.queue_timeout().count() <= 0)) {
    c.what = decision::kind::refused;
    c.refusal = acquire_refusal::queue_full;
  }
  d.what = c.what;
  if (c.what == decision::kind::refused) {
    ++refused_;
    d.refusal = c.refusal;
    d.retry_after = retry_after(c.refusal, now);
    return d;
  }
  std::uint32_t const index = new_ticket();
  d.ticket = id_of(index);
  if (c.what == decision::kind::assigned) {
    assign(index, c, now);
    d.slot = c.slot;
    d.trial = c.trial;
  } else {
    tickets_[index].tried = tried;
    enqueue(index, now);
  }
  return d;
}

void upstream_selector::release(ticket_id t, time_point now) {
  ticket_entry const& ticket = tickets_[index_of(t)];
  std::uint32_t const slot = ticket.slot;
  upstream_entry& e = entries_[slot];
  --e.in_progress;
  if (e.trial == t) {
    e.trial = 0;
    update_next_trial();
  }
  free_ticket(index_of(t));
  if (e.gone && e.in_progress == 0) {
    free_slot(slot);
  }
  serve(now);
}

void upstream_selector::answered(ticket_id t, time_point now, std::chrono::nanoseconds took,
                                 int status, std::chrono::seconds retry_after) {
  responded(t, now, took, status, retry_after);
  if (ticket_entry* const ticket = running(t)) {
    if (ticket->failed_status) {
      entries_[ticket->slot].penalty.add(now, answer_time_.value());
    }
    release(t, now);
  }
}

void upstream_selector::cancelled(ticket_id t, time_point now) {
  if (running(t) != nullptr) {
    release(t, now);
  } else if (index_of(t) < tickets_.size() && id_of(index_of(t)) == t &&
             tickets_[index_of(t)].state == ticket_entry::kind::waiting) {
    dequeue(index_of(t));
    free_ticket(index_of(t));
  }
}

void upstream_selector::enqueue(std::uint32_t index, time_point now) {
  ticket_entry& t = tickets_[index];
  queue& q = queue_of(t);
  t.state = ticket_entry::kind::waiting;
  t.deadline = now + options_.queue_timeout();
  t.number = ++last_number_;
  t.previous = q.last;
  t.next = none;
  (q.last == none ? q.first : tickets_[q.last].next) = index;
  q.last = index;
  ++waiting_;
}

void upstream_selector::dequeue(std::uint32_t index) noexcept {
  ticket_entry const& t = tickets_[index];
  queue& q = queue_of(t);
  (t.previous == none ? q.first : tickets_[t.previous].next) = t.next;
  (t.next == none ? q.last : tickets_[t.next].previous) = t.previous;
  --waiting_;
}

void upstream_selector::refuse(std::uint32_t index, acquire_refusal why, time_point now) {
  selector_action a;
  a.what = selector_action::kind::refused;
  a.refusal = why;
  a.ticket = id_of(index);
  a.time = retry_after(why, now);
  actions_.push_back(a);
  ++refused_;
  dequeue(index);
  free_ticket(index);
}

void upstream_selector::refuse_late(time_point now) {
  for (queue const* q : {&plain_, &excluding_}) {
    while (q->first != none && tickets_[q->first].deadline <= now) {
      refuse(q->first, acquire_refusal::queue_timeout, now);
    }
  }
}

// Gives those that wait what they can have now, in the order of their arrival. If the first one
// without exclusions has to wait, so have all others without.
void upstream_selector::serve(time_point now) {
  if (waiting_ == 0) {
    return;
  }
  served_ = now;
  refuse_late(now);
  bool plain_waits = false;
  std::uint32_t excluding = excluding_.first;
  while (true) {
    std::uint32_t const plain = plain_waits ? none : plain_.first;
    bool const is_plain =
        excluding == none || (plain != none && tickets_[plain].number < tickets_[excluding].number);
    std::uint32_t const index = is_plain ? plain : excluding;
    if (index == none) {
      return;
    }
    std::uint32_t const next = is_plain ? excluding : tickets_[index].next;
    choice const c = choose(tickets_[index].tried, now);
    if (c.what == decision::kind::waiting) {
      plain_waits = plain_waits || is_plain;
    } else if (c.what == decision::kind::refused) {
      refuse(index, c.refusal, now);
    } else {
      dequeue(index);
      assign(index, c, now);
      selector_action a;
      a.what = selector_action::kind::assigned;
      a.trial = c.trial;
      a.slot = c.slot;
      a.ticket = id_of(index);
      actions_.push_back(a);
    }
    excluding = next;
  }
}

void upstream_selector::close() {
  for (queue const* q : {&plain_, &excluding_}) {
    while (q->first != none) {
      refuse(q->first, acquire_refusal::closed, time_point());
    }
  }
}

std::chrono::milliseconds upstream_selector::retry_after(acquire_refusal why,
                                                         time_point now) const {
  std::chrono::milliseconds const soon{1000};
  switch (why) {
    case acquire_refusal::all_out:
      return next_trial_ == time_point::max()
                 ? soon
                 : std::max(soon, std::chrono::ceil<std::chrono::milliseconds>(next_trial_ - now));
    case acquire_refusal::queue_full:
    case acquire_refusal::queue_timeout:
      return soon;
    default:
      return std::chrono::milliseconds(0);
  }
}

}  // namespace anode::proxy::selection
