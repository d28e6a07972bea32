// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The servers behind a proxy: which one gets a request, and which ones work. Needs the library
/// `anode-proxy`.
///
/// ```cpp
/// proxy::upstream_pool pool(http::agent(ex, {.keep_alive = true}));
/// pool.set({proxy::upstream("http://10.0.0.1:8080"), proxy::upstream("http://10.0.0.2:8080")});
///
/// proxy::tried_upstreams tried;
/// proxy::lease at = co_await pool.acquire(tried, net::use_awaitable);
/// if (!at) {
///   co_return refuse(res, 503, to_string(at.refusal()));
/// }
/// http::client_request out = at.agent().request(at.target(), "GET", path);
/// // ... the response has arrived:
/// at.answered(response.status_code(), took);
/// ```

#include <anode/agent.hpp>
#include <anode/detail/counted.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/proxy/acquire_refusal.hpp>
#include <anode/proxy/pool_options.hpp>
#include <anode/proxy/tried_upstreams.hpp>
#include <anode/proxy/upstream.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace anode::proxy {

namespace net = boost::asio;
using boost::system::error_code;

class upstream_pool_impl;
class pool_member;

/// The right to send one request to an upstream.
///
/// A lease ends once: by `answered`, `failed` or `cancel`, or by its destructor as by `cancel`.
/// Later calls have no effect. Until then the request counts as in progress, also while a tunnel or
/// an upgraded connection is open. A request that is sent again to the same upstream keeps its
/// lease.
///
/// A lease can outlive its pool; it then ends without effect. On a lease without an upstream,
/// `name` is empty, the functions that end it have no effect, and `target` and `agent` throw
/// `http::exception` with `error::invalid_this`.
///
/// **Concurrency**: on the executor of the pool.
class ANODE_EXPORT lease {
public:
  /// Makes a lease without an upstream, whose refusal is `cancelled`.
  lease() noexcept;

  /// Moves the lease; the other one has ended.
  lease(lease&& other) noexcept;

  /// Ends this lease as the destructor does, and moves the other one.
  lease& operator=(lease&& other) noexcept;

  /// Ends the lease as `cancel` does, unless it has ended.
  ~lease();

  /// Returns whether there is an upstream. It stays so after the end of the lease.
  explicit operator bool() const noexcept { return member_ != nullptr; }

  /// Returns why there is no upstream.
  acquire_refusal refusal() const noexcept { return refusal_; }

  /// Returns when a new attempt makes sense, for Retry-After; 0: unknown.
  std::chrono::milliseconds retry_after() const noexcept { return retry_after_; }

  /// Returns the name of the upstream.
  std::string_view name() const noexcept;

  /// Returns the identity of the upstream, which another one never gets; 0: none.
  std::uint64_t id() const noexcept;

  /// Returns the target of the upstream: protocol, host, port, and the path that precedes the
  /// request's. Valid as long as the lease.
  http::request_options const& target() const;

  /// Returns the agent of the upstream. Valid as long as the lease.
  http::agent& agent() const;

  /// Returns the version of the PROXY header that the upstream expects; 0: none.
  unsigned send_proxy() const noexcept;

  /// Returns how long the request has waited for the upstream.
  std::chrono::nanoseconds queued() const noexcept { return queued_; }

  /// Returns whether the upstream is ejected, and this request finds out whether it works again. If
  /// the trial fails, let the request use another upstream without `retry_allowed`: the pool has
  /// chosen the trial, and there is one at a time.
  bool trial() const noexcept { return trial_; }

  /// Reports the head of the final response, and keeps the lease. Call it when the rest can take
  /// long, for example before a body, and for 101: an ejected upstream returns at once. The first
  /// call counts.
  /// @param status its status.
  /// @param took from the first byte of the request until the head.
  /// @param retry_after the value of Retry-After of a 503. Up to 10 s, the upstream then gets no
  ///   request if there is another one.
  void responded(int status, std::chrono::nanoseconds took,
                 std::chrono::seconds retry_after = {}) noexcept;

  /// Ends the lease of a complete exchange. Reports the head if `responded` has not.
  void answered(int status, std::chrono::nanoseconds took,
                std::chrono::seconds retry_after = {}) noexcept;

  /// Ends the lease of an exchange that has failed, and adds the upstream to `tried`.
  /// @param c what the failure says about the upstream.
  /// @param tried that of the request.
  void failed(charge c, tried_upstreams& tried) noexcept;

  /// Ends the lease, and says nothing about the upstream.
  void cancel() noexcept;

private:
  friend class upstream_pool;
  friend class upstream_pool_impl;

  anode::detail::ptr<upstream_pool_impl> pool_;  // null: ended
  anode::detail::ptr<pool_member> member_;
  std::uint64_t ticket_ = 0;
  std::chrono::nanoseconds queued_{0};
  std::chrono::milliseconds retry_after_{0};
  acquire_refusal refusal_ = acquire_refusal::cancelled;
  bool trial_ = false;
};

/// The state of an upstream in a snapshot.
struct upstream_status {
  std::string name{};                       ///< its name
  unsigned weight = 1;                      ///< its configured weight
  double effective_weight = 1;              ///< less than `weight` in a slow start
  admin_state admin = admin_state::in;      ///< what the operator wants
  bool ejected = false;                     ///< it gets only trials
  bool check_failed = false;                ///< checks have taken it out
  std::size_t in_progress = 0;              ///< requests in progress
  double points = 0;                        ///< its charges now
  unsigned back_off = 0;                    ///< how often the time of an ejection was doubled
  std::chrono::milliseconds returns_in{0};  ///< until the next trial, of an ejected one
  std::uint64_t requests = 0;               ///< all requests
  std::uint64_t answered = 0;               ///< those with a response
  std::uint64_t failed = 0;                 ///< those that have charged it
  std::uint64_t ejections = 0;              ///< how often it was ejected
};

/// The state of a pool.
struct pool_status {
  std::vector<upstream_status> upstreams{};  ///< in the order of the list
  std::size_t queued = 0;                    ///< requests that wait
  std::uint64_t refused = 0;                 ///< requests that got no upstream, cancelled ones not
  std::uint64_t retries = 0;                 ///< retries that the budget has allowed
  std::uint64_t retries_denied = 0;          ///< retries that the budget has denied
};

/// A change that an operator may want to know.
struct pool_event {
  /// What has changed.
  enum class kind : std::uint8_t {
    ejected,   ///< the upstream has too many points and gets only trials
    returned,  ///< the ejected upstream works again
    all_out,   ///< the last upstream is out
    check,     ///< checks have taken the upstream out, or brought it in: see `up`
  };
  kind what = kind::ejected;                 ///< what has changed
  std::string_view name{};                   ///< the upstream; valid during the call
  bool up = false;                           ///< whether the upstream gets requests
  std::chrono::milliseconds until_trial{0};  ///< of `ejected`: until the first trial
};

/// A type-erased completion handler for `(error_code, lease)`; a part of `upstream_pool::acquire`.
class acquire_handler {
public:
  /// Stores a handler.
  /// @param ex the executor of the pool; may be empty.
  template <class Handler>
  acquire_handler(Handler handler, net::any_io_executor const& ex)
      : slot_(net::get_associated_cancellation_slot(handler)),
        call_(std::make_unique<call<Handler>>(std::move(handler), ex)) {}

  /// Returns the cancellation slot of the handler.
  net::cancellation_slot slot() const noexcept { return slot_; }

  /// Completes through the executor of the pool, and then that of the handler.
  void operator()(error_code ec, lease result) && {
    std::unique_ptr<base> const c = std::move(call_);
    c->complete(ec, std::move(result));
  }

private:
  struct base {
    virtual ~base() = default;
    virtual void complete(error_code ec, lease result) = 0;
  };

  template <class Handler>
  struct call final : base {
    call(Handler h, net::any_io_executor const& ex)
        : handler(std::move(h)),
          own(executor_of(handler, ex)),
          work(net::get_associated_executor(handler, own.get_executor())) {}

    // An empty handle has no executor. Its operations complete on the executor of the handler.
    static net::any_io_executor executor_of(Handler const& h, net::any_io_executor const& ex) {
      if (ex) {
        return ex;
      }
      using executor = net::associated_executor_t<Handler, net::system_executor>;
      if constexpr (std::is_convertible_v<executor, net::any_io_executor>) {
        return net::get_associated_executor(h, net::system_executor());
      } else {
        return net::system_executor();
      }
    }

    void complete(error_code ec, lease result) override {
      net::post(own.get_executor(), [h = std::move(handler), w = std::move(work), ec,
                                     l = std::move(result)]() mutable {
        net::dispatch(w.get_executor(), [f = std::move(h), ec, r = std::move(l)]() mutable {
          std::move(f)(ec, std::move(r));
        });
      });
    }

    Handler handler;
    net::executor_work_guard<net::any_io_executor> own;
    net::executor_work_guard<net::associated_executor_t<Handler, net::any_io_executor>> work;
  };

  net::cancellation_slot slot_;
  std::unique_ptr<base> call_;
};

/// Chooses an upstream for each request, lets requests wait while all are busy, and takes upstreams
/// out that fail; see docs/proxy.md for the rules.
///
/// The object is a handle: copies refer to the same pool. When the last handle is destroyed,
/// waiting requests are refused with `closed` and checks end; leases stay valid. A pool keeps the
/// context's `run` busy only while requests wait, and as long as it has checks.
///
/// On an empty handle (moved from), `set` and `get_executor` throw `http::exception` with
/// `error::invalid_this`; all other functions act as on a closed pool.
///
/// **Concurrency**: on its executor, that of the agent, which must run on one thread at a time.
class ANODE_EXPORT upstream_pool {
public:
  /// The type of the executor.
  using executor_type = net::any_io_executor;

  /// Makes a pool without upstreams.
  /// @param by the agent of all upstreams without one of their own. Let it keep connections
  ///   (`keep_alive`) and set its `connect_timeout`; its `max_sockets` has no limit, because the
  ///   pool limits requests itself.
  /// @throws http::exception with `error::invalid_this` if `by` is empty, and with
  ///   `error::out_of_range` if a time of the options is negative, or the interval of a check less
  ///   than 10 ms.
  explicit upstream_pool(http::agent by, upstream_pool_options options = {});

  /// Makes another handle to the same pool.
  upstream_pool(upstream_pool const& other) noexcept;

  /// Moves the handle; the other one becomes empty.
  upstream_pool(upstream_pool&& other) noexcept;

  /// Refers to the pool of the other handle.
  upstream_pool& operator=(upstream_pool other) noexcept;

  /// Releases the handle. The last one closes the pool.
  ~upstream_pool();

  /// Returns the executor.
  executor_type get_executor() const;

  /// Replaces the upstreams. Those with the same name keep their state and requests; leases of
  /// removed ones stay valid. New ones start slowly, unless the pool was empty.
  /// @throws http::exception with `error::invalid_arg_value` if two names are equal, and with
  ///   `error::invalid_this` if the agent of an upstream is an empty handle; nothing changes then.
  void set(std::vector<upstream> upstreams);

  /// Sets what the operator wants of an upstream, until `set` replaces it.
  /// @return whether there is such an upstream.
  bool set_admin(std::string_view name, admin_state state);

  /// Waits for an upstream. Completes with `(error_code, lease)`: with `operation_aborted` after a
  /// cancellation, otherwise without an error. Check the lease: it has no upstream if the request
  /// is refused.
  /// @param tried the upstreams that this request has tried; they are excluded. It is copied.
  /// @param token a completion token, for example `net::use_awaitable`.
  /// **Cancellation** (terminal, partial, total): ends the wait at once, and frees the place in the
  /// queue.
  template <class Token>
  auto acquire(tried_upstreams const& tried, Token&& token) {
    return net::async_initiate<Token, void(error_code, lease)>(
        [self = *this](auto handler, tried_upstreams const& t) {
          self.start(t, acquire_handler(std::move(handler), self.own_executor()));
        },
        token, tried);
  }

  /// Waits for an upstream, for the first attempt of a request.
  template <class Token>
  auto acquire(Token&& token) {
    return acquire(tried_upstreams(), std::forward<Token>(token));
  }

  /// Returns a lease at once. Use it before `acquire`, which costs more. The refusal `would_wait`
  /// means that `acquire` would wait; nothing is counted then.
  lease try_acquire(tried_upstreams const& tried = {});

  /// Returns whether a retry is within the budget, and counts it. Call it before each retry of a
  /// request of which something was sent.
  bool retry_allowed() noexcept;

  /// Returns the state of the pool.
  pool_status snapshot() const;

  /// Sets the function that is called after a change. It runs on the executor, from a posted
  /// handler, and may do anything. An exception leaves the context's `run`. A handle of this pool
  /// that it owns keeps the pool open until the end of the context.
  void on_event(anode::detail::function<void(pool_event const&)> f);

private:
  net::any_io_executor own_executor() const noexcept;  // empty on an empty handle
  void start(tried_upstreams const& tried, acquire_handler done) const;

  anode::detail::ptr<upstream_pool_impl> impl_;
};

}  // namespace anode::proxy
