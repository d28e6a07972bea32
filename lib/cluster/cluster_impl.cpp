// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "cluster/cluster_impl.hpp"

#include "server/listen_target.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>

#ifdef __linux__
#include <sched.h>
#endif

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <thread>
#include <utility>

namespace anode::cluster {
namespace {

// The longest grace period, 100 years. A longer one would overflow the clock.
constexpr std::chrono::milliseconds longest_grace = std::chrono::hours(24 * 365 * 100);

// Returns the number of processors that this process may use.
unsigned available_processors() noexcept {
#ifdef __linux__
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&allowed)));
  }
#endif
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

cluster_impl::cluster_impl(http::cluster_options options,
                           detail::function<void(http::worker&)> setup)
    : options_(std::move(options)), setup_(std::move(setup)) {
  unsigned const threads = options_.threads != 0 ? options_.threads : available_processors();
  for (unsigned id = 0; id != threads; ++id) {
    workers_.push_back(std::make_unique<worker_impl>(id, options_));
  }
}

cluster_impl::~cluster_impl() { remove_socket_file(); }

// Listening.

void cluster_impl::listen(http::listen_options const& options) {
  if (started_) {
    throw http::exception(http::error::invalid_state, "The cluster has been started");
  }
  worker_impl& first = *workers_.front();
  if (workers_.size() == 1 || first.server().listening()) {
    first.server().listen(options);
    address_ = first.server().address();
    return;
  }
  transport::listen_target const target = server::listen_target_of(options);
  if (options.descriptor != no_native_handle || !target.path.empty()) {
    listen_shared(options);
    return;
  }
  require_free(target);
  try {
    listen_each(options);
  } catch (boost::system::system_error const& e) {
    if (e.code() != net::error::operation_not_supported) {
      throw;
    }
    listen_shared(options);  // the system distributes no connections
  }
}

// Sockets of one port share it with sockets of other processes too, unless this is checked.
void cluster_impl::require_free(transport::listen_target const& target) {
  if (target.port != 0 && !target.reuse_port) {
    error_code ec;
    transport::check_free(workers_.front()->executor(), target, ec);
    if (ec) {
      transport::throw_listen_error(ec, target);
    }
  }
}

void cluster_impl::listen_each(http::listen_options options) {
  options.reuse_port = true;
  std::size_t listening = 0;
  try {
    for (auto const& w : workers_) {
      w->server().listen(options);
      ++listening;
      address_ = w->server().address();
      options.port = address_.port;  // with port 0, all workers use the port of the first one
    }
  } catch (...) {
    address_ = {};
    for (std::size_t i = 0; i != listening; ++i) {
      workers_[i]->server().close();
    }
    throw;
  }
}

void cluster_impl::listen_shared(http::listen_options options) {
  transport::listen_target const target = server::listen_target_of(options);
  bool const inherited = options.descriptor != no_native_handle;
  std::size_t const count = workers_.size();
  error_code ec;
  std::vector<native_handle_type> const descriptors =
      inherited ? transport::duplicate(options.descriptor, count, ec)
                : transport::open_shared(workers_.front()->executor(), target, count, ec);
  if (ec) {
    transport::throw_listen_error(ec, target);
  }
  socket_file_ = inherited ? std::string() : target.path;
  std::size_t begun = 0;
  try {
    for (auto const& w : workers_) {
      options.descriptor = descriptors[begun++];  // the server owns it, also if it throws
      w->server().listen(options);
    }
  } catch (...) {
    transport::close_all(std::span(descriptors).subspan(begun));
    for (auto const& w : workers_) {
      w->server().close();
    }
    remove_socket_file();
    throw;
  }
  address_ = workers_.front()->server().address();
}

// The servers do not own the file of a shared Unix socket.
void cluster_impl::remove_socket_file() noexcept {
  if (!socket_file_.empty()) {
    std::remove(socket_file_.c_str());
    socket_file_.clear();
  }
}

// Running.

http::drain_result cluster_impl::run() {
  if (started_.exchange(true)) {
    throw http::exception(http::error::invalid_state, "The cluster has been started");
  }
  net::signal_set signals(control_);
  for (int const signal : options_.signals) {
    signals.add(signal);
  }
  wait_for_signal(signals);

  std::promise<bool> go;
  std::vector<std::thread> threads;
  try {
    start_threads(threads, go.get_future().share());
    running_ = threads.size();
    go.set_value(true);
    control_.run();
  } catch (...) {
    fail(std::current_exception());
    if (running_ == 0) {
      go.set_value(false);  // no worker serves without the others
    }
  }
  for (std::thread& t : threads) {
    t.join();
  }
  http::drain_result sum;
  for (auto const& w : workers_) {
    w->end();  // has no effect for a worker whose thread was started
    sum.finished += w->result().finished;
    sum.cut += w->result().cut;
    sum.cut_upgraded += w->result().cut_upgraded;
    sum.cut_requests += w->result().cut_requests;
  }
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  return sum;
}

void cluster_impl::start_threads(std::vector<std::thread>& threads,
                                 std::shared_future<bool> const& start) {
  threads.reserve(workers_.size());
  for (auto const& w : workers_) {
    std::promise<void> ready;
    std::future<void> is_ready = ready.get_future();
    threads.emplace_back([this, &w = *w, r = std::move(ready), start]() mutable {
      run_worker(w, std::move(r), start);
    });
    is_ready.get();
  }
}

void cluster_impl::run_worker(worker_impl& w, std::promise<void> ready,
                              std::shared_future<bool> const& start) {
  try {
    setup_(w.handle());
  } catch (...) {
    std::exception_ptr const e = std::current_exception();
    end_worker(w);
    ready.set_exception(e);
    return;
  }
  ready.set_value();
  if (!start.get()) {
    end_worker(w);
    return;
  }
  for (bool again = true; again;) {
    again = false;
    try {
      w.context().run();
    } catch (...) {
      again = survives(w, std::current_exception());
    }
  }
  end_worker(w);
  net::post(control_, [this] {
    if (--running_ == 0) {
      control_.stop();
    }
  });
}

// Returns whether a worker continues after an exception. Otherwise all workers stop.
bool cluster_impl::survives(worker_impl& w, std::exception_ptr e) {
  if (options_.uncaught_exception) {
    try {
      options_.uncaught_exception(w.handle(), e);
      return true;
    } catch (...) {
      e = std::current_exception();
    }
  }
  fail(std::move(e));
  return false;
}

void cluster_impl::fail(std::exception_ptr e) {
  std::lock_guard const lock(mutex_);
  if (!failure_) {
    failure_ = std::move(e);
  }
  for (auto const& w : workers_) {
    if (w->alive()) {
      w->context().stop();
    }
  }
}

void cluster_impl::end_worker(worker_impl& w) {
  w.end_server();
  std::unique_ptr<net::io_context> last;
  {
    std::lock_guard const lock(mutex_);
    last = w.take_context();
  }
}

// Draining.

template <class F>
void cluster_impl::post_to_workers(F const& f) {
  std::lock_guard const lock(mutex_);
  for (auto const& w : workers_) {
    if (w->alive()) {
      net::post(w->context(), [&w = *w, f] { f(w); });
    }
  }
}

void cluster_impl::drain(std::chrono::milliseconds grace) {
  net::post(control_, [this, grace] { begin_drain(grace); });
}

void cluster_impl::for_each_worker(std::function<void(http::worker&)> const& f) {
  post_to_workers([f](worker_impl& w) { f(w.handle()); });
}

void cluster_impl::wait_for_signal(net::signal_set& signals) {
  signals.async_wait([this, &signals](error_code ec, int) {
    if (ec) {
      return;
    }
    if (std::exchange(signalled_, true)) {
      begin_drain({});
      signals.clear();
    } else {
      begin_drain(options_.grace);
      wait_for_signal(signals);
    }
  });
}

void cluster_impl::begin_drain(std::chrono::milliseconds grace) {
  grace = std::clamp(grace, std::chrono::milliseconds(1), longest_grace);
  auto const deadline = std::chrono::steady_clock::now() + grace;
  if (deadline >= deadline_) {
    return;
  }
  deadline_ = deadline;
  remove_socket_file();
  post_to_workers([grace](worker_impl& w) { w.drain(grace); });
  grace_over_.expires_at(deadline);
  grace_over_.async_wait([this](error_code ec) {
    if (!ec) {
      post_to_workers([](worker_impl& w) { w.stop_when_drained(); });
    }
  });
}

}  // namespace anode::cluster
