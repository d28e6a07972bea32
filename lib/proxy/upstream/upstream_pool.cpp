// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/upstream/upstream_pool_impl.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::proxy {

namespace {

upstream_pool_impl& require_pool(anode::detail::ptr<upstream_pool_impl> const& p) {
  if (!p) {
    throw http::exception(http::error::invalid_this, "The upstream_pool refers to nothing");
  }
  return *p;
}

}  // namespace

upstream_pool::upstream_pool(http::agent by, upstream_pool_options options)
    : impl_(new upstream_pool_impl(std::move(by), options)) {
  impl_->add_handle();
}

upstream_pool::upstream_pool(upstream_pool const& other) noexcept : impl_(other.impl_) {
  if (impl_) {
    impl_->add_handle();
  }
}

upstream_pool::upstream_pool(upstream_pool&& other) noexcept = default;

upstream_pool& upstream_pool::operator=(upstream_pool other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

upstream_pool::~upstream_pool() {
  if (impl_) {
    impl_->remove_handle();
  }
}

net::any_io_executor upstream_pool::get_executor() const { return require_pool(impl_).executor(); }

net::any_io_executor upstream_pool::own_executor() const noexcept {
  return impl_ && !impl_->closed() ? impl_->executor() : net::any_io_executor();
}

void upstream_pool::set(std::vector<upstream> upstreams) {
  require_pool(impl_).set(std::move(upstreams));
}

bool upstream_pool::set_admin(std::string_view name, admin_state state) {
  return impl_ && impl_->set_admin(name, state);
}

void upstream_pool::start(tried_upstreams const& tried, acquire_handler done) const {
  if (impl_ && !impl_->closed()) {
    impl_->acquire(tried, std::move(done));
  } else {
    lease none;
    none.refusal_ = acquire_refusal::closed;
    std::move(done)({}, std::move(none));
  }
}

lease upstream_pool::try_acquire(tried_upstreams const& tried) {
  if (impl_) {
    return impl_->try_acquire(tried);
  }
  lease none;
  none.refusal_ = acquire_refusal::closed;
  return none;
}

bool upstream_pool::retry_allowed() noexcept { return impl_ && impl_->retry_allowed(); }

pool_status upstream_pool::snapshot() const { return impl_ ? impl_->snapshot() : pool_status(); }

void upstream_pool::on_event(anode::detail::function<void(pool_event const&)> f) {
  if (impl_) {
    impl_->on_event(std::move(f));
  }
}

}  // namespace anode::proxy
