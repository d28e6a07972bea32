// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/upstream/upstream_pool_impl.hpp"

#include <anode/error.hpp>

#include <utility>

namespace anode::proxy {

namespace {

pool_member& require_member(anode::detail::ptr<pool_member> const& m) {
  if (!m) {
    throw http::exception(http::error::invalid_this, "The lease has no upstream");
  }
  return *m;
}

}  // namespace

lease::lease() noexcept = default;

lease::lease(lease&& other) noexcept
    : pool_(std::move(other.pool_)),
      member_(std::move(other.member_)),
      ticket_(other.ticket_),
      queued_(other.queued_),
      retry_after_(other.retry_after_),
      refusal_(std::exchange(other.refusal_, acquire_refusal::cancelled)),
      trial_(other.trial_) {}

lease& lease::operator=(lease&& other) noexcept {
  if (this != &other) {
    lease before(std::move(*this));
    pool_ = std::move(other.pool_);
    member_ = std::move(other.member_);
    ticket_ = other.ticket_;
    queued_ = other.queued_;
    retry_after_ = other.retry_after_;
    refusal_ = std::exchange(other.refusal_, acquire_refusal::cancelled);
    trial_ = other.trial_;
  }
  return *this;
}

lease::~lease() { cancel(); }

std::string_view lease::name() const noexcept {
  return member_ ? std::string_view(member_->name) : std::string_view();
}

std::uint64_t lease::id() const noexcept { return member_ ? member_->id : 0; }

http::request_options const& lease::target() const { return require_member(member_).target; }

http::agent& lease::agent() const { return require_member(member_).agent; }

unsigned lease::send_proxy() const noexcept { return member_ ? member_->send_proxy : 0; }

void lease::responded(int status, std::chrono::nanoseconds took,
                      std::chrono::seconds retry_after) noexcept {
  if (pool_) {
    pool_->responded(ticket_, status, took, retry_after);
  }
}

void lease::answered(int status, std::chrono::nanoseconds took,
                     std::chrono::seconds retry_after) noexcept {
  if (auto const pool = std::exchange(pool_, nullptr)) {
    pool->answered(ticket_, status, took, retry_after);
  }
}

void lease::failed(charge c, tried_upstreams& tried) noexcept {
  if (auto const pool = std::exchange(pool_, nullptr)) {
    pool->failed(ticket_, c, tried);
  }
}

void lease::cancel() noexcept {
  if (auto const pool = std::exchange(pool_, nullptr)) {
    pool->cancelled(ticket_);
  }
}

}  // namespace anode::proxy
