// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/thread_check.hpp"

#ifndef NDEBUG

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace anode::runtime {
namespace {

// The time to wait for a thread that may run the context. A program that runs a context in one
// thread and then uses its objects in another one waits once.
constexpr std::chrono::milliseconds patience{250};

// The accesses to the tables are relaxed, because this check must not hide a race from a race
// detector.
struct busy_context {
  std::atomic<void const*> context = nullptr;  // null: a free entry
  std::atomic<void const*> thread = nullptr;
};
constinit std::array<busy_context, 64> busy;

// A context that has not shut down, and the thread in which it last ran a tick. Handles outlive
// their context: only contexts that have an entry are used.
struct live_context {
  std::atomic<void const*> context = nullptr;  // null: a free entry
  std::atomic<void const*> thread = nullptr;   // null: unknown, or the thread has ended
  std::atomic<bool> changes = false;  // the context runs in several threads, one after another
};
constinit std::array<live_context, 256> live_contexts;

// A context has one of the entries behind its hash. It is not checked if they are all in use.
constexpr std::size_t probes = 16;

// Returns the first entry behind the hash of `of` that is accepted, or null.
template <class Accept>
live_context* search(void const* of, Accept accept) noexcept {
  constexpr unsigned shift = 4;  // contexts are aligned
  auto const hash = reinterpret_cast<std::uintptr_t>(of) >> shift;
  for (std::size_t i = 0; i != probes; ++i) {
    live_context& c = live_contexts[((hash ^ hash >> 8) + i) % live_contexts.size()];
    if (accept(c)) {
      return &c;
    }
  }
  return nullptr;
}

live_context* find(void const* context) noexcept {
  return search(context, [&](live_context& c) {
    return c.context.load(std::memory_order_relaxed) == context;
  });
}

// Identifies a thread by its address. Forgets the thread when it ends.
struct thread_mark {
  ~thread_mark() {
    for (live_context& c : live_contexts) {
      void const* self = this;
      c.thread.compare_exchange_strong(self, nullptr, std::memory_order_relaxed);
    }
  }
};
thread_local thread_mark this_thread;

// Returns the context of an executor that does not serialize its handlers; null for others. The
// context itself is not accessed.
net::execution_context* unserialized_context(net::any_io_executor const& ex) noexcept {
  if (ex.target<net::io_context::executor_type>() == nullptr &&
      ex.target<net::thread_pool::executor_type>() == nullptr) {
    return nullptr;
  }
  return &net::query(ex, net::execution::context);
}

bool runs_in_this_thread(net::any_io_executor const& ex) noexcept {
  if (auto const* io = ex.target<net::io_context::executor_type>()) {
    return io->running_in_this_thread();
  }
  auto const* pool = ex.target<net::thread_pool::executor_type>();
  return pool != nullptr && pool->running_in_this_thread();
}

bool is_stopped(net::any_io_executor const& ex) noexcept {
  auto const* io = ex.target<net::io_context::executor_type>();
  return io != nullptr && io->context().stopped();
}

[[noreturn]] void fail() {
  std::fputs(
      "anode: two threads use objects of one executor at the same time. Use a handle only in the "
      "thread that runs its io_context: post a function or co_spawn a coroutine to its executor. "
      "Run the io_context in one thread, or give each server and agent a strand.\n",
      stderr);
  std::abort();
}

void check_busy(void const* context) noexcept {
  for (busy_context const& b : busy) {
    if (b.context.load(std::memory_order_relaxed) == context &&
        b.thread.load(std::memory_order_relaxed) != &this_thread) {
      fail();
    }
  }
}

// Returns whether another thread runs the context while this function waits.
bool is_run_elsewhere(net::any_io_executor const& ex) {
  struct probe {
    std::mutex mutex;
    std::condition_variable changed;
    bool called = false;
    bool over = false;
  };
  auto const p = std::make_shared<probe>();
  net::post(ex, [p] {
    std::lock_guard const lock(p->mutex);
    p->called = !p->over;
    p->changed.notify_one();
  });
  std::unique_lock lock(p->mutex);
  p->changed.wait_for(lock, patience, [&] { return p->called; });
  p->over = true;
  return p->called;
}

void check_use(live_context& r, net::any_io_executor const& ex) {
  if (runs_in_this_thread(ex)) {
    void const* const before = r.thread.exchange(&this_thread, std::memory_order_relaxed);
    if (before != nullptr && before != &this_thread) {
      r.changes.store(true, std::memory_order_relaxed);
    }
    return;
  }
  void const* const last = r.thread.load(std::memory_order_relaxed);
  if (last == nullptr || last == &this_thread || r.changes.load(std::memory_order_relaxed) ||
      is_stopped(ex)) {
    return;
  }
  if (is_run_elsewhere(ex)) {
    fail();
  }
  r.changes.store(true, std::memory_order_relaxed);
}

}  // namespace

void thread_check::begin(net::execution_context const& context) noexcept {
  live_context* const entry = search(&context, [&](live_context& c) {
    void const* free = nullptr;
    return c.context.compare_exchange_strong(free, &context, std::memory_order_relaxed);
  });
  if (entry != nullptr) {
    entry->thread.store(nullptr, std::memory_order_relaxed);
    entry->changes.store(false, std::memory_order_relaxed);
  }
}

void thread_check::end(net::execution_context const& context) noexcept {
  if (live_context* const entry = find(&context)) {
    entry->context.store(nullptr, std::memory_order_relaxed);
  }
}

void* thread_check::enter(net::any_io_executor const& ex) {
  net::execution_context* const context = unserialized_context(ex);
  live_context* const live = context == nullptr ? nullptr : find(context);
  if (live == nullptr) {
    return nullptr;
  }
  check_use(*live, ex);
  for (busy_context& b : busy) {
    void const* free = nullptr;
    if (b.context.load(std::memory_order_relaxed) == nullptr &&
        b.context.compare_exchange_strong(free, &b, std::memory_order_relaxed)) {
      b.thread.store(&this_thread, std::memory_order_relaxed);
      b.context.store(context, std::memory_order_relaxed);
      check_busy(context);
      return &b;
    }
  }
  return nullptr;  // the table is full
}

void thread_check::leave(void* entry) noexcept {
  if (entry != nullptr) {
    static_cast<busy_context*>(entry)->context.store(nullptr, std::memory_order_relaxed);
  }
}

void thread_check::use(net::any_io_executor const& ex) {
  net::execution_context* const context = unserialized_context(ex);
  if (live_context* const live = context == nullptr ? nullptr : find(context)) {
    check_busy(context);
    check_use(*live, ex);
  }
}

}  // namespace anode::runtime

#endif
