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

/// What to ask the system's resolver.
struct resolver_query {
  std::string host;
  int family = 0;  ///< AF_INET, AF_INET6 or AF_UNSPEC
  int flags = 0;   ///< of getaddrinfo: AI_*
};

/// The system's resolver for one execution context: name look-ups that run in up to four threads.
///
/// `getaddrinfo` blocks, so it needs threads; with several of them a slow name does not delay the
/// others. The threads are started when they are needed and joined when the context ends. They do
/// nothing but look up and post the result: all callbacks run on the executor of the caller.
/// **Node**: the four threads of libuv, which serve `dns.lookup`.
class resolver_pool final : public net::execution_context::service {
public:
  using key_type = resolver_pool;
  static inline net::execution_context::id id;

  static constexpr std::size_t max_threads = 4;

  using addresses = std::vector<std::string>;

  /// Looks a name up and blocks meanwhile. Returns numeric addresses.
  using blocking_lookup = std::function<addresses(resolver_query const&, error_code&)>;

  using callback = std::function<void(error_code, addresses const&)>;

  /// One look-up. Destroying or cancelling it does not stop the resolver, only the callback.
  class request {
  public:
    explicit request(net::any_io_executor const& ex, resolver_query query, callback done);

    /// Forgets the callback and stops keeping the context busy. Called on the executor.
    void cancel();

  private:
    friend resolver_pool;
    void complete();

    resolver_query const query_;
    net::any_io_executor const executor_;
    // Only the executor's thread uses these.
    callback done_;
    net::any_io_executor work_;  // keeps the context busy; empty after `cancel`
    // Written by a thread of the pool before it posts.
    error_code error_;
    addresses found_;
  };

  explicit resolver_pool(net::execution_context& context);
  ~resolver_pool() override;

  /// Returns the pool of an executor's context.
  static resolver_pool& of(net::any_io_executor const& ex);

  /// Starts a look-up. `done` is called on `ex`, never from inside this function.
  std::shared_ptr<request> start(net::any_io_executor const& ex, resolver_query query,
                                 callback done);

  /// Cancels a look-up. One that has not begun is taken out of the queue.
  void cancel(std::shared_ptr<request> const& r);

  /// Replaces the function that looks names up, for tests. Call it while no look-up runs.
  void set_lookup(blocking_lookup f) { lookup_ = std::move(f); }

  /// Returns how many threads have been started.
  std::size_t thread_count();

private:
  void shutdown() override;
  void notify_fork(net::execution_context::fork_event event) override;
  void start_thread();
  void join_threads();
  void run();

  bool const usable_;  // threads may post to this context
  blocking_lookup lookup_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<request>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

/// Asks `getaddrinfo`.
resolver_pool::addresses system_lookup(resolver_query const& query, error_code& ec);

}  // namespace anode::transport
