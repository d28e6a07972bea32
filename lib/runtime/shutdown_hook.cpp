// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/shutdown_hook.hpp"

#include <boost/asio/execution_context.hpp>

#include <mutex>

namespace anode::connection {

/// The members of one execution context. Its threads may add and remove them at the same time.
class context_members final : public net::execution_context::service {
public:
  using key_type = context_members;
  static inline net::execution_context::id id;

  explicit context_members(net::execution_context& context) : service(context) {}

  bool add(context_member& m) {
    std::lock_guard const lock(mutex_);
    if (ended_) {
      return false;
    }
    m.members_ = this;
    m.prev_ = nullptr;
    m.next_ = first_;
    if (first_ != nullptr) {
      first_->prev_ = &m;
    }
    first_ = &m;
    return true;
  }

  void remove(context_member& m) noexcept {
    std::lock_guard const lock(mutex_);
    unlink(m);
  }

private:
  void unlink(context_member& m) noexcept {
    (m.prev_ != nullptr ? m.prev_->next_ : first_) = m.next_;
    if (m.next_ != nullptr) {
      m.next_->prev_ = m.prev_;
    }
    m.members_ = nullptr;
    m.prev_ = m.next_ = nullptr;
  }

  // Ending one member may destroy others.
  void shutdown() override {
    std::unique_lock lock(mutex_);
    ended_ = true;
    while (first_ != nullptr) {
      context_member& m = *first_;
      unlink(m);
      lock.unlock();
      m.context_ended();
      lock.lock();
    }
  }

  std::mutex mutex_;
  context_member* first_ = nullptr;
  bool ended_ = false;
};

bool context_member::join(net::any_io_executor const& ex) {
  return members_ != nullptr ||
         net::use_service<context_members>(net::query(ex, net::execution::context)).add(*this);
}

void context_member::leave() noexcept {
  if (members_ != nullptr) {
    members_->remove(*this);
  }
}

}  // namespace anode::connection
