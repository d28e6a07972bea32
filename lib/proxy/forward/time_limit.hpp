// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/context_timer.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>

namespace anode::proxy {

namespace net = boost::asio;

/// Cancels an operation when a time has passed. Await the operation with `slot()` bound to it.
/// While the object exists, a cancellation of the calling coroutine is passed on.
class operation_limit final : anode::detail::context_timer {
public:
  /// @param time 0: no limit
  /// @param outer the cancellation slot of the calling coroutine
  operation_limit(net::any_io_executor const& ex, std::chrono::milliseconds time,
                  net::cancellation_slot outer);
  ~operation_limit() override;

  net::cancellation_slot slot() noexcept { return signal_.slot(); }
  bool has_expired() const noexcept { return expired_; }

private:
  void expired() override;
  void context_ended() override {}

  net::cancellation_signal signal_;
  net::cancellation_slot outer_;
  bool expired_ = false;
};

/// Closes a connection that accepts no output for a time.
class write_limit final : anode::detail::context_timer {
public:
  /// @param time 0: no limit
  write_limit(anode::socket to, std::chrono::milliseconds time);

  /// Begins and ends a wait.
  void start();
  void stop() noexcept { disarm(); }

  bool has_expired() const noexcept { return expired_; }

private:
  void expired() override;
  void context_ended() override {}

  anode::socket to_;
  std::chrono::milliseconds time_;
  std::size_t left_ = 0;
  bool expired_ = false;
};

}  // namespace anode::proxy
