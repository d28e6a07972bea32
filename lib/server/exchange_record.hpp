// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/timer_heap.hpp"
#include "runtime/event.hpp"
#include "server/shared_handler.hpp"

#include <anode/server_trace.hpp>

#include <cstddef>
#include <cstdint>

namespace anode::server {

/// The record of a connection that a trace observes. It has the trace itself, because the server
/// may be destroyed before the connection.
struct connection_record final : detail::counted {
  shared_handler<http::server_trace> trace;
  base::steady_time opened{};
  std::uint64_t requests = 0;  // set when the connection leaves HTTP or is closed
};

/// The record of an exchange that a trace or a listener of `on_done` observes.
struct exchange_record {
  /// Records a response head of `bytes` bytes. A later head replaces one that was not sent.
  /// @return whether a hook must be notified of it
  bool head_made(std::size_t bytes, base::steady_time now) noexcept {
    head_bytes = bytes;
    head_sent = now;
    head_pending = trace && trace->response_head;
    return head_pending;
  }

  /// Releases the hooks and listeners, and keeps the memory.
  void clear() noexcept {
    trace.reset();
    on_done.clear();
    head_sent = {};
    head_bytes = 0;
    head_pending = finished = false;
  }

  shared_handler<http::server_trace> trace;  // empty if only `on_done` observes
  runtime::event<http::exchange_facts const&> on_done;
  base::steady_time head_sent{};
  std::size_t head_bytes = 0;
  bool head_pending = false;  // `response_head` is still to be called
  bool finished = false;      // the facts were reported
};

}  // namespace anode::server
