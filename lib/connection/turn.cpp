// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/turn.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <utility>

namespace anode::connection {

constinit thread_local turn* turn::current = nullptr;
constinit thread_local std::uint64_t turn::last_number = 0;

namespace {

// Two threads never have a turn of the same number: each counts on from a place of its own.
std::uint64_t first_number() noexcept {
  static constinit std::atomic<std::uint64_t> threads = 0;
  return threads.fetch_add(1, std::memory_order_relaxed) << 40;
}

}  // namespace

turn::turn(net::any_io_executor const& ex) : executor_(ex), outer_(current), nested_(on(ex)) {
  if (!nested_) {
    if (last_number == 0) {
      last_number = first_number();
    }
    number_ = ++last_number;
    current = this;
  }
}

turn::~turn() {
  if (!nested_) {
    run();
    current = outer_;
  }
}

void turn::rethrow_soon(net::any_io_executor const& ex, std::exception_ptr e) {
  net::post(ex, [e = std::move(e)] { std::rethrow_exception(e); });
}

void turn::enlist(turn_member& m, net::any_io_executor const& ex) {
  if (std::exchange(m.enlisted_, true)) {
    return;
  }
  if (!on(ex)) {
    net::post(ex, [member = detail::ptr<turn_member>(&m), ex] {
      turn const t(ex);
      member->enlisted_ = false;
      member->end_turn();
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

void turn::run() {
  while (first_ != nullptr) {
    detail::ptr<turn_member> const m(first_, false);
    first_ = m->next_;
    if (first_ == nullptr) {
      last_ = nullptr;
    }
    m->enlisted_ = false;
    m->end_turn();
  }
}

}  // namespace anode::connection
