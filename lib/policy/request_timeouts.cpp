// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/request_timeouts.hpp"

#include <algorithm>
#include <utility>

namespace anode::policy {

using std::chrono::milliseconds;

milliseconds default_headers_timeout(std::optional<milliseconds> given,
                                     milliseconds request_timeout) noexcept {
  return given.value_or(std::min(milliseconds{60'000}, request_timeout));
}

bool timeouts_consistent(milliseconds headers_timeout, milliseconds request_timeout) noexcept {
  return request_timeout.count() <= 0 || headers_timeout <= request_timeout;
}

milliseconds kept_alive_for(request_timeouts const& timeouts) noexcept {
  if (timeouts.keep_alive_timeout.count() <= 0) {
    return {};
  }
  // Limit both values to half of the maximum, because their sum must not overflow.
  constexpr milliseconds most = milliseconds::max() / 2;
  return std::min(timeouts.keep_alive_timeout, most) +
         std::min(timeouts.keep_alive_timeout_buffer, most);
}

std::int64_t advertised_keep_alive(request_timeouts const& timeouts) noexcept {
  return std::chrono::floor<std::chrono::seconds>(timeouts.keep_alive_timeout).count();
}

connection_timer::~connection_timer() {
  if (owner_) {
    owner_->closed(*this);
  }
}

base::steady_time connection_timer::deadline(request_timeouts const& timeouts) const noexcept {
  switch (phase_) {
    case phase::head:
      return std::min(base::deadline_after(since_, timeouts.headers_timeout),
                      base::deadline_after(since_, timeouts.request_timeout));
    case phase::body:
      return base::deadline_after(since_, timeouts.request_timeout);
    case phase::idle:
      return base::deadline_after(since_, kept_alive_for(timeouts));
    case phase::serving:
    case phase::closed:
      break;
  }
  return base::no_deadline;
}

expired_phase connection_timer::expired(base::steady_time now,
                                        request_timeouts const& timeouts) const noexcept {
  if (deadline(timeouts) > now) {
    return expired_phase::none;
  }
  switch (phase_) {
    case phase::head:
      return base::deadline_after(since_, timeouts.headers_timeout) <= now ? expired_phase::headers
                                                                           : expired_phase::request;
    case phase::body:
      return expired_phase::request;
    default:
      return expired_phase::keep_alive;
  }
}

connection_timers::~connection_timers() {
  for_each([this](connection_timer& c) { closed(c); });
}

void connection_timers::accepted(connection_timer& c, base::steady_time now) noexcept {
  if (c.owner_) {
    c.owner_->closed(c);
  }
  c.owner_ = this;
  ++size_;
  move(c, connection_timer::phase::head, now);
}

void connection_timers::message_begun(connection_timer& c, base::steady_time now) noexcept {
  if (!std::exchange(c.preface_, false)) {
    move(c, connection_timer::phase::head, now);
  }
}

void connection_timers::headers_completed(connection_timer& c) noexcept {
  // The connection stays in its list: the time still counts from the first byte.
  if (c.phase_ == connection_timer::phase::head) {
    c.phase_ = connection_timer::phase::body;
  }
}

void connection_timers::message_completed(connection_timer& c) noexcept {
  if (c.phase_ == connection_timer::phase::serving) {
    return;
  }
  move(c, connection_timer::phase::serving, c.since_);
}

void connection_timers::became_idle(connection_timer& c, base::steady_time now) noexcept {
  using phase = connection_timer::phase;
  if (c.phase_ == phase::head || c.phase_ == phase::body) {
    return;
  }
  move(c, phase::idle, now);
}

void connection_timers::closed(connection_timer& c) noexcept {
  if (c.owner_ != this) {
    return;
  }
  list::remove(c);
  c.phase_ = connection_timer::phase::closed;
  c.owner_ = nullptr;
  --size_;
}

bool connection_timers::may_be_expired(connection_timer const& c, base::steady_time now,
                                       request_timeouts const& timeouts) noexcept {
  if (c.phase_ == connection_timer::phase::idle) {
    return c.deadline(timeouts) <= now;
  }
  return base::deadline_after(c.since_, timeouts.headers_timeout) <= now ||
         base::deadline_after(c.since_, timeouts.request_timeout) <= now;
}

connection_timers::list& connection_timers::list_of(connection_timer::phase p) noexcept {
  switch (p) {
    case connection_timer::phase::serving:
      return serving_;
    case connection_timer::phase::idle:
      return idle_;
    default:
      return receiving_;
  }
}

void connection_timers::move(connection_timer& c, connection_timer::phase to,
                             base::steady_time since) noexcept {
  if (c.owner_ != this) {
    return;
  }
  list::remove(c);
  c.phase_ = to;
  c.since_ = since;
  c.preface_ = false;
  list_of(to).push_back(c);
}

}  // namespace anode::policy
