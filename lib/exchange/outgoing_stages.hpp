// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/function.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace anode::exchange {

/// What only few outgoing messages have. Allocated at the first use, and kept for the next message.
class outgoing_stages {
public:
  using head_listener = detail::function<void(std::optional<std::uint64_t>)>;

  /// Returns whether a message has to pass through these stages.
  bool active() const noexcept { return !head_listeners.empty(); }

  /// Releases the program's objects, whose destructors may do anything. Keeps the memory.
  void clear() noexcept { drop(head_listeners); }

  std::vector<head_listener> head_listeners;

private:
  // A destructor may add an element.
  template <class T>
  static void drop(std::vector<T>& all) noexcept {
    while (!all.empty()) {
      T const last = std::move(all.back());
      all.pop_back();
    }
  }
};

}  // namespace anode::exchange
