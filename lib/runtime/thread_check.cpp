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

// The thread in which a context last ran a tick. Old entries are overwritten: they are hints.
struct last_run {
  std::atomic<void const*> context = nullptr;
  std::atomic<void const*> thread = nullptr;  // null: unknown, or the thread has ended
  std::atomic<bool> changes = false;  // the context runs in several threads, one after another
};
constinit std::array<last_run, 64> last_runs;

// Identifies a thread by its address. Forgets the thread when it ends.
struct thread_mark {
  ~thread_mark() {
    for (last_run& r : last_runs) {
      void const* self = this;
      r.thread.compare_exchange_strong(self, nullptr, std::memory_order_relaxed);
    }
  }
};
thread_local thread_mark this_thread;

// Returns the context of an executor that does not serialize its handlers; null for others.
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
      "Run "
      "the io_context in one thread, or give each server and agent a strand.\n",
      stderr);
  std::abort();
}

// Forgets its context when the context is destroyed: a later one may have the same address.
class context_mark final : public net::execution_context::service {
public:
  using key_type = context_mark;
  inline static net::execution_context::id id;

  explicit context_mark(net::execution_context& of)
      : net::execution_context::service(of), context_(&of) {}

  ~context_mark() override {
    for (last_run& r : last_runs) {
      void const* gone = context_;
      r.context.compare_exchange_strong(gone, nullptr, std::memory_order_relaxed);
    }
  }

private:
  void shutdown() override {}

  void const* context_;
};

last_run& find(net::execution_context& of) {
  void const* const context = &of;
  constexpr unsigned shift = 4;  // contexts are aligned
  auto const hash = reinterpret_cast<std::uintptr_t>(context) >> shift;
  last_run& r = last_runs[(hash ^ hash >> 6) % last_runs.size()];
  if (r.context.load(std::memory_order_relaxed) != context) {
    net::use_service<context_mark>(of);
    r.context.store(context, std::memory_order_relaxed);
    r.thread.store(nullptr, std::memory_order_relaxed);
    r.changes.store(false, std::memory_order_relaxed);
  }
  return r;
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

void check_use(net::execution_context& context, net::any_io_executor const& ex) {
  last_run& r = find(context);
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

void* thread_check::enter(net::any_io_executor const& ex) {
  net::execution_context* const context = unserialized_context(ex);
  if (context == nullptr) {
    return nullptr;
  }
  check_use(*context, ex);
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
  if (net::execution_context* const context = unserialized_context(ex); context != nullptr) {
    check_busy(context);
    check_use(*context, ex);
  }
}

}  // namespace anode::runtime

#endif
