// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/tick.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
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

#ifndef NDEBUG

// The active ticks of executors that do not serialize their handlers. Two threads with ticks on one
// such executor race on every object of the executor. The accesses are relaxed because this check
// must not hide the race from a race detector.
struct busy_context {
  std::atomic<void const*> context = nullptr;  // null: a free entry
  std::atomic<void const*> thread = nullptr;
};
constinit std::array<busy_context, 64> busy;

void const* unserialized_context(net::any_io_executor const& ex) noexcept {
  if (ex.target<net::io_context::executor_type>() == nullptr &&
      ex.target<net::thread_pool::executor_type>() == nullptr) {
    return nullptr;
  }
  return &net::query(ex, net::execution::context);
}

void check_threads(void const* context, void const* thread) noexcept {
  for (busy_context const& b : busy) {
    if (b.context.load(std::memory_order_relaxed) == context &&
        b.thread.load(std::memory_order_relaxed) != thread) {
      std::fputs(
          "anode: two threads use objects of one executor at the same time. Run the io_context in "
          "one thread, or give each server and agent a strand.\n",
          stderr);
      std::abort();
    }
  }
}

// Registers a tick. Returns its entry, or null if the executor serializes or the table is full.
busy_context* enter(net::any_io_executor const& ex, void const* thread) noexcept {
  void const* const context = unserialized_context(ex);
  if (context != nullptr) {
    for (busy_context& b : busy) {
      void const* free = nullptr;
      if (b.context.load(std::memory_order_relaxed) == nullptr &&
          b.context.compare_exchange_strong(free, &b, std::memory_order_relaxed)) {
        b.thread.store(thread, std::memory_order_relaxed);
        b.context.store(context, std::memory_order_relaxed);
        check_threads(context, thread);
        return &b;
      }
    }
  }
  return nullptr;
}

#endif

}  // namespace

tick::tick(net::any_io_executor const& ex) : executor_(ex), outer_(current), nested_(on(ex)) {
  if (!nested_) {
#ifndef NDEBUG
    entry_ = enter(ex, &current);
#endif
    if (last_number == 0) {
      last_number = first_number();
    }
    number_ = ++last_number;
    current = this;
  }
}

tick::~tick() {
  if (!nested_) {
    run();
    current = outer_;
#ifndef NDEBUG
    if (entry_ != nullptr) {
      static_cast<busy_context*>(entry_)->context.store(nullptr, std::memory_order_relaxed);
    }
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
