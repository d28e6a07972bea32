// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/selection/decaying.hpp"

#include <anode/proxy/acquire_refusal.hpp>
#include <anode/proxy/admin_state.hpp>
#include <anode/proxy/tried_upstreams.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace anode::proxy::selection {

/// Identifies a request from its begin to its end; never 0.
using ticket_id = std::uint64_t;

/// An upstream as the program configures it.
struct upstream_spec {
  std::string_view name{};  ///< unique
  std::string_view host{};  ///< whose address is looked up
  unsigned weight = 1;
  std::size_t limit = std::numeric_limits<std::size_t>::max();  ///< of requests in progress
  admin_state admin = admin_state::in;
};

/// What became of a new request.
struct decision {
  enum class kind : std::uint8_t { assigned, waiting, refused };
  kind what = kind::refused;
  acquire_refusal refusal = acquire_refusal::none;  ///< of a refused one
  bool trial = false;                               ///< of an assigned one
  std::uint32_t slot = 0;                           ///< the upstream of an assigned one
  ticket_id ticket = 0;                             ///< not of a refused one
  std::chrono::milliseconds retry_after{0};         ///< of a refused one
};

/// What the driver has to do.
struct selector_action {
  enum class kind : std::uint8_t {
    assigned,    ///< a request that has waited gets an upstream
    refused,     ///< a request that has waited gets none; its ticket is over
    check,       ///< check the upstream, and call `checked`
    ejected,     ///< tell the operator
    returned,    ///< tell the operator
    all_out,     ///< tell the operator
    check_down,  ///< tell the operator
    check_up,    ///< tell the operator
  };
  kind what = kind::check;
  acquire_refusal refusal = acquire_refusal::none;
  bool trial = false;
  std::uint32_t slot = 0;
  ticket_id ticket = 0;
  std::chrono::milliseconds time{
      0};  ///< of a refusal: until a retry; of an ejection: until a trial
};

/// The state of one upstream.
struct upstream_entry {
  // What the program has configured.
  std::string name{};
  std::string host{};
  std::uint64_t id = 0;  // 0: the slot is free
  unsigned weight = 1;
  std::size_t limit = 0;
  admin_state admin = admin_state::in;
  bool gone = false;  // removed from the list; its requests still run

  // Judgement.
  bool ejected = false;
  unsigned back_off = 0;       // the exponent of the next ejection's time
  unsigned back_off_then = 0;  // before the last ejection or failed trial
  time_point due{};            // of the next trial
  time_point due_then{};       // before the last failed trial
  ticket_id trial = 0;         // the request that tries it
  std::uint32_t epoch = 0;     // changes with each ejection, failed trial and return
  failure_points points{};
  unsigned streak = 0;      // good responses in a row
  time_point good_since{};  // when it was added, or has returned

  // Load.
  std::size_t in_progress = 0;
  fading_load penalty{};
  bool ramping = false;  // since `good_since`
  std::uint64_t last_turn = 0;
  double credit = 0;  // of round_robin
  time_point paused_until{};

  // Checks.
  bool check_failed = false;
  bool checking = false;
  unsigned good_checks = 0;  // in a row
  unsigned bad_checks = 0;   // in a row
  time_point next_check = time_point::max();

  // Counts.
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t ejections = 0;

  bool usable() const noexcept {
    return id != 0 && !gone && admin == admin_state::in && !check_failed;
  }
  bool has_room() const noexcept { return in_progress < limit; }
};

/// The state of one request.
struct ticket_entry {
  enum class kind : std::uint8_t { free, waiting, running };
  kind state = kind::free;
  bool responded = false;
  bool trial = false;
  bool failed_status = false;  // 5xx: its slot stays occupied for a while
  std::uint32_t generation = 0;
  std::uint32_t slot = 0;
  std::uint32_t epoch = 0;  // of the upstream when it was assigned

  // While it waits.
  std::uint32_t previous = 0;
  std::uint32_t next = 0;
  std::uint64_t number = 0;
  time_point deadline{};
  tried_upstreams tried{};
};

}  // namespace anode::proxy::selection
