// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/hangup_watch.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>

#include <utility>

#ifdef __linux__
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <mutex>
#include <optional>
#include <sys/epoll.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>
#endif

namespace anode::transport {

#ifdef __linux__

namespace {

class watches final : public net::execution_context::service {
public:
  using key_type = watches;
  static inline net::execution_context::id id;

  explicit watches(net::execution_context& context) : service(context) {}

  static watches& of(net::any_io_executor const& ex) {
    return net::use_service<watches>(net::query(ex, net::execution::context));
  }

  void add(net::any_io_executor const& ex, int descriptor, io_callback done) {
    std::lock_guard const lock(mutex_);
    if (ended_ || !open(ex)) {
      return;
    }
    epoll_event event{};
    event.events = EPOLLRDHUP | EPOLLONESHOT;
    event.data.fd = descriptor;
    if (::epoll_ctl(epoll_->native_handle(), EPOLL_CTL_ADD, descriptor, &event) == 0) {
      entries_.insert_or_assign(descriptor, entry{ex, std::move(done)});
      wait();
    }
  }

  void remove(int descriptor) {
    std::lock_guard const lock(mutex_);
    auto const found = entries_.find(descriptor);
    if (found == entries_.end()) {
      return;
    }
    net::any_io_executor const ex = std::move(found->second.ex);
    io_callback done = std::move(found->second.done);
    drop(found);
    if (entries_.empty()) {
      epoll_->cancel();  // the wait must not keep the context running
    }
    net::post(ex, [dropped = std::move(done)] {});
  }

private:
  struct entry {
    net::any_io_executor ex;
    io_callback done;
  };
  using map = std::unordered_map<int, entry>;

  bool open(net::any_io_executor const& ex) {
    if (!epoll_) {
      int const descriptor = ::epoll_create1(EPOLL_CLOEXEC);
      if (descriptor < 0) {
        return false;
      }
      epoll_.emplace(ex, descriptor);
    }
    return true;
  }

  void drop(map::iterator at) {
    ::epoll_ctl(epoll_->native_handle(), EPOLL_CTL_DEL, at->first, nullptr);
    entries_.erase(at);
  }

  void wait() {
    if (!std::exchange(waiting_, true)) {
      epoll_->async_wait(net::posix::stream_descriptor::wait_read, [this](error_code) { look(); });
    }
  }

  void look() {
    std::lock_guard const lock(mutex_);
    waiting_ = false;
    if (ended_) {
      return;
    }
    std::array<epoll_event, 64> events;
    int const n = ::epoll_wait(epoll_->native_handle(), events.data(), int{events.size()}, 0);
    for (int i = 0; i < n; ++i) {
      epoll_event const& event = events[static_cast<std::size_t>(i)];
      auto const found = entries_.find(event.data.fd);
      if (found != entries_.end()) {
        error_code const ec = (event.events & EPOLLERR) != 0
                                  ? error_code(net::error::connection_reset)
                                  : error_code();
        net::post(found->second.ex,
                  [done = std::move(found->second.done), ec]() mutable { done(ec); });
        drop(found);
      }
    }
    if (!entries_.empty()) {
      wait();
    }
  }

  void shutdown() override {
    map dropped;
    std::unique_lock lock(mutex_);
    ended_ = true;
    dropped.swap(entries_);
    epoll_.reset();
    lock.unlock();
  }

  std::mutex mutex_;
  std::optional<net::posix::stream_descriptor> epoll_;
  map entries_;
  bool waiting_ = false;
  bool ended_ = false;
};

}  // namespace

void watch_hangup(net::any_io_executor const& ex, native_handle_type descriptor, io_callback done) {
  watches::of(ex).add(ex, descriptor, std::move(done));
}

void unwatch_hangup(net::any_io_executor const& ex, native_handle_type descriptor) {
  watches::of(ex).remove(descriptor);
}

#else

void watch_hangup(net::any_io_executor const&, native_handle_type, io_callback) {}

void unwatch_hangup(net::any_io_executor const&, native_handle_type) {}

#endif

}  // namespace anode::transport
