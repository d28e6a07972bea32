// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/access.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <utility>

namespace anode {

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
/// The object is an awaitable: pass it to `co_spawn` to use any completion token.
///
/// @throws boost::system::system_error when awaited, if the write failed. Without an await the
///   failure is ignored, but a write after `end` of a message also emits `on_error`.
/// **Node**: the boolean that `write` returns, and the callback of `write`.
class write_operation : public boost::asio::awaitable<void> {
public:
  /// Makes an empty operation, which must not be awaited.
  write_operation() = default;

  /// Moves the operation; the source becomes empty.
  write_operation(write_operation&&) noexcept = default;

  /// Replaces the operation. The previous operation is not awaited, but its data is sent.
  write_operation& operator=(write_operation&& other) noexcept {
    if (this != &other) {
      // Asio 1.26 does not destroy the coroutine that a move assignment replaces.
      boost::asio::awaitable<void> const replaced(std::move(*this));
      awaitable::operator=(std::move(other));
      below_high_water_mark_ = other.below_high_water_mark_;
    }
    return *this;
  }
  ~write_operation() = default;

  /// Returns whether the buffered output is below the high-water mark; false after a failure. If
  /// false, await this object or `drained()` before the next write.
  explicit operator bool() const noexcept { return below_high_water_mark_; }

private:
  friend struct detail::access;

  write_operation(boost::asio::awaitable<void>&& wait, bool below_high_water_mark) noexcept
      : awaitable(std::move(wait)), below_high_water_mark_(below_high_water_mark) {}

  bool below_high_water_mark_ = false;
};

}  // namespace anode
