// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/access.hpp>
#include <anode/detail/export.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <coroutine>
#include <utility>

namespace anode {

/// The value of an awaited write. It has no members: a write succeeds, or it throws.
struct write_done {};

namespace detail {

/// Awaits a write. A write that has succeeded already has no coroutine, and does not suspend.
class write_awaiter {
public:
  explicit write_awaiter(boost::asio::awaitable<write_done>&& write) noexcept
      : write_(std::move(write)) {}

  bool await_ready() const noexcept { return !write_.valid(); }

  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> caller) {
    write_.await_suspend(caller);
  }

  write_done await_resume() { return write_.valid() ? write_.await_resume() : write_done(); }

private:
  boost::asio::awaitable<write_done> write_;
};

}  // namespace detail

/// Awaits the result of a write; see `write_operation`. Argument-dependent lookup finds this
/// function for each `co_await` of such a result in a coroutine of type `awaitable`.
inline detail::write_awaiter operator co_await(
    boost::asio::awaitable<write_done>&& write) noexcept {
  return detail::write_awaiter(std::move(write));
}

/// The result of a write. The data is already accepted; await the object for back-pressure and
/// errors.
///
/// Awaiting completes when the buffered output is below the high-water mark and the caller's buffer
/// is no longer used. Most writes complete at once. Data of an operation that is not awaited is not
/// lost: the part that cannot be sent yet is copied and sent later.
///
/// The caller's buffer must stay valid until this object is destroyed. This is the case in
/// `res.write(x);` and in `co_await res.write(x);`. If `x` is a temporary `std::string`, this
/// object owns its text.
///
/// The object is an awaitable of `write_done`: pass it to `co_spawn` to use any completion token.
/// Where an `awaitable<void>` is expected, it is converted to one; see `as_awaitable`.
///
/// @throws boost::system::system_error when awaited, if the write failed. Without an await the
///   failure is ignored, but a write after `end` of a message also emits `on_error`.
/// **Node**: the boolean that `write` returns, and the callback of `write`.
class write_operation : public boost::asio::awaitable<write_done> {
public:
  /// Makes an operation without a write: awaiting it completes at once, and its boolean is false.
  write_operation() = default;

  /// Moves the operation; the source becomes an operation without a write.
  write_operation(write_operation&&) noexcept = default;

  /// Replaces the operation. The previous operation is not awaited, but its data is sent.
  write_operation& operator=(write_operation&& other) noexcept {
    if (this != &other) {
      // Asio 1.26 does not destroy the coroutine that a move assignment replaces.
      boost::asio::awaitable<write_done> const replaced(std::move(*this));
      awaitable::operator=(std::move(other));
      below_high_water_mark_ = other.below_high_water_mark_;
    }
    return *this;
  }
  ~write_operation() = default;

  /// Returns whether the buffered output is below the high-water mark; false after a failure. If
  /// false, await this object or `drained()` before the next write.
  explicit operator bool() const noexcept { return below_high_water_mark_; }

  /// Returns the operation as an awaitable without a value. The operation becomes one without a
  /// write. Use it for `co_spawn` with a handler that takes only a `std::exception_ptr`.
  boost::asio::awaitable<void> as_awaitable() && { return wait(std::move(*this)); }

  /// The same as `as_awaitable`, for a handler that returns the result of its last write.
  operator boost::asio::awaitable<void>() && { return wait(std::move(*this)); }

private:
  friend struct detail::access;

  explicit write_operation(bool below_high_water_mark) noexcept
      : below_high_water_mark_(below_high_water_mark) {}

  write_operation(boost::asio::awaitable<void>&& wait, bool below_high_water_mark)
      : awaitable(complete(std::move(wait))), below_high_water_mark_(below_high_water_mark) {}

  // Not inline: g++ gives the frame of a coroutine a different type in each source, and link-time
  // optimization warns about that.
  ANODE_EXPORT static boost::asio::awaitable<write_done> complete(
      boost::asio::awaitable<void> wait);
  ANODE_EXPORT static boost::asio::awaitable<void> wait(boost::asio::awaitable<write_done> write);

  bool below_high_water_mark_ = false;
};

}  // namespace anode
