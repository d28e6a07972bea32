// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "proxy/selection/upstream_selector.hpp"
#include "proxy/upstream/pool_member.hpp"

#include <anode/detail/context_timer.hpp>
#include <anode/proxy/upstream_pool.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::proxy {

/// The driver of an `upstream_selector`: reports events to it and performs its decisions. One timer
/// serves the queue, the trials and the checks.
///
/// Handles, leases, checks under way and posted events keep it. It owns the handlers that wait, and
/// these can own handles: `context_ended` and `close` break the cycle.
class upstream_pool_impl final : public anode::detail::counted,
                                 private anode::detail::context_timer {
public:
  upstream_pool_impl(http::agent by, upstream_pool_options const& options);

  /// Counts the handles. The last one closes the pool.
  void add_handle() noexcept { ++handles_; }
  void remove_handle() noexcept;

  net::any_io_executor const& executor() const noexcept { return executor_; }
  bool closed() const noexcept { return closed_; }

  void set(std::vector<upstream> upstreams);
  bool set_admin(std::string_view name, admin_state state);
  void acquire(tried_upstreams const& tried, acquire_handler done);
  lease try_acquire(tried_upstreams const& tried);
  bool retry_allowed() noexcept { return !closed_ && selector_.retry_allowed(now()); }
  pool_status snapshot() const;
  void on_event(anode::detail::function<void(pool_event const&)> f);

  // The ends of a lease.
  void responded(std::uint64_t ticket, int status, std::chrono::nanoseconds took,
                 std::chrono::seconds retry_after);
  void answered(std::uint64_t ticket, int status, std::chrono::nanoseconds took,
                std::chrono::seconds retry_after);
  void failed(std::uint64_t ticket, charge c, tried_upstreams& tried);
  void cancelled(std::uint64_t ticket);

private:
  using listener = anode::detail::function<void(pool_event const&)>;

  struct waiter {
    acquire_handler done;
    std::uint64_t ticket;
    time_point begun;
  };

  using time_point = selection::time_point;

  void expired() override;
  void context_ended() override;

  void close();
  void after_event();
  void perform(selection::selector_action const& action);
  void update_timer();
  std::optional<waiter> take_waiter(std::uint64_t ticket);
  void cancel_wait(std::uint64_t ticket);
  lease make_lease(std::uint32_t slot, std::uint64_t ticket, bool trial,
                   std::chrono::nanoseconds queued);
  static lease refusal(acquire_refusal why, std::chrono::milliseconds retry_after = {});
  void post_event(pool_event::kind what, std::uint32_t slot, bool up,
                  std::chrono::milliseconds until_trial);

  void start_check(std::uint32_t slot);
  static net::awaitable<void> check(anode::detail::ptr<upstream_pool_impl> self,
                                    anode::detail::ptr<pool_member> member, std::uint32_t slot);

  http::agent agent_;
  net::any_io_executor executor_;
  std::optional<upstream_check> check_;
  selection::upstream_selector selector_;
  std::vector<anode::detail::ptr<pool_member>> members_;  // by slot
  std::vector<std::optional<waiter>> waiters_;            // by the index in the ticket
  std::shared_ptr<listener> on_event_;
  time_point armed_for_ = time_point::max();
  std::size_t handles_ = 0;
  bool closed_ = false;  // the handles are gone, or the context
  bool ended_ = false;   // the context is gone, and its clock
};

}  // namespace anode::proxy
