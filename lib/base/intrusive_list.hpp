// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

namespace anode::base {

/// The base of objects that can be in an `intrusive_list`, in one at a time.
class list_link {
public:
  list_link() = default;
  list_link(list_link const&) = delete;
  list_link& operator=(list_link const&) = delete;

private:
  template <class T>
  friend class intrusive_list;
  list_link* prev_ = this;  // the object itself: in no list
  list_link* next_ = this;
};

/// A doubly linked list of objects that contain their links, therefore it never allocates. It does
/// not own the objects: an object must leave the list before one of the two is destroyed.
/// @tparam T derives from `list_link`; if it does so privately, the list is its friend
template <class T>
class intrusive_list {
public:
  /// Returns whether the list has no object.
  bool empty() const noexcept { return head_.next_ == &head_; }

  /// Returns the first object. The list must not be empty.
  T& front() const noexcept { return of(*head_.next_); }

  /// Inserts an object that is in no list.
  void push_front(T& object) noexcept { insert(object, *head_.next_); }
  void push_back(T& object) noexcept { insert(object, head_); }

  /// Removes an object from the list that it is in. Without effect if it is in none.
  static void remove(T& object) noexcept {
    list_link& l = object;
    l.prev_->next_ = l.next_;
    l.next_->prev_ = l.prev_;
    l.prev_ = l.next_ = &l;
  }

  /// Calls `f` with each object, from front to back, until `f` returns false. `f` may remove or
  /// destroy the object, and may append objects, which are not visited.
  template <class F>
  void visit(F&& f) {
    list_link const* const last = head_.prev_;
    for (list_link* l = head_.next_; l != &head_;) {
      list_link* const next = l == last ? &head_ : l->next_;
      if (!f(of(*l))) {
        return;
      }
      l = next;
    }
  }

private:
  static T& of(list_link& l) noexcept { return static_cast<T&>(l); }

  static void insert(T& object, list_link& before) noexcept {
    list_link& l = object;
    l.prev_ = before.prev_;
    l.next_ = &before;
    before.prev_->next_ = &l;
    before.prev_ = &l;
  }

  list_link head_;
};

}  // namespace anode::base
