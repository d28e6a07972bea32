// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/server.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace anode::cluster {
class cluster_impl;
class worker_impl;
}  // namespace anode::cluster

namespace anode::http {

/// One thread of a `cluster`, with its event loop and its server.
///
/// The object is valid until its thread ends. Use it in its thread only, that is, in the setup
/// function, in handlers and timers of the worker, and in functions of `cluster::for_each_worker`.
///
/// **Node**: `cluster.worker`, which is a process.
class ANODE_EXPORT worker {
public:
  using executor_type = net::any_io_executor;  ///< the type of `get_executor`

  worker(worker const&) = delete;
  worker& operator=(worker const&) = delete;

  /// Returns the number of the worker: 0 to `cluster::threads() - 1`.
  /// **Node**: `worker.id`, which starts at 1.
  unsigned id() const noexcept;

  /// Returns the executor of the worker. Its `io_context` is run by the worker's thread only.
  executor_type get_executor() const;

  /// Returns the server of the worker.
  http::server& server() const noexcept;

  /// Adds a listener, called when a drain begins and before the server stops listening. End
  /// endless responses here, such as event streams. If the drain has begun already, the listener is
  /// not called.
  worker& on_drain(anode::detail::function<void()> f);

  /// Adds a listener, called when the server is drained. Cancel timers and close agents here: the
  /// thread ends when its `io_context` has no more work, or when the grace period is over.
  /// **Node**: event 'disconnect' of a worker.
  worker& on_stop(anode::detail::function<void()> f);

private:
  friend class anode::cluster::worker_impl;
  explicit worker(anode::cluster::worker_impl& impl) noexcept : impl_(&impl) {}

  anode::cluster::worker_impl* impl_;
};

/// The options of a `cluster`.
struct cluster_options {
  /// Number of threads; 0: one for each processor that the process may use.
  unsigned threads = 0;
  /// The options of each worker's server. Functions in it are called in several threads.
  server_options server{};
  /// Makes the server of a worker, for example an `https::server`; if set, `server` is ignored.
  /// Called for each worker by the constructor of the cluster. The server must use the given
  /// executor.
  std::function<std::unique_ptr<http::server>(net::any_io_executor)> make_server{};
  /// Maximum time of a drain, at least 1 ms, see `cluster::drain`.
  std::chrono::milliseconds grace{30'000};
  /// The signals that `cluster::run` handles; empty: none. The first one drains, the second one
  /// closes all connections at once, and the third one has its default effect again.
  std::vector<int> signals{SIGINT, SIGTERM};
  /// Called in a worker's thread with each exception that leaves its `io_context::run`, such as the
  /// exception of a listener; the worker continues afterwards. Unset, or if it throws: all workers
  /// stop, and `cluster::run` throws the first exception.
  /// **Node**: `process.on('uncaughtException')`.
  std::function<void(worker&, std::exception_ptr)> uncaught_exception{};
};

/// Several servers on one port, each in a thread with its own event loop.
///
///     http::cluster cluster({.threads = 4}, [](http::worker& w) {
///       auto cache = std::make_shared<page_cache>();  // the state of this thread
///       w.server().on_request([cache](http::incoming_message& req, http::server_response& res) {
///         res.end(cache->page(req.url()));
///       });
///     });
///     cluster.listen(8000);
///     cluster.run();  // until a signal and its drain
///
/// The threads share nothing: each has handlers, state, connections and agents of its own, without
/// locks. A connection stays in its thread. The system distributes connections (`SO_REUSEPORT`);
/// for Unix sockets, and on systems without that option, each worker accepts from one shared
/// socket.
///
/// **Concurrency**: `drain`, `close`, `for_each_worker`, `address` and `threads` may be called in
/// any thread, but not in a signal handler. Call the other functions in one thread.
/// **Node**: the module `cluster`, with threads instead of processes.
class ANODE_EXPORT cluster {
public:
  /// Makes a cluster with default options.
  explicit cluster(anode::detail::function<void(worker&)> setup);

  /// Makes a cluster. With g++ 12, write `options` in braces only outside of `co_await`
  /// expressions.
  /// @param setup called once in the thread of each worker, in the order of their ids and never for
  ///   two workers at the same time. Sets the handlers of the worker's server, and makes its state.
  ///   No connection is accepted before all calls have returned.
  /// @throws exception with `error::invalid_arg_value` if `make_server` returns null or a server of
  ///   another executor, and as the constructor of `server`.
  cluster(cluster_options options, anode::detail::function<void(worker&)> setup);

  cluster(cluster const&) = delete;
  cluster& operator=(cluster const&) = delete;

  /// Destroys the servers. Must not be called while `run` runs.
  ~cluster();

  /// Returns the number of workers.
  unsigned threads() const noexcept;

  /// Listens on a TCP port with all workers. Call it before `run`.
  /// @param port 0: any free port, the same for all workers.
  /// @param host an IP address or "localhost"; empty: all addresses, IPv6 and IPv4.
  /// @param backlog maximum number of connections that wait to be accepted, of each worker.
  /// @throws exception with the system's error, for example `EADDRINUSE`; then no worker listens.
  ///   With `error::server_already_listen` for a second call, and with `error::invalid_state` after
  ///   `run` has started.
  cluster& listen(std::uint16_t port, std::string host = {}, int backlog = 511);

  /// Listens at the address in `options`. With g++ 12, write them in braces only outside of
  /// `co_await` expressions. With `reuse_port` the port may also be shared with other
  /// processes; without it, a port on which another one listens is an error.
  /// @throws exception as the other overload.
  cluster& listen(listen_options const& options);

  /// Returns the address at which the workers listen; empty before `listen`.
  endpoint address() const;

  /// Starts the threads and blocks until a drain has ended. Handles the signals of the options
  /// meanwhile. All threads have ended when it returns. Destroys the servers and everything that
  /// belongs to them, each in its thread.
  /// @return the sums of all workers.
  /// @throws exception with `error::invalid_state` for a second call. Throws an exception of
  ///   `setup`, of a thread that cannot be started, or of a worker (see `uncaught_exception`).
  drain_result run();

  /// Drains all workers as `server::drain` does, then ends their threads. Returns at once; `run`
  /// returns when the drain has ended. Before `run`, the drain starts with it. A further call has
  /// an effect only if it ends the drain earlier.
  /// @param grace maximum time, at least 1 ms, until the remaining connections are closed and
  ///   remaining work of the threads is discarded.
  void drain(std::chrono::milliseconds grace);

  /// Drains with `cluster_options::grace`.
  void drain();

  /// Closes all connections at once and ends the threads: a drain without a grace period.
  void close();

  /// Calls a copy of `f` in the thread of each worker. Returns at once. Before `run`, the calls
  /// follow those of the setup function. A thread that has ended makes no call.
  void for_each_worker(std::function<void(worker&)> const& f);

private:
  std::unique_ptr<anode::cluster::cluster_impl> impl_;
};

}  // namespace anode::http
