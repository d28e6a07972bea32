// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/event.hpp"

#include <anode/cluster.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace anode::cluster {

/// A worker: an `io_context` with a server. One thread at a time uses it: the thread that makes the
/// cluster, then the worker's own.
class worker_impl {
public:
  worker_impl(unsigned id, http::cluster_options const& options);
  ~worker_impl() { end(); }
  worker_impl(worker_impl const&) = delete;
  worker_impl& operator=(worker_impl const&) = delete;

  unsigned id() const noexcept { return id_; }
  net::io_context& context() noexcept { return *context_; }
  net::any_io_executor const& executor() const noexcept { return executor_; }
  http::server& server() noexcept { return *server_; }
  http::worker& handle() noexcept { return handle_; }
  runtime::event<>& on_drain() noexcept { return on_drain_; }
  runtime::event<>& on_stop() noexcept { return on_stop_; }
  http::drain_result const& result() const noexcept { return result_; }

  /// Returns whether the worker still has its context.
  bool alive() const noexcept { return context_ != nullptr; }

  /// Drains the server. When all drains have ended, `on_stop` is emitted, and the context runs out
  /// of work. Called in the worker's thread.
  void drain(std::chrono::milliseconds grace);

  /// Stops the context as soon as all drains have ended. Called in the worker's thread.
  void stop_when_drained();

  /// Destroys the server and the listeners.
  void end_server();

  /// Gives up the context: the worker is not alive any more.
  std::unique_ptr<net::io_context> take_context() noexcept { return std::move(context_); }

  /// Destroys the server, then the context with everything that is pending there.
  void end();

private:
  void drained(unsigned number, http::drain_result const& of);
  void finish();
  void stop();

  unsigned id_;
  std::unique_ptr<net::io_context> context_;  // null after the end
  net::any_io_executor executor_;
  std::optional<net::executor_work_guard<net::io_context::executor_type>> work_;
  std::unique_ptr<http::server> server_;
  http::worker handle_;
  runtime::event<> on_drain_;
  runtime::event<> on_stop_;
  http::drain_result result_;
  std::size_t cut_by_later_drains_ = 0;
  unsigned drains_ = 0;  // begun
  unsigned draining_ = 0;
  bool drained_ = false;
  bool grace_over_ = false;
};

}  // namespace anode::cluster
