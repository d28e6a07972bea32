// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>

#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace anode::runtime {

/// A type-erased completion handler that resumes a suspended coroutine. It does not allocate.
///
/// Destroying the handler destroys the coroutine.
class resume_handler {
public:
  resume_handler() = default;

  template <class Handler>
    requires(!std::is_same_v<std::remove_cvref_t<Handler>, resume_handler>)
  explicit resume_handler(Handler&& handler) {
    emplace(std::forward<Handler>(handler));
  }

  /// Stores the handler of another coroutine. The object must be empty.
  template <class Handler>
  void emplace(Handler&& handler) {
    using type = std::decay_t<Handler>;
    static_assert(sizeof(type) <= sizeof handler_ && alignof(type) <= alignof(void*) &&
                  std::is_nothrow_move_constructible_v<type>);
    ::new (static_cast<void*>(handler_)) type(std::forward<Handler>(handler));
    act_ = &act<type>;
  }

  resume_handler(resume_handler&& other) noexcept { move_from(other); }
  resume_handler& operator=(resume_handler&& other) noexcept {
    if (this != &other) {
      clear();
      move_from(other);
    }
    return *this;
  }
  ~resume_handler() { clear(); }

  explicit operator bool() const noexcept { return act_ != nullptr; }

  /// Returns the executor of the coroutine, or `otherwise` if the coroutine has none.
  net::any_io_executor executor(net::any_io_executor otherwise) {
    act_(action::executor, *this, &otherwise);
    return otherwise;
  }

  /// Resumes the coroutine inside this call.
  void resume(error_code ec) { act_(action::resume, *this, &ec); }

  /// Destroys the coroutine, if any.
  void clear() noexcept {
    if (function const f = std::exchange(act_, nullptr)) {
      f(action::destroy, *this, nullptr);
    }
  }

private:
  enum class action : std::uint8_t { move, resume, executor, destroy };
  using function = void (*)(action what, resume_handler& self, void* argument);

  template <class Handler>
  static void act(action what, resume_handler& self, void* argument) {
    Handler& own = *std::launder(reinterpret_cast<Handler*>(self.handler_));
    if (what == action::executor) {
      auto& ex = *static_cast<net::any_io_executor*>(argument);
      ex = net::get_associated_executor(own, ex);
      return;
    }
    if (what == action::move) {
      ::new (argument) Handler(std::move(own));
    } else if (what == action::resume) {
      Handler moved(std::move(own));
      own.~Handler();
      self.act_ = nullptr;
      std::move(moved)(*static_cast<error_code*>(argument));
      return;  // `self` may be destroyed
    }
    own.~Handler();
  }

  void move_from(resume_handler& other) noexcept {
    act_ = std::exchange(other.act_, nullptr);
    if (act_ != nullptr) {
      act_(action::move, other, handler_);
    }
  }

  alignas(void*) unsigned char handler_[4 * sizeof(void*)];
  function act_ = nullptr;
};

}  // namespace anode::runtime
