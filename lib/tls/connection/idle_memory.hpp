// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
#include <anode/detail/counted.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace anode::tls {

class engine;

/// Releases the buffers of connections that have been idle for a while.
///
/// Buffers take most of the memory of a connection, and making them again costs a tenth of a small
/// request. Therefore a connection keeps them between requests, and loses them after a period
/// without any. The connections of one server or agent share one object and its timer.
class idle_memory final : public detail::counted {
public:
  /// A connection loses its buffers after at least one and at most two periods.
  static constexpr std::chrono::seconds period{2};

  /// Where an engine is among those that have buffers.
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  /// Adds a connection that has buffers now. Without memory it is not added, and keeps its buffers.
  void add(engine& e) noexcept;

  /// Removes a connection, which is destroyed.
  void remove(engine& e) noexcept;

  /// Returns the number of connections that have buffers.
  std::size_t size() const noexcept { return engines_.size(); }

  /// Releases the buffers of those connections that nobody has used since the last call.
  void sweep();

  /// Forgets the timer, because its execution context shuts down.
  void context_shut_down() noexcept;

private:
  void arm(net::any_io_executor const& ex);

  std::vector<engine*> engines_;
  std::optional<net::steady_timer> timer_;  // only while there are engines
};

}  // namespace anode::tls
