// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace anode::detail {

/// Tells whether a type is an awaitable.
template <class T>
inline constexpr bool is_awaitable = false;
template <class T, class Executor>
inline constexpr bool is_awaitable<boost::asio::awaitable<T, Executor>> = true;

/// Tells whether a callable type has an empty value.
template <class T>
inline constexpr bool may_be_null = std::is_pointer_v<T> || std::is_member_pointer_v<T>;
template <class Signature>
inline constexpr bool may_be_null<std::function<Signature>> = true;

template <class Signature>
class function;

/// A move-only function object, like `std::function`, that also stores move-only callables. Small
/// callables are stored in place. The object is empty after default construction, or when made from
/// `nullptr`, a null pointer or an empty `std::function`. An empty object must not be called.
template <class R, class... Args>
class function<R(Args...)> {
public:
  /// Makes an empty function.
  function() noexcept = default;

  /// Makes an empty function.
  function(std::nullptr_t) noexcept {}

  /// Stores `f`, which is called with `Args`. Its result is converted to `R`, or discarded.
  template <class F, class D = std::decay_t<F>>
    requires(!std::is_same_v<D, function> && std::is_invocable_r_v<R, D&, Args...>)
  function(F&& f) {
    using result = std::invoke_result_t<D&, Args...>;
    static_assert(!std::is_void_v<R> || !is_awaitable<result>,
                  "anode: a listener is a plain function; an awaitable that it returns would never "
                  "run. Start a coroutine with co_spawn instead.");
    if constexpr (may_be_null<std::remove_cvref_t<F>>) {
      if (f == nullptr) {
        return;
      }
    }
    if constexpr (in_place<D>) {
      ::new (static_cast<void*>(storage_)) D(std::forward<F>(f));
      invoke_ = [](void* at, Args&&... args) -> R {
        return call(*std::launder(static_cast<D*>(at)), std::forward<Args>(args)...);
      };
      if constexpr (!std::is_trivially_copyable_v<D>) {
        manage_ = [](void* from, void* to) noexcept {
          D* const d = std::launder(static_cast<D*>(from));
          if (to != nullptr) {
            ::new (to) D(std::move(*d));
          }
          d->~D();
        };
      }
    } else {
      D* const d = new D(std::forward<F>(f));
      std::memcpy(storage_, &d, sizeof d);
      invoke_ = [](void* at, Args&&... args) -> R {
        return call(*pointer<D>(at), std::forward<Args>(args)...);
      };
      manage_ = [](void* from, void* to) noexcept {
        if (to != nullptr) {
          std::memcpy(to, from, sizeof(D*));
        } else {
          delete pointer<D>(from);
        }
      };
    }
  }

  /// Moves the callable; `other` becomes empty.
  function(function&& other) noexcept { take(other); }
  function& operator=(function&& other) noexcept {
    if (this != &other) {
      clear();
      take(other);
    }
    return *this;
  }
  function& operator=(std::nullptr_t) noexcept {
    clear();
    return *this;
  }
  ~function() { clear(); }

  /// Returns whether a callable is stored.
  explicit operator bool() const noexcept { return invoke_ != nullptr; }

  /// Calls the stored callable.
  R operator()(Args... args) const { return invoke_(storage_, std::forward<Args>(args)...); }

private:
  static constexpr std::size_t size = 2 * sizeof(void*);

  template <class D>
  static constexpr bool in_place =
      sizeof(D) <= size && alignof(D) <= alignof(void*) && std::is_nothrow_move_constructible_v<D>;

  template <class D>
  static D* pointer(void const* at) noexcept {
    D* d = nullptr;
    std::memcpy(&d, at, sizeof d);
    return d;
  }

  template <class D>
  static R call(D& d, Args&&... args) {
    if constexpr (std::is_void_v<R>) {
      static_cast<void>(std::invoke(d, std::forward<Args>(args)...));
    } else {
      return std::invoke(d, std::forward<Args>(args)...);
    }
  }

  void take(function& other) noexcept {
    if (other.manage_ != nullptr) {
      other.manage_(other.storage_, storage_);
    } else {
      std::memcpy(storage_, other.storage_, size);
    }
    invoke_ = std::exchange(other.invoke_, nullptr);
    manage_ = std::exchange(other.manage_, nullptr);
  }

  // The destructor of the callable may destroy or replace this object.
  void clear() noexcept {
    if (manage_ != nullptr) {
      function last;
      last.take(*this);
      last.manage_(last.storage_, nullptr);
      last.manage_ = nullptr;
    }
    invoke_ = nullptr;
  }

  alignas(void*) mutable std::byte storage_[size] = {};
  R (*invoke_)(void*, Args&&...) = nullptr;
  void (*manage_)(void* from, void* to) noexcept = nullptr;  // null: nothing to destroy
};

}  // namespace anode::detail
