// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/tick.hpp"

#include <anode/detail/function.hpp>
#include <anode/detail/recycling_allocator.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <utility>

namespace anode::runtime {

/// The listeners of one event that notifies: any number, called in the order in which they came.
/// A listener may add listeners; they are called from the next time on. One that throws keeps the
/// others from nothing, see `tick::call_user`. Allocates nothing once warm.
template <class... Args>
class event {
public:
  using listener = detail::function<void(Args...)>;

  event() = default;
  event(event&&) noexcept = default;
  event& operator=(event&& other) noexcept {
    first_.swap(other.first_);
    return *this;
  }
  ~event() { clear(); }

  void add(listener f) {
    link* end = &first_;
    while (*end) {
      end = &(*end)->next;
    }
    *end = new node(std::move(f));
  }
  bool empty() const noexcept { return !first_; }
  explicit operator bool() const noexcept { return !empty(); }

  /// Drops the listeners. An `emit` that is under way calls the rest of them.
  void clear() noexcept {
    if (first_) {
      drop();
    }
  }

  void emit(Args... args) {
    if (!empty()) {
      call(args...);
    }
  }

private:
  struct node;
  using link = boost::intrusive_ptr<node>;

  struct node {
    explicit node(listener l) : f(std::move(l)) {}

    static void* operator new(std::size_t size) { return detail::take_memory(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
      detail::give_memory(memory, size);
    }
    friend void intrusive_ptr_add_ref(node* n) noexcept { ++n->references; }
    friend void intrusive_ptr_release(node* n) noexcept {
      if (--n->references == 0) {
        delete n;
      }
    }

    listener f;
    link next;
    unsigned references = 0;
  };

  void drop() noexcept {
    link n = std::move(first_);
    while (n && n->references == 1) {  // not by recursion, there may be many
      n = std::move(n->next);
    }
  }

  // The listeners may destroy what this belongs to, or add others.
  void call(Args... args) {
    node const* last = first_.get();
    while (last->next) {
      last = last->next.get();
    }
    for (link n = first_; n; n = n->next) {
      tick::call_user([&] { n->f(args...); });
      if (n.get() == last) {
        break;
      }
    }
  }

  link first_;  // most events have none
};

}  // namespace anode::runtime
