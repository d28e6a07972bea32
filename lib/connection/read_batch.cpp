// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/read_batch.hpp"

#include "connection/socket_core.hpp"

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
  std::vector<detail::ptr<socket_core>> starting = std::move(spare_);
  starting.swap(due_);
  bool const busy = starting.size() > 1;  // else the next request is probably not there yet
  for (detail::ptr<socket_core> const& socket : starting) {
    socket->read_now(busy);  // in which a program may run the scheduler
  }
  starting.clear();
  spare_ = std::move(starting);
}

void read_batch::context_ended() { std::exchange(due_, {}).clear(); }

}  // namespace anode::connection
