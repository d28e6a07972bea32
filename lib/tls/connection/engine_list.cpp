// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/connection/engine_list.hpp"

#include "tls/connection/engine.hpp"

#include <utility>
#include <vector>

namespace anode::tls {

engine_list& engine_list::of(net::any_io_executor const& ex) {
  return net::use_service<engine_list>(net::query(ex, net::execution::context));
}

void engine_list::add(engine& e) {
  std::lock_guard const lock(mutex_);
  engines_.insert(&e);
}

void engine_list::remove(engine& e) noexcept {
  std::lock_guard const lock(mutex_);
  engines_.erase(&e);
}

void engine_list::shutdown() {
  std::vector<detail::ptr<engine>> all;
  {
    std::lock_guard const lock(mutex_);
    for (engine* const e : std::exchange(engines_, {})) {
      all.emplace_back(e);
    }
  }
  for (detail::ptr<engine> const& e : all) {
    e->context_shut_down();
  }
}

}  // namespace anode::tls
