// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/shutdown_hook.hpp"

#include "runtime/thread_check.hpp"

#include <boost/asio/execution_context.hpp>

#include <mutex>

namespace anode::runtime {

/// The hooks of one execution context. Several threads may add and remove hooks concurrently.
class shutdown_hooks final : public net::execution_context::service {
public:
  using key_type = shutdown_hooks;
  static inline net::execution_context::id id;

  explicit shutdown_hooks(net::execution_context& context) : service(context) {
#ifndef NDEBUG
    thread_check::begin(context);
#endif
  }

  bool add(shutdown_hook& m) {
    std::lock_guard const lock(mutex_);
    if (ended_) {
      return false;
    }
    m.members_ = this;
    hooks_.push_front(m);
    return true;
  }

  void remove(shutdown_hook& m) noexcept {
    std::lock_guard const lock(mutex_);
    unlink(m);
  }

private:
  void unlink(shutdown_hook& m) noexcept {
    hooks_.remove(m);
    m.members_ = nullptr;
  }

  // A hook may destroy other hooks.
  void shutdown() override {
#ifndef NDEBUG
    thread_check::end(context());
#endif
    std::unique_lock lock(mutex_);
    ended_ = true;
    while (!hooks_.empty()) {
      shutdown_hook& m = hooks_.front();
      unlink(m);
      lock.unlock();
      m.on_context_shutdown();
      lock.lock();
    }
  }

  std::mutex mutex_;
  base::intrusive_list<shutdown_hook> hooks_;
  bool ended_ = false;
};

bool shutdown_hook::join(net::any_io_executor const& ex) {
  return members_ != nullptr ||
         net::use_service<shutdown_hooks>(net::query(ex, net::execution::context)).add(*this);
}

void shutdown_hook::detach() noexcept {
  if (members_ != nullptr) {
    members_->remove(*this);
  }
}

}  // namespace anode::runtime
