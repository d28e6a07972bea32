// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "cluster/cluster_impl.hpp"

#include <anode/cluster.hpp>

#include <utility>

namespace anode::http {

using anode::cluster::cluster_impl;

unsigned worker::id() const noexcept { return impl_->id(); }

worker::executor_type worker::get_executor() const { return impl_->executor(); }

http::server& worker::server() const noexcept { return impl_->server(); }

worker& worker::on_drain(anode::detail::function<void()> f) {
  impl_->on_drain().add(std::move(f));
  return *this;
}

worker& worker::on_stop(anode::detail::function<void()> f) {
  impl_->on_stop().add(std::move(f));
  return *this;
}

cluster::cluster(anode::detail::function<void(worker&)> setup)
    : cluster(cluster_options(), std::move(setup)) {}

cluster::cluster(cluster_options options, anode::detail::function<void(worker&)> setup)
    : impl_(std::make_unique<cluster_impl>(std::move(options), std::move(setup))) {}

cluster::~cluster() = default;

unsigned cluster::threads() const noexcept { return static_cast<unsigned>(impl_->size()); }

cluster& cluster::listen(std::uint16_t port, std::string host, int backlog) {
  listen_options options;
  options.port = port;
  options.host = std::move(host);
  options.backlog = backlog;
  return listen(options);
}

cluster& cluster::listen(listen_options const& options) {
  impl_->listen(options);
  return *this;
}

endpoint cluster::address() const { return impl_->address(); }

drain_result cluster::run() { return impl_->run(); }

void cluster::drain(std::chrono::milliseconds grace) { impl_->drain(grace); }

void cluster::drain() { impl_->drain(impl_->grace()); }

void cluster::close() { impl_->drain({}); }

void cluster::for_each_worker(std::function<void(worker&)> const& f) { impl_->for_each_worker(f); }

}  // namespace anode::http
