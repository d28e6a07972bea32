// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/connection/idle_memory.hpp"

#include "tls/connection/engine.hpp"

namespace anode::tls {

void idle_memory::add(engine& e) noexcept {
  try {
    engines_.push_back(&e);
    e.set_place(engines_.size() - 1);
    if (!timer_) {
      arm(e.lower().get_executor());
    }
  } catch (...) {
    timer_.reset();  // the next connection tries again
  }
}

void idle_memory::remove(engine& e) noexcept {
  std::size_t const at = e.place();
  engines_[at] = engines_.back();
  engines_[at]->set_place(at);
  engines_.pop_back();
  e.set_place(nowhere);
  if (engines_.empty()) {
    timer_.reset();  // a program may end when its last connection has
  }
}

void idle_memory::sweep() {
  for (std::size_t i = engines_.size(); i-- > 0;) {
    engine& e = *engines_[i];
    if (!e.used_lately() && e.release_memory()) {
      remove(e);  // moves one that was visited to its place
    }
  }
}

void idle_memory::context_shut_down() noexcept { timer_.reset(); }

void idle_memory::arm(net::any_io_executor const& ex) {
  if (!timer_) {
    timer_.emplace(ex);
  }
  timer_->expires_after(period);
  timer_->async_wait([self = detail::ptr<idle_memory>(this)](error_code ec) {
    if (ec || !self->timer_) {
      return;
    }
    self->sweep();
    if (self->timer_) {
      self->arm(self->timer_->get_executor());
    }
  });
}

}  // namespace anode::tls
