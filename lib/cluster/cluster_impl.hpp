// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "cluster/worker_impl.hpp"
#include "transport/listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace anode::cluster {

/// The state behind an `http::cluster`: its workers, and an event loop that `run` runs in the
/// calling thread. That loop handles signals and deadlines; it never calls the program.
class cluster_impl {
public:
  cluster_impl(http::cluster_options options, detail::function<void(http::worker&)> setup);
  ~cluster_impl();

  std::size_t size() const noexcept { return workers_.size(); }
  void listen(http::listen_options const& options);
  endpoint const& address() const noexcept { return address_; }
  http::drain_result run();

  // In any thread.

  void drain(std::chrono::milliseconds grace);
  std::chrono::milliseconds grace() const noexcept { return options_.grace; }
  void for_each_worker(std::function<void(http::worker&)> const& f);

private:
  void listen_each(http::listen_options options);
  void listen_shared(http::listen_options options);
  void require_free(transport::listen_target const& target);
  void remove_socket_file() noexcept;

  void start_threads(std::vector<std::thread>& threads, std::shared_future<bool> const& start);
  void run_worker(worker_impl& w, std::promise<void> ready, std::shared_future<bool> const& start);
  bool survives(worker_impl& w, std::exception_ptr e);
  void end_worker(worker_impl& w);
  void fail(std::exception_ptr e);

  // In the loop of `run`.

  void wait_for_signal(net::signal_set& signals);
  void begin_drain(std::chrono::milliseconds grace);

  template <class F>
  void post_to_workers(F const& f);

  http::cluster_options options_;
  detail::function<void(http::worker&)> setup_;
  endpoint address_;
  std::string socket_file_;  // of a Unix socket that the workers share
  net::io_context control_{1};
  net::steady_timer grace_over_{control_};
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool signalled_ = false;
  std::size_t running_ = 0;  // threads that have not ended
  std::atomic<bool> started_ = false;
  std::mutex mutex_;            // for the ends of the workers' contexts, and `failure_`
  std::exception_ptr failure_;  // the first exception that ends the cluster
  std::vector<std::unique_ptr<worker_impl>> workers_;
};

}  // namespace anode::cluster
