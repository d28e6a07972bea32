// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/upstream/upstream_pool_impl.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <limits>
#include <memory>
#include <random>
#include <utility>

namespace anode::proxy {

using selection::decision;
using selection::selector_action;

namespace {

// Outside of a handler of the executor Asio queues a function that refers to the signal. Until it
// has run, the signal must exist, even if the check has ended.
void cancel_check(net::any_io_executor const& ex, std::shared_ptr<net::cancellation_signal> check) {
  check->emit(net::cancellation_type::terminal);
  net::post(ex, [keep = std::move(check)] {});
}

std::uint64_t random_seed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32) | random();
}

void validate(upstream_pool_options const& o) {
  auto const require = [](bool holds, char const* text) {
    if (!holds) {
      throw http::exception(http::error::out_of_range, text);
    }
  };
  require(o.queue_timeout().count() >= 0 && o.slow_start().count() >= 0,
          "The times of a pool must not be negative");
  if (o.check()) {
    require(std::min(o.check()->interval(), o.check()->fast_interval()).count() >= 10,
            "The interval of a check must be at least 10 ms");
    require(o.check()->timeout().count() > 0, "The time limit of a check must be positive");
    require(o.check()->rise() > 0 && o.check()->fall() > 0, "The numbers of checks must not be 0");
  }
}

std::size_t limit_of(upstream const& u) {
  auto const most = [](std::size_t n) {
    return n == 0 ? std::numeric_limits<std::size_t>::max() : n;
  };
  return std::min(most(u.max_requests()), most(u.max_connections()));
}

}  // namespace

upstream_pool_impl::upstream_pool_impl(http::agent by, upstream_pool_options const& options)
    : context_timer(by.get_executor()),
      agent_(std::move(by)),
      executor_(agent_.get_executor()),
      check_(options.check()),
      selector_((validate(options), options), random_seed()) {}

void upstream_pool_impl::remove_handle() noexcept {
  if (--handles_ == 0) {
    close();
  }
}

void upstream_pool_impl::close() {
  if (std::exchange(closed_, true)) {
    return;
  }
  disarm();
  for (anode::detail::ptr<pool_member> const& m : members_) {
    if (m && m->check) {
      cancel_check(executor_, m->check);
    }
  }
  selector_.close();
  after_event();
  std::exchange(on_event_, nullptr).reset();
}

void upstream_pool_impl::context_ended() {
  anode::detail::ptr<upstream_pool_impl> const self(this);
  closed_ = true;
  ended_ = true;
  // The coroutines that wait, and what the listener has captured, can own this object.
  std::exchange(waiters_, {}).clear();
  std::exchange(on_event_, nullptr).reset();
}

void upstream_pool_impl::set(std::vector<upstream> upstreams) {
  std::vector<std::string_view> names;
  for (upstream const& u : upstreams) {
    names.push_back(u.name());
    if (u.agent() && u.agent()->get_executor() != executor_) {
      throw http::exception(http::error::invalid_arg_value,
                            "The agent of an upstream has another executor: " + u.name());
    }
  }
  std::ranges::sort(names);
  if (auto const twice = std::ranges::adjacent_find(names); twice != names.end()) {
    throw http::exception(http::error::invalid_arg_value,
                          "Two upstreams have the name " + std::string(*twice));
  }
  if (closed_) {
    return;
  }
  std::vector<selection::upstream_spec> specs;
  for (upstream const& u : upstreams) {
    selection::upstream_spec s;
    s.name = u.name();
    s.host = u.target().host;
    s.weight = u.weight();
    s.limit = limit_of(u);
    s.admin = u.admin();
    specs.push_back(s);
  }
  selector_.set(specs, now());
  auto before = std::exchange(members_, {});
  std::span<std::uint32_t const> const slots = selector_.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    upstream const& u = upstreams[i];
    std::uint32_t const slot = slots[i];
    anode::detail::ptr<pool_member> const m(
        new pool_member(u.name(), u.target(), u.agent().value_or(agent_)));
    m->id = selector_[slot].id;
    m->send_proxy = u.send_proxy();
    if (slot < before.size() && before[slot] && before[slot]->id == m->id) {
      m->check = std::exchange(before[slot]->check, nullptr);
    }
    members_.resize(std::max<std::size_t>(members_.size(), slot + 1));
    members_[slot] = m;
  }
  for (anode::detail::ptr<pool_member> const& m : before) {
    if (m && m->check) {
      cancel_check(executor_, m->check);
    }
  }
  after_event();
}

bool upstream_pool_impl::set_admin(std::string_view name, admin_state state) {
  if (closed_) {
    return false;
  }
  for (std::uint32_t const slot : selector_.slots()) {
    if (selector_[slot].name == name) {
      selector_.set_admin(slot, state, now());
      after_event();
      return true;
    }
  }
  return false;
}

lease upstream_pool_impl::refusal(acquire_refusal why, std::chrono::milliseconds retry_after) {
  lease l;
  l.refusal_ = why;
  l.retry_after_ = retry_after;
  return l;
}

lease upstream_pool_impl::make_lease(std::uint32_t slot, std::uint64_t ticket, bool trial,
                                     std::chrono::nanoseconds queued) {
  lease l;
  l.pool_ = this;
  l.member_ = members_[slot];
  l.ticket_ = ticket;
  l.queued_ = queued;
  l.refusal_ = acquire_refusal::none;
  l.trial_ = trial;
  return l;
}

lease upstream_pool_impl::try_acquire(tried_upstreams const& tried) {
  if (closed_) {
    return refusal(acquire_refusal::closed);
  }
  decision const d = selector_.request(now(), tried, false);
  lease l = d.what == decision::kind::assigned ? make_lease(d.slot, d.ticket, d.trial, {})
                                               : refusal(d.refusal, d.retry_after);
  after_event();
  return l;
}

void upstream_pool_impl::acquire(tried_upstreams const& tried, acquire_handler done) {
  time_point const begun = now();
  decision const d = selector_.request(begun, tried);
  if (d.what != decision::kind::waiting) {
    std::move(done)({}, d.what == decision::kind::assigned
                            ? make_lease(d.slot, d.ticket, d.trial, {})
                            : refusal(d.refusal, d.retry_after));
  } else {
    net::cancellation_slot slot = done.slot();
    if (slot.is_connected()) {
      slot.assign([self = anode::detail::ptr<upstream_pool_impl>(this),
                   ticket = d.ticket](net::cancellation_type how) {
        if (how != net::cancellation_type::none) {
          anode::detail::ptr<upstream_pool_impl> const pool = self;  // the slot may be cleared
          pool->cancel_wait(ticket);
        }
      });
    }
    auto const index = static_cast<std::uint32_t>(d.ticket);
    waiters_.resize(std::max<std::size_t>(waiters_.size(), index + std::size_t{1}));
    waiters_[index].emplace(waiter{std::move(done), d.ticket, begun});
  }
  after_event();
}

std::optional<upstream_pool_impl::waiter> upstream_pool_impl::take_waiter(std::uint64_t ticket) {
  auto const index = static_cast<std::uint32_t>(ticket);
  if (index >= waiters_.size() || !waiters_[index] || waiters_[index]->ticket != ticket) {
    return std::nullopt;
  }
  return std::exchange(waiters_[index], std::nullopt);
}

void upstream_pool_impl::cancel_wait(std::uint64_t ticket) {
  if (std::optional<waiter> w = take_waiter(ticket)) {
    selector_.cancelled(ticket, now());
    std::move(w->done)(net::error::operation_aborted, refusal(acquire_refusal::cancelled));
    after_event();
  }
}

void upstream_pool_impl::responded(std::uint64_t ticket, int status, std::chrono::nanoseconds took,
                                   std::chrono::seconds retry_after) {
  if (!ended_) {
    selector_.responded(ticket, now(), took, status, retry_after);
    after_event();
  }
}

void upstream_pool_impl::answered(std::uint64_t ticket, int status, std::chrono::nanoseconds took,
                                  std::chrono::seconds retry_after) {
  if (!ended_) {
    selector_.answered(ticket, now(), took, status, retry_after);
    after_event();
  }
}

void upstream_pool_impl::failed(std::uint64_t ticket, charge c, tried_upstreams& tried) {
  if (!ended_) {
    selector_.failed(ticket, now(), c, tried);
    after_event();
  }
}

void upstream_pool_impl::cancelled(std::uint64_t ticket) {
  if (!ended_) {
    selector_.cancelled(ticket, now());
    after_event();
  }
}

void upstream_pool_impl::expired() {
  anode::detail::ptr<upstream_pool_impl> const self(this);
  armed_for_ = time_point::max();
  selector_.expire(now());
  after_event();
}

void upstream_pool_impl::after_event() {
  selector_action action;
  while (selector_.next_action(action)) {
    perform(action);
  }
  update_timer();
}

void upstream_pool_impl::perform(selector_action const& action) {
  using kind = selector_action::kind;
  switch (action.what) {
    case kind::assigned:
    case kind::refused: {
      std::optional<waiter> w = take_waiter(action.ticket);
      if (!w) {
        return;
      }
      if (net::cancellation_slot slot = w->done.slot(); slot.is_connected()) {
        slot.clear();
      }
      std::move(w->done)(
          {}, action.what == kind::assigned
                  ? make_lease(action.slot, action.ticket, action.trial, now() - w->begun)
                  : refusal(action.refusal, action.time));
      return;
    }
    case kind::check:
      start_check(action.slot);
      return;
    case kind::ejected:
      return post_event(pool_event::kind::ejected, action.slot, false, action.time);
    case kind::returned:
      return post_event(pool_event::kind::returned, action.slot, true, {});
    case kind::all_out:
      return post_event(pool_event::kind::all_out, action.slot, false, {});
    case kind::check_down:
      return post_event(pool_event::kind::check, action.slot, false, {});
    case kind::check_up:
      return post_event(pool_event::kind::check, action.slot, true, {});
  }
}

void upstream_pool_impl::update_timer() {
  time_point const next = closed_ ? time_point::max() : selector_.next_deadline();
  if (next == armed_for_) {
    return;
  }
  armed_for_ = next;
  if (next == time_point::max()) {
    disarm();
  } else {
    arm(next);
  }
}

void upstream_pool_impl::on_event(listener f) {
  if (!closed_) {
    on_event_ = f ? std::make_shared<listener>(std::move(f)) : nullptr;
  }
}

void upstream_pool_impl::post_event(pool_event::kind what, std::uint32_t slot, bool up,
                                    std::chrono::milliseconds until_trial) {
  if (closed_ || !on_event_) {
    return;
  }
  net::post(executor_, [self = anode::detail::ptr<upstream_pool_impl>(this), what, up, until_trial,
                        name = selector_[slot].name] {
    if (std::shared_ptr<listener> const call = self->on_event_) {
      pool_event e;
      e.what = what;
      e.name = name;
      e.up = up;
      e.until_trial = until_trial;
      (*call)(e);
    }
  });
}

pool_status upstream_pool_impl::snapshot() const {
  pool_status s;
  if (ended_) {
    return s;
  }
  time_point const time = now();
  for (std::uint32_t const slot : selector_.slots()) {
    selection::upstream_entry const& e = selector_[slot];
    upstream_status u;
    u.name = e.name;
    u.weight = e.weight;
    u.effective_weight = selector_.effective_weight(e, time);
    u.admin = e.admin;
    u.ejected = e.ejected;
    u.check_failed = e.check_failed;
    u.in_progress = e.in_progress;
    u.points = e.points.at(time);
    u.back_off = e.back_off;
    if (e.ejected && e.due > time) {
      u.returns_in = std::chrono::ceil<std::chrono::milliseconds>(e.due - time);
    }
    u.requests = e.requests;
    u.answered = e.answered;
    u.failed = e.failed;
    u.ejections = e.ejections;
    s.upstreams.push_back(std::move(u));
  }
  s.queued = selector_.waiting();
  s.refused = selector_.refused();
  s.retries = selector_.retries();
  s.retries_denied = selector_.retries_denied();
  return s;
}

}  // namespace anode::proxy
