// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "connection/turn.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace anode::connection {

/// The listeners of one event that notifies: any number, called in the order in which they came.
/// A listener may add listeners; they are called from the next time on. One that throws keeps the
/// others from nothing, see `turn::shield`.
template <class... Args>
class event {
public:
  using listener = std::function<void(Args...)>;

  void add(listener f) {
    if (!listeners_) {
      listeners_ = std::make_unique<list>();
    }
    listeners_->push_back(std::make_shared<listener const>(std::move(f)));
  }
  bool empty() const noexcept { return !listeners_ || listeners_->empty(); }
  explicit operator bool() const noexcept { return !empty(); }
  void clear() noexcept {
    if (listeners_) {
      listeners_->clear();
    }
  }

  void emit(Args... args) {
    if (!empty()) {
      call(args...);
    }
  }

private:
  // Shared, since a listener may keep a state of its own.
  using list = std::vector<std::shared_ptr<listener const>>;

  // The listeners may destroy what this belongs to, or add others.
  void call(Args... args) {
    list const now = *listeners_;
    for (std::shared_ptr<listener const> const& f : now) {
      turn::shield([&] { (*f)(args...); });
    }
  }

  std::unique_ptr<list> listeners_;  // most events have none
};

}  // namespace anode::connection
