// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/read_scheduler.hpp"

#include "stream/buffered_socket.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace anode::connection {

read_batch::read_batch(net::any_io_executor ex) : executor_(std::move(ex)) { join(executor_); }

void read_batch::add(socket_core& socket) {
  due_.emplace_back(&socket);
  if (!std::exchange(posted_, true)) {
    net::post(executor_, [self = detail::ptr<read_batch>(this)] { self->run(); });
  }
}

void read_batch::run() {
  posted_ = false;
  if (due_.size() == 1) {
    // The next request is probably not there yet.
    detail::ptr<socket_core> const socket = std::move(due_.back());
    due_.clear();
    socket->read_now(false);
    return;
  }
  // What a turn has posted, as who goes on because of it, comes before the next input.
  ready_.insert(ready_.end(), due_.begin(), due_.end());
  due_.clear();
  net::post(executor_, [self = detail::ptr<read_batch>(this)] { self->read_ready(); });
}

void read_batch::read_ready() {
  std::vector<detail::ptr<socket_core>> reading = std::move(spare_);
  reading.swap(ready_);
  for (detail::ptr<socket_core> const& socket : reading) {
    socket->read_now(true);  // in which a program may run the scheduler
  }
  reading.clear();
  spare_ = std::move(reading);
}

void read_batch::context_ended() {
  std::exchange(due_, {}).clear();
  std::exchange(ready_, {}).clear();
}

}  // namespace anode::connection
