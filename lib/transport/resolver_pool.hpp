// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/execution_context.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace anode::transport {

/// The arguments of one look-up.
struct resolver_query {
  std::string host;
  int family = 0;  ///< AF_INET, AF_INET6 or AF_UNSPEC
  int flags = 0;   ///< flags of getaddrinfo: AI_*
};

/// The resolver of one execution context. It runs look-ups in up to four threads.
///
/// `getaddrinfo` blocks and therefore needs threads. With several threads, a slow look-up does not
/// delay others. The pool starts threads on demand and joins them when the context is destroyed or
/// before a fork. The threads only call the resolver and post the result. All callbacks run on the
/// caller's executor.
///
/// **Node**: the four threads of libuv, which run `dns.lookup`.
class resolver_pool final : public net::execution_context::service {
public:
  using key_type = resolver_pool;
  static inline net::execution_context::id id;

  static constexpr std::size_t max_threads = 4;

  using addresses = std::vector<std::string>;

  /// A function that looks up a name and blocks until it returns the numeric addresses.
  using blocking_lookup = std::function<addresses(resolver_query const&, error_code&)>;

  using callback = std::function<void(error_code, addresses const&)>;

  /// One look-up. Cancelling it prevents the callback, but does not stop a running resolver call.
  class request {
  public:
    explicit request(net::any_io_executor const& ex, resolver_query query, callback done);

    /// Discards the callback and the work guard of the context. Call it on the executor.
    void cancel();

  private:
    friend resolver_pool;
    void complete();

    resolver_query const query_;
    net::any_io_executor const executor_;
    // Used on the executor only.
    callback done_;
    net::any_io_executor work_;  // keeps the context running; empty after `cancel`
    // Written by a thread of the pool before it posts the result.
    error_code error_;
    addresses found_;
  };

  explicit resolver_pool(net::execution_context& context);
  ~resolver_pool() override;

  /// Returns the pool of the executor's context.
  static resolver_pool& of(net::any_io_executor const& ex);

  /// Starts a look-up. `done` is called on `ex`, never from inside this function. If the context
  /// does not support posts from other threads, the error is `operation_not_supported`.
  std::shared_ptr<request> start(net::any_io_executor const& ex, resolver_query query,
                                 callback done);

  /// Cancels a look-up. Removes it from the queue if it has not started.
  void cancel(std::shared_ptr<request> const& r);

  /// Replaces the look-up function. For tests. Call it only while no look-up is running.
  void set_lookup(blocking_lookup f) { lookup_ = std::move(f); }

  /// Returns the number of running threads.
  std::size_t thread_count();

private:
  void shutdown() override;
  void notify_fork(net::execution_context::fork_event event) override;
  void start_thread();
  void join_threads();
  void run();

  bool const usable_;  // other threads may post to this context
  blocking_lookup lookup_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<request>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

/// Calls `getaddrinfo` and returns the numeric addresses.
resolver_pool::addresses system_lookup(resolver_query const& query, error_code& ec);

}  // namespace anode::transport
