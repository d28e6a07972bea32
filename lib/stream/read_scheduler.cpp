// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "stream/read_scheduler.hpp"

#include "stream/buffered_socket.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace anode::stream {

read_scheduler::read_scheduler(net::any_io_executor ex) : executor_(std::move(ex)) {
  join(executor_);
}

void read_scheduler::add(buffered_socket& socket) {
  scheduled_.emplace_back(&socket);
  if (!std::exchange(posted_, true)) {
    net::post(executor_, [self = detail::ptr<read_scheduler>(this)] { self->run(); });
  }
}

void read_scheduler::run() {
  posted_ = false;
  if (scheduled_.size() == 1) {
    // A single connection: the next request has probably not arrived yet.
    detail::ptr<buffered_socket> const socket = std::move(scheduled_.back());
    scheduled_.clear();
    socket->start_read(false);
    return;
  }
  // Run the handlers that this tick has already posted before the next read.
  ready_.insert(ready_.end(), scheduled_.begin(), scheduled_.end());
  scheduled_.clear();
  net::post(executor_, [self = detail::ptr<read_scheduler>(this)] { self->read_ready(); });
}

void read_scheduler::read_ready() {
  std::vector<detail::ptr<buffered_socket>> reading = std::move(spare_);
  reading.swap(ready_);
  for (detail::ptr<buffered_socket> const& socket : reading) {
    socket->start_read(true);  // a user callback may run the scheduler in here
  }
  reading.clear();
  spare_ = std::move(reading);
}

void read_scheduler::on_context_shutdown() {
  std::exchange(scheduled_, {}).clear();
  std::exchange(ready_, {}).clear();
}

}  // namespace anode::stream
