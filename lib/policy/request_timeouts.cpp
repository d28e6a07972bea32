// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/request_timeouts.hpp"

#include <algorithm>

namespace anode::http::protocol {

using std::chrono::milliseconds;

milliseconds default_headers_timeout(std::optional<milliseconds> given,
                                     milliseconds request_timeout) noexcept {
  return given.value_or(std::min(milliseconds{60'000}, request_timeout));
}

bool timeouts_consistent(milliseconds headers_timeout, milliseconds request_timeout) noexcept {
  return request_timeout.count() <= 0 || headers_timeout <= request_timeout;
}

milliseconds kept_alive_for(request_timeouts const& timeouts) noexcept {
  if (timeouts.keep_alive_timeout.count() <= 0)
    return {};
  // Of two halves, so that the largest values do not overflow: they are "for ever" then.
  constexpr milliseconds most = milliseconds::max() / 2;
  return std::min(timeouts.keep_alive_timeout, most) +
         std::min(timeouts.keep_alive_timeout_buffer, most);
}

std::int64_t advertised_keep_alive(request_timeouts const& timeouts) noexcept {
  return std::chrono::floor<std::chrono::seconds>(timeouts.keep_alive_timeout).count();
}

request_clock::~request_clock() {
  if (owner_)
    owner_->closed(*this);
}

steady_time request_clock::deadline(request_timeouts const& timeouts) const noexcept {
  switch (phase_) {
    case phase::head:
      return std::min(deadline_after(since_, timeouts.headers_timeout),
                      deadline_after(since_, timeouts.request_timeout));
    case phase::body:
      return deadline_after(since_, timeouts.request_timeout);
    case phase::idle:
      return deadline_after(since_, kept_alive_for(timeouts));
    case phase::serving:
    case phase::closed:
      break;
  }
  return no_deadline;
}

expired_phase request_clock::expired(steady_time now,
                                     request_timeouts const& timeouts) const noexcept {
  if (deadline(timeouts) > now)
    return expired_phase::none;
  switch (phase_) {
    case phase::head:
      return deadline_after(since_, timeouts.headers_timeout) <= now ? expired_phase::headers
                                                                     : expired_phase::request;
    case phase::body:
      return expired_phase::request;
    default:
      return expired_phase::keep_alive;
  }
}

request_clocks::~request_clocks() {
  for_each([this](request_clock& c) { closed(c); });
}

void request_clocks::accepted(request_clock& c, steady_time now) noexcept {
  if (c.owner_)
    c.owner_->closed(c);
  c.owner_ = this;
  ++size_;
  move(c, request_clock::phase::head, now);
}

void request_clocks::message_begun(request_clock& c, steady_time now) noexcept {
  move(c, request_clock::phase::head, now);
}

void request_clocks::headers_completed(request_clock& c) noexcept {
  // Stays in its list: the time runs on from the first byte.
  if (c.phase_ == request_clock::phase::head)
    c.phase_ = request_clock::phase::body;
}

void request_clocks::message_completed(request_clock& c) noexcept {
  move(c, request_clock::phase::serving, c.since_);
}

void request_clocks::became_idle(request_clock& c, steady_time now) noexcept {
  using phase = request_clock::phase;
  if (c.phase_ == phase::head || c.phase_ == phase::body)
    return;
  move(c, phase::idle, now);
}

void request_clocks::closed(request_clock& c) noexcept {
  if (c.owner_ != this)
    return;
  unlink(c);
  c.phase_ = request_clock::phase::closed;
  c.owner_ = nullptr;
  --size_;
}

bool request_clocks::may_be_expired(request_clock const& c, steady_time now,
                                    request_timeouts const& timeouts) noexcept {
  if (c.phase_ == request_clock::phase::idle)
    return c.deadline(timeouts) <= now;
  return deadline_after(c.since_, timeouts.headers_timeout) <= now ||
         deadline_after(c.since_, timeouts.request_timeout) <= now;
}

request_clocks::link& request_clocks::ring_of(request_clock::phase p) noexcept {
  switch (p) {
    case request_clock::phase::serving:
      return serving_;
    case request_clock::phase::idle:
      return idle_;
    default:
      return receiving_;
  }
}

void request_clocks::move(request_clock& c, request_clock::phase to, steady_time since) noexcept {
  if (c.owner_ != this)
    return;
  unlink(c);
  c.phase_ = to;
  c.since_ = since;
  link& ring = ring_of(to);
  c.prev = ring.prev;
  c.next = &ring;
  ring.prev->next = &c;
  ring.prev = &c;
}

void request_clocks::unlink(link& l) noexcept {
  l.prev->next = l.next;
  l.next->prev = l.prev;
  l.prev = l.next = &l;
}

}  // namespace anode::http::protocol
