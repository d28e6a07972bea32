// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/async_condition.hpp"
#include "runtime/timers.hpp"

#include <anode/delay.hpp>

#include <utility>

namespace anode {
namespace {

class delayed final : public detail::counted, private runtime::timer {
public:
  explicit delayed(net::any_io_executor const& ex)
      : clock_(new runtime::timers(ex)), changed_(ex) {}
  ~delayed() override { clock_->stop(); }

  static net::awaitable<void> wait(detail::ptr<delayed> self, std::chrono::milliseconds time) {
    self->clock_->arm(*self, time);
    while (!self->over_) {
      co_await self->changed_.wait();
    }
  }

private:
  void expired() override {
    over_ = true;
    changed_.notify();
  }

  detail::ptr<runtime::timers> clock_;
  runtime::async_condition changed_;
  bool over_ = false;
};

net::awaitable<void> run_delay(net::any_io_executor ex, std::chrono::milliseconds time) {
  if (time.count() > 0) {
    co_await delayed::wait(detail::ptr<delayed>(new delayed(ex)), time);
  }
}

}  // namespace

net::awaitable<void> delay(net::any_io_executor ex, std::chrono::milliseconds time) {
  return run_delay(std::move(ex), time);
}

}  // namespace anode
