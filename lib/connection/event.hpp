// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace anode::connection {

/// The listeners of one event that notifies: any number, called in the order in which they came.
/// A listener may add listeners; they are called from the next time on.
template <class... Args>
class event {
public:
  using listener = std::function<void(Args...)>;

  void add(listener f) { listeners_.push_back(std::move(f)); }
  bool empty() const noexcept { return listeners_.empty(); }
  void clear() noexcept { listeners_.clear(); }

  void emit(Args... args) {
    if (listeners_.empty()) {
      return;
    }
    // The listeners may destroy what this belongs to, or add others.
    std::vector<listener> const now = listeners_;
    for (listener const& f : now) {
      f(args...);
    }
  }

private:
  std::vector<listener> listeners_;
};

}  // namespace anode::connection
