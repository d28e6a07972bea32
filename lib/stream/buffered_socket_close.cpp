// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/buffered_socket.hpp"

#include <algorithm>
#include <utility>

namespace anode::stream {
namespace {

// Limits for a peer that still sends after the last response: the longest pause and the total time.
constexpr std::chrono::milliseconds linger_pause{1000};
constexpr std::chrono::milliseconds linger_time{30'000};

// The slowest rate, in bytes each second, at which a peer may read the rest of a closing socket.
constexpr std::size_t slowest_closing = 1024;

}  // namespace

void buffered_socket::end() {
  if (!ending_ && !destroyed_) {
    ending_ = true;
    flush_later();
    if (!close_after_ && owner_ != nullptr) {
      owner_->on_local_end();
    }
  }
}

void buffered_socket::shut_down() {
  if (!std::exchange(shut_down_, true) && !end_sent_) {
    stream_->async_shutdown({});
  }
  finish_closing();
}

void buffered_socket::finish_closing() {
  if (!close_after_ || lingering_) {
    return;
  }
  if (stream_->unsent() > 0) {
    wait_unsent();
    return;
  }
  if (!linger_ || ended_) {
    destroy(error_);
    return;
  }
  in_.consume(in_.input().size());
  timeout_ = {};
  lingering_ = true;
  limit_closing(linger_time);
  reading_ = true;
  request_read();
}

void buffered_socket::destroy_soon(bool linger, error_code ec) {
  if (close_after_ || destroyed_) {
    return;
  }
  close_after_ = true;
  notify_end_ = ending_;
  error_ = ec;
  linger_ = linger;
  if (shut_down_) {
    finish_closing();
  } else {
    end();
    flush_later();
  }
}

void buffered_socket::destroy(error_code ec) {
  if (!ec && pending_flush_) {
    flush();  // output written before `destroy` leaves first
  }
  if (std::exchange(destroyed_, true)) {
    return;
  }
  error_ =
      ec ? error_code(ec.value(), ec.category()) : error_code();  // drops Asio's source location
  context_->cancel(inactivity_);
  stream_->close();
  out_.clear();
  runtime::tick::defer(*this, executor());
}

void buffered_socket::reset() {
  if (!destroyed_) {
    if (pending_flush_) {
      flush();  // as in `destroy`
    }
    stream_->reset();
    destroy();
  }
}

// Waits until the stream has passed on what it has accepted.
void buffered_socket::wait_unsent() {
  if (!closing_timed_) {
    limit_closing(closing_pause);
  }
  if (!std::exchange(write_waiting_, true)) {
    stream_->async_wait_writable(io_callback(*this, &buffered_socket::on_writable));
  }
}

// Closes the socket after `most`, or earlier after a pause without activity. The program cannot
// disable this limit. It uses the inactivity timer.
void buffered_socket::limit_closing(std::chrono::milliseconds most) {
  last_activity_ = context_->now();
  close_by_ = last_activity_ + most;
  closing_timed_ = true;
  arm_closing();
}

// Limits the time for the unsent output.
void buffered_socket::limit_unsent() {
  limit_closing(closing_pause + std::chrono::seconds(out_.size() / slowest_closing));
}

void buffered_socket::arm_closing() {
  runtime::protocol_time const now = context_->now();
  runtime::protocol_time next =
      std::min(close_by_, last_activity_ + (lingering_ ? linger_pause : closing_pause));
  if (timeout_.count() > 0) {
    next = std::min(next, last_activity_ + timeout_);
  }
  context_->arm(inactivity_, std::max(std::chrono::milliseconds(1),
                                      std::chrono::ceil<std::chrono::milliseconds>(next - now)));
}

void buffered_socket::inactivity::expired() {
  buffered_socket& core = *of;
  runtime::protocol_time const now = core.context_->now();
  auto const quiet = now - core.last_activity_;
  if (core.closing_timed_) {
    bool const timeout = core.timeout_.count() > 0 && quiet >= core.timeout_;
    if (now >= core.close_by_ || quiet >= (core.lingering_ ? linger_pause : closing_pause) ||
        (timeout && core.shut_down_)) {
      core.destroy(core.error_);
      return;
    }
    if (!timeout) {
      core.arm_closing();
      return;
    }
    core.timeout_ = {};  // notify once
    core.arm_closing();
  } else if (quiet < core.timeout_) {
    auto const rest = std::chrono::ceil<std::chrono::milliseconds>(core.timeout_ - quiet);
    core.context_->arm(*this, rest);
    return;
  }
  detail::ptr<buffered_socket> const self(of);
  if (core.owner_ != nullptr) {
    core.owner_->on_timeout();
  }
  if (core.listeners_) {
    core.listeners_->timeout.emit();
  }
}

}  // namespace anode::stream
