// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/selection/retry_budget.hpp"
#include "proxy/selection/upstream_entry.hpp"
#include "proxy/selection/weighted_sample.hpp"

#include <anode/proxy/pool_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace anode::proxy::selection {

/// Decides which upstream gets a request, which requests wait, and which upstreams are out.
///
/// It does nothing itself: the driver reports events with their times, performs the decisions, and
/// calls `next_action` after each event until it returns false. Times never go back. Equal seeds
/// and events give equal decisions.
///
/// Cost of an event: O(1) with `least_requests` and more than three upstreams, as long as most of
/// them have room; otherwise O(upstreams). `set`, an ejection, a return and a check are
/// O(upstreams). While requests with exclusions wait, each release of an upstream also visits
/// these. In the steady state nothing allocates.
class upstream_selector {
public:
  upstream_selector(upstream_pool_options const& options, std::uint64_t seed);

  /// Replaces the upstreams. Those with the same name keep their state; the requests of removed
  /// ones continue, and count again if the name comes back.
  void set(std::span<upstream_spec const> upstreams, time_point now);

  /// Returns the slots of the upstreams, in the order of the list.
  std::span<std::uint32_t const> slots() const noexcept { return list_; }

  /// Returns the upstream in a slot.
  upstream_entry const& operator[](std::uint32_t slot) const noexcept { return entries_[slot]; }

  void set_admin(std::uint32_t slot, admin_state state, time_point now);

  /// Begins a request, or the next attempt of one.
  /// @param tried the upstreams that it has tried
  /// @param may_wait whether it can wait; otherwise it is refused with `would_wait`
  decision request(time_point now, tried_upstreams const& tried, bool may_wait = true);

  /// The head of a response has arrived. The first call for a ticket counts.
  /// @param retry_after how long the upstream wants no request, of a 503
  void responded(ticket_id t, time_point now, std::chrono::nanoseconds took, int status,
                 std::chrono::seconds retry_after = {});

  /// Ends a request that has got a response.
  void answered(ticket_id t, time_point now, std::chrono::nanoseconds took, int status,
                std::chrono::seconds retry_after = {});

  /// Ends a request that has failed, and adds its upstream to `tried`.
  void failed(ticket_id t, time_point now, charge c, tried_upstreams& tried);

  /// Ends a request, which may still wait.
  void cancelled(ticket_id t, time_point now);

  /// A check has ended. Has no effect if the slot has another upstream by now.
  void checked(std::uint32_t slot, std::uint64_t id, time_point now, bool good);

  /// Returns whether a retry is within the budget, and counts it.
  bool retry_allowed(time_point now) noexcept;

  /// Returns when to call `expire` next; `time_point::max()`: never.
  time_point next_deadline() const;

  /// Refuses the requests that have waited too long, begins the checks that are due, and assigns
  /// trials that are due to waiting requests.
  void expire(time_point now);

  /// Refuses all waiting requests.
  void close();

  /// Returns the next action.
  /// @return false if there is none.
  bool next_action(selector_action& action);

  /// Returns the weight with which an upstream is chosen: less than the configured one in a slow
  /// start.
  double effective_weight(upstream_entry const& e, time_point now) const;

  std::size_t waiting() const noexcept { return waiting_; }
  std::uint64_t refused() const noexcept { return refused_; }
  std::uint64_t retries() const noexcept { return retries_; }
  std::uint64_t retries_denied() const noexcept { return retries_denied_; }

  /// Returns the number of upstreams that were looked at, for tests of the cost.
  std::uint64_t steps() const noexcept { return steps_; }

private:
  static constexpr std::uint32_t none = 0xffffffff;

  // The first and last of waiting requests, in the order of their arrival.
  struct queue {
    std::uint32_t first = none;
    std::uint32_t last = none;
  };

  // What can be done with a request now.
  struct choice {
    decision::kind what = decision::kind::refused;
    acquire_refusal refusal = acquire_refusal::none;
    bool trial = false;
    std::uint32_t slot = none;
  };

  // Upstreams (upstream_selector.cpp).
  std::uint32_t find(std::string_view name) const noexcept;
  std::uint32_t add(upstream_spec const& spec, time_point now);
  void rebuild();
  void free_slot(std::uint32_t slot) noexcept;
  void members_changed(time_point now);

  // Choice (choice.cpp).
  choice choose(tried_upstreams const& tried, time_point now);
  choice choose_without_room(tried_upstreams const& tried) const;
  std::uint32_t pick(tried_upstreams const& tried, time_point now);
  std::uint32_t pick_of_all(tried_upstreams const& tried, time_point now, bool paused);
  std::uint32_t pick_of_two(tried_upstreams const& tried, time_point now);
  std::uint32_t pick_by_turn(tried_upstreams const& tried, time_point now, bool paused);
  std::uint32_t trial_for(tried_upstreams const& tried) const noexcept;
  bool is_open(upstream_entry const& e, tried_upstreams const& tried, time_point now, bool paused);
  bool is_better(std::uint32_t a, std::uint32_t b, time_point now) const;

  // Tickets and the queue (tickets.cpp).
  ticket_entry* running(ticket_id t) noexcept;
  ticket_id id_of(std::uint32_t index) const noexcept;
  std::uint32_t new_ticket();
  void free_ticket(std::uint32_t index) noexcept;
  void assign(std::uint32_t index, choice const& c, time_point now);
  void release(ticket_id t, time_point now);
  void enqueue(std::uint32_t index, time_point now);
  void dequeue(std::uint32_t index) noexcept;
  queue& queue_of(ticket_entry const& t) noexcept { return t.tried.empty() ? plain_ : excluding_; }
  void refuse(std::uint32_t index, acquire_refusal why, time_point now);
  void refuse_late(time_point now);
  void serve(time_point now);
  std::chrono::milliseconds retry_after(acquire_refusal why, time_point now) const;

  // Judgement (judgement.cpp).
  void add_points(std::uint32_t slot, double points, time_point now);
  bool may_eject(upstream_entry const& e) const noexcept;
  void eject(std::uint32_t slot, time_point now);
  void fail_trial(upstream_entry& e, time_point now);
  void let_in(std::uint32_t slot, time_point now);
  void withdraw(std::uint64_t id, std::uint32_t epoch, std::uint32_t halvings, double points,
                bool trial, time_point now);
  bool withdraw_suspects(tried_upstreams& tried, time_point now);
  bool is_failure_of_resolver(upstream_entry const& e, time_point now);
  std::chrono::nanoseconds back_off_time(unsigned exponent);
  void update_next_trial() noexcept;
  bool is_ejection_bounded() const noexcept;
  void keep_bounds(time_point now);
  void note_all_out(time_point now);

  // Checks (checks.cpp).
  void begin_checks(upstream_entry& e, time_point now);
  void update_next_check() noexcept;
  void start_due_checks(time_point now);

  void act(selector_action::kind what, std::uint32_t slot, std::chrono::milliseconds time = {});

  upstream_pool_options options_;
  random_numbers random_;
  retry_budget budget_;
  running_median answer_time_;

  std::vector<upstream_entry> entries_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> list_;    // in the order of the program
  std::vector<std::uint32_t> active_;  // the same slots, sorted: shuffled lists decide equally
  weighted_sample sample_;             // of `active_`
  std::uint64_t last_id_ = 0;
  std::uint64_t turn_ = 0;
  time_point next_trial_ = time_point::max();  // the earliest without a running trial
  time_point served_ = time_point::min();      // when `serve` was called last
  time_point next_check_ = time_point::max();  // the earliest
  bool all_out_ = false;

  std::vector<ticket_entry> tickets_;
  std::vector<std::uint32_t> free_tickets_;
  queue plain_;      // of requests without exclusions
  queue excluding_;  // of the others
  std::size_t waiting_ = 0;
  std::uint64_t last_number_ = 0;

  // The last look-up that failed.
  struct {
    std::uint64_t id = 0;
    std::uint32_t epoch = 0;
    std::uint32_t halvings = 0;
    double points = 0;
    bool trial = false;
    time_point when{};
    std::string host{};
  } lookup_;

  std::vector<selector_action> actions_;
  std::size_t next_action_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t retries_ = 0;
  std::uint64_t retries_denied_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace anode::proxy::selection
