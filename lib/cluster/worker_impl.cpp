// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "cluster/worker_impl.hpp"

#include "runtime/tick.hpp"

#include <anode/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace anode::cluster {

worker_impl::worker_impl(unsigned id, http::cluster_options const& options)
    : id_(id),
      context_(std::make_unique<net::io_context>(1)),
      executor_(context_->get_executor()),
      work_(net::make_work_guard(*context_)),
      handle_(*this) {
  if (!options.make_server) {
    server_ = std::make_unique<http::server>(executor_, options.server);
    return;
  }
  server_ = options.make_server(executor_);
  if (!server_ || server_->get_executor() != executor_) {
    server_.reset();
    throw http::exception(http::error::invalid_arg_value,
                          "The property 'options.make_server' must return a server of the given "
                          "executor.");
  }
}

void worker_impl::drain(std::chrono::milliseconds grace) {
  if (drained_) {
    return;
  }
  unsigned const number = drains_++;
  ++draining_;
  runtime::tick const t(executor_);
  if (number == 0) {
    on_drain_.emit();
  }
  try {
    net::co_spawn(*context_, server_->drain(grace),
                  [this, number](std::exception_ptr const&, http::drain_result const& of) {
                    drained(number, of);
                  });
  } catch (http::exception const&) {
    drained(number, {});  // the program has moved the server away
  }
}

void worker_impl::drained(unsigned number, http::drain_result const& of) {
  result_.cut += of.cut;
  result_.cut_upgraded += of.cut_upgraded;
  result_.cut_requests += of.cut_requests;
  // The connections that a later drain cuts have ended by themselves for the first one.
  (number == 0 ? result_.finished : cut_by_later_drains_) += number == 0 ? of.finished : of.cut;
  if (--draining_ == 0) {
    finish();
  }
}

void worker_impl::finish() {
  drained_ = true;
  result_.finished -= std::min(result_.finished, cut_by_later_drains_);
  runtime::tick const t(executor_);
  on_stop_.emit();
  work_.reset();
  if (grace_over_) {
    stop();
  }
}

// Stops the context behind the exceptions of listeners, which are posted.
void worker_impl::stop() {
  net::post(*context_, [this] { context_->stop(); });
}

void worker_impl::stop_when_drained() {
  grace_over_ = true;
  if (drained_) {
    stop();
  }
}

void worker_impl::end_server() {
  on_drain_.clear();
  on_stop_.clear();
  server_.reset();
  work_.reset();
}

void worker_impl::end() {
  if (alive()) {
    end_server();
    context_.reset();
  }
}

}  // namespace anode::cluster
