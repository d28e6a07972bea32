// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/timers.hpp"

#include <anode/client_request.hpp>
#include <anode/client_trace.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace anode::client {

class client_exchange;

/// The state of a client exchange that is traced, or has time limits for head or silence. Made for
/// the first such request of a `client_exchange`, and kept when the exchange is reused.
struct exchange_watch {
  /// Calls a function of the exchange when it expires.
  struct limit final : runtime::timer {
    client_exchange* of = nullptr;
    void (*call)(client_exchange& x) = nullptr;
    void expired() override { call(*of); }
  };

  std::shared_ptr<http::client_trace const>
      traces[2];  ///< of the agent, of the request; may be null
  std::uint64_t id = 0;
  runtime::protocol_time started{};
  std::chrono::nanoseconds idle{0};    ///< of the connection, before it was assigned
  http::information information;       ///< keeps its memory
  http::request_outcome outcome;       ///< of the complete response
  runtime::protocol_time last_byte{};  ///< the last byte in either direction
  limit head_limit;                    ///< `request_options::head_timeout`
  limit idle_limit;                    ///< `request_options::idle_timeout`
  bool first_byte = false;             ///< `first_byte` was called in this attempt
  bool settled = false;                ///< `finished` or `failed` was called

  /// Returns whether a trace has this hook.
  template <class Hook>
  bool has(Hook http::client_trace::* hook) const noexcept {
    for (auto const& t : traces) {
      if (t && (*t).*hook) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace anode::client
