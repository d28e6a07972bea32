// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "runtime/tick.hpp"

#include <anode/detail/function.hpp>
#include <anode/detail/recycling_allocator.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <utility>

namespace anode::runtime {

/// The listeners of one event, called in the order of their registration.
///
/// A listener may add listeners; the next `emit` is the first to call them. An exception of one
/// listener does not prevent the calls of the others, see `tick::call_user`. A warm object does not
/// allocate.
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

  /// Appends a listener.
  void add(listener f) {
    link* end = &first_;
    while (*end) {
      end = &(*end)->next;
    }
    *end = new node(std::move(f));
  }
  bool empty() const noexcept { return !first_; }
  explicit operator bool() const noexcept { return !empty(); }

  /// Removes all listeners. An active `emit` still calls the remaining ones.
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

    static void* operator new(std::size_t size) { return detail::allocate_recycled(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
      detail::deallocate_recycled(memory, size);
    }
    // Not inlined: most events are empty, and each message has many of them.
    [[gnu::noinline]] static void destroy(node* n) noexcept { delete n; }
    friend void intrusive_ptr_add_ref(node* n) noexcept { ++n->references; }
    friend void intrusive_ptr_release(node* n) noexcept {
      if (--n->references == 0) {
        destroy(n);
      }
    }

    listener f;
    link next;
    unsigned references = 0;
  };

  [[gnu::noinline]] void drop() noexcept {
    link n = std::move(first_);
    while (n && n->references == 1) {  // iterative, because the list may be long
      n = std::move(n->next);
    }
  }

  // A listener may destroy the owner of this event or add listeners.
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

  link first_;  // null for most events
};

}  // namespace anode::runtime
