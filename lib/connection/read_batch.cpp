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
  std::swap(due_, starting_);
  for (detail::ptr<socket_core> const& socket : starting_) {
    socket->read_now();
  }
  starting_.clear();
}

void read_batch::context_ended() { std::exchange(due_, {}).clear(); }

}  // namespace anode::connection
