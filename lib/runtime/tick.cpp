// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/tick.hpp"

#include "runtime/thread_check.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <utility>

namespace anode::runtime {

constinit thread_local tick* tick::current = nullptr;
constinit thread_local std::uint64_t tick::last_number = 0;

namespace {

// Tick numbers are unique across threads: each thread counts in its own range.
std::uint64_t first_number() noexcept {
  static constinit std::atomic<std::uint64_t> threads = 0;
  return threads.fetch_add(1, std::memory_order_relaxed) << 40;
}

}  // namespace

tick::tick(net::any_io_executor const& ex) : executor_(ex), outer_(current), nested_(on(ex)) {
  if (!nested_) {
#ifndef NDEBUG
    entry_ = thread_check::enter(ex);
#endif
    if (last_number == 0) {
      last_number = first_number();
    }
    number_ = ++last_number;
    // g++ 16 overlooks that the destructor resets it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#endif
    current = this;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
  }
}

tick::~tick() {
  if (!nested_) {
    run();
    current = outer_;
#ifndef NDEBUG
    thread_check::leave(entry_);
#endif
  }
}

void tick::rethrow_soon(net::any_io_executor const& ex, std::exception_ptr e) {
  net::post(ex, [e = std::move(e)] { std::rethrow_exception(e); });
}

void tick::defer(deferred_task& m, net::any_io_executor const& ex) {
  if (std::exchange(m.deferred_, true)) {
    return;
  }
  if (!on(ex)) {
#ifndef NDEBUG
    thread_check::use(ex);
#endif
    net::post(ex, [member = detail::ptr<deferred_task>(&m), ex] {
      tick const t(ex);
      member->deferred_ = false;
      member->run_deferred();
    });
    return;
  }
  intrusive_ptr_add_ref(&m);
  m.next_ = nullptr;
  if (current->last_ != nullptr) {
    current->last_->next_ = &m;
  } else {
    current->first_ = &m;
  }
  current->last_ = &m;
}

void tick::run() {
  while (first_ != nullptr) {
    detail::ptr<deferred_task> const m(first_, false);
    first_ = m->next_;
    if (first_ == nullptr) {
      last_ = nullptr;
    }
    m->deferred_ = false;
    m->run_deferred();
  }
}

}  // namespace anode::runtime
