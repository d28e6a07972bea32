// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/counted.hpp>

#include <concepts>
#include <utility>

namespace anode::server {

/// A handler of the program, or empty. Copies share the handler. A running call or coroutine keeps
/// a copy, therefore its captures stay alive when the program replaces the handler.
template <class Function>
class shared_handler {
  struct box final : detail::counted {
    explicit box(Function f) : function(std::move(f)) {}
    Function function;
  };

public:
  shared_handler() = default;

  /// Sets the handler. An empty function clears it.
  shared_handler& operator=(Function f) {
    bool set = true;
    if constexpr (std::constructible_from<bool, Function const&>) {
      set = static_cast<bool>(f);
    }
    box_ = set ? new box(std::move(f)) : nullptr;
    return *this;
  }

  /// Clears the handler.
  void reset() noexcept { box_ = nullptr; }

  explicit operator bool() const noexcept { return box_ != nullptr; }
  Function& operator*() const noexcept { return box_->function; }
  Function* operator->() const noexcept { return &box_->function; }

  /// Returns a reference that keeps the handler alive.
  detail::ptr<detail::counted> keep() const { return box_; }

private:
  detail::ptr<box> box_;
};

}  // namespace anode::server
