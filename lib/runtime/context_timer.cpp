// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/timers.hpp"

#include <anode/detail/context_timer.hpp>

#include <algorithm>
#include <utility>

namespace anode::runtime {

/// The part of a `detail::context_timer` that its callbacks keep alive.
class context_timer_impl final : public detail::counted, public timer, private shutdown_hook {
public:
  context_timer_impl(detail::context_timer& owner, net::any_io_executor ex)
      : owner_(&owner), all_(new timers(std::move(ex))) {
    join(all_->executor());
  }

  timers& all() noexcept { return *all_; }

  // The clock ends with the context.
  bool ended() const noexcept { return ended_; }

  void release() {
    owner_ = nullptr;
    all_->stop();
  }

  void expired() override {
    detail::ptr<context_timer_impl> const self(this);
    if (owner_ != nullptr) {
      owner_->expired();
    }
  }

private:
  void on_context_shutdown() override {
    detail::ptr<context_timer_impl> const self(this);
    ended_ = true;
    if (owner_ != nullptr) {
      owner_->context_ended();
    }
  }

  detail::context_timer* owner_;
  detail::ptr<timers> all_;
  bool ended_ = false;
};

}  // namespace anode::runtime

namespace anode::detail {

context_timer::context_timer(net::any_io_executor ex)
    : impl_(new runtime::context_timer_impl(*this, std::move(ex))) {}

context_timer::~context_timer() { impl_->release(); }

context_timer::time_point context_timer::now() const {
  return impl_->ended() ? time_point() : impl_->all().now();
}

void context_timer::arm(time_point when) {
  if (impl_->ended()) {
    return;
  }
  auto const delay = std::chrono::ceil<std::chrono::milliseconds>(when - now());
  impl_->all().arm(*impl_, std::max(delay, std::chrono::milliseconds(1)));
}

void context_timer::disarm() noexcept { impl_->all().cancel(*impl_); }

bool context_timer::armed() const noexcept { return impl_->armed(); }

}  // namespace anode::detail
