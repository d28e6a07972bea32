// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <utility>

namespace anode {

/// What a write returns: the write has been made already, this says how it went.
///
/// Awaiting it waits until the bytes written need no more room than the high-water mark allows and
/// the caller's buffer is no longer used; mostly that is so at once. Without an await nothing is
/// lost: what could not be sent is copied, and leaves later. The buffer given to the write must
/// stay valid until this object is gone, which in `res.write(x);` and `co_await res.write(x);` it
/// does. A temporary `std::string` is kept by this object.
///
/// As an awaitable it goes to `co_spawn` with any completion token. Awaited, it throws
/// `boost::system::system_error` when the write failed; a discarded failure is reported to the
/// message's `on_error` only.
///
/// **Node**: the bool that `write` returns, and its callback.
class write_operation : public boost::asio::awaitable<void> {
public:
  write_operation() = default;
  write_operation(boost::asio::awaitable<void> wait, bool below_high_water_mark) noexcept
      : awaitable(std::move(wait)), below_high_water_mark_(below_high_water_mark) {}
  write_operation(write_operation&&) noexcept = default;

  /// Replaces the operation. The one before it is not awaited any more; its write stays made.
  write_operation& operator=(write_operation&& other) noexcept {
    if (this != &other) {
      // Asio 1.26 forgets to destroy the coroutine that an assignment replaces.
      boost::asio::awaitable<void> const replaced(std::move(*this));
      awaitable::operator=(std::move(other));
      below_high_water_mark_ = other.below_high_water_mark_;
    }
    return *this;
  }
  ~write_operation() = default;

  /// Returns whether there is room for more: false asks to wait, by awaiting this or for `drained`.
  explicit operator bool() const noexcept { return below_high_water_mark_; }

private:
  bool below_high_water_mark_ = false;
};

}  // namespace anode
