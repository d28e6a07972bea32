// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The end of a server: closing, draining, and release.

#include "server/server_impl.hpp"

#include <algorithm>
#include <utility>

namespace anode::server {

void server_impl::close() {
  if (listener_) {
    listener_->close();
  }
  drop_checks();
  closing_ = true;
  close_idle_connections();
  check_closed();
}

void server_impl::close_idle_connections() {
  for (detail::ptr<http1_server_connection> c(connections_); c;) {
    detail::ptr<http1_server_connection> const next(c->next);
    c->close_when_idle();
    c = next;
  }
}

void server_impl::close_all_connections() {
  for (detail::ptr<http1_server_connection> c(connections_); c;) {
    detail::ptr<http1_server_connection> const next(c->next);
    c->core()->destroy();
    c = next;
  }
}

void server_impl::track_upgraded(detail::ptr<stream::buffered_socket> socket,
                                 detail::ptr<connection_record> record) {
  upgraded_sockets_.emplace(socket.get(), socket);
  socket->listen().close.add(
      [self = detail::ptr<server_impl>(this), raw = socket.get(), record = std::move(record)] {
        detail::ptr<stream::buffered_socket> const closed(raw);
        self->upgraded_sockets_.erase(raw);
        self->connection_ended();
        self->check_closed();
        if (record) {
          self->trace_closed(*record, *closed);
        }
      });
}

void server_impl::destroy_upgraded() {
  for (auto const& [raw, s] : std::unordered_map(upgraded_sockets_)) {
    s->destroy();
  }
}

void server_impl::check_closed() {
  if (connection_count() > 0 || listening()) {
    return;
  }
  stop_runners();
  changed_.notify();
  if (std::exchange(closing_, false) && !released_) {
    net::post(executor(), [self = detail::ptr<server_impl>(this)] {
      runtime::tick const t(self->executor());
      if (!self->released_) {
        self->handlers_->close.emit();
      }
    });
  }
}

net::awaitable<void> server_impl::wait_closed(detail::ptr<server_impl> self) {
  while (self->connection_count() > 0 || self->listening()) {
    co_await self->changed_.wait();
  }
}

// Closes the connections that are idle when their time in a drain is over. A request that has
// arrived, but is not read yet, is still answered.
void server_impl::close_drained() {
  for (detail::ptr<http1_server_connection> c(connections_); c;) {
    detail::ptr<http1_server_connection> const next(c->next);
    if (!c->core()->stream().has_input()) {
      c->close_when_idle();
    }
    c = next;
  }
}

net::awaitable<http::drain_result> server_impl::drain(detail::ptr<server_impl> self,
                                                      std::chrono::milliseconds grace) {
  struct idle_timer final : runtime::timer {
    server_impl* of = nullptr;
    ~idle_timer() { of->timers_->cancel(*this); }
    void expired() override { of->close_drained(); }
  };
  struct grace_timer final : runtime::timer {
    server_impl* of = nullptr;
    bool over = false;
    ~grace_timer() { of->timers_->cancel(*this); }
    void expired() override {
      over = true;
      of->changed_.notify();
    }
  };
  grace_timer deadline;
  idle_timer idle;
  deadline.of = idle.of = self.get();
  self->draining_ = true;
  if (self->listener_) {
    // A client in the backlog is connected and may have sent a request.
    self->listener_->accept_waiting_and_close();
  }
  self->drop_checks();
  std::uint64_t const ended_before = self->ended_connections_;
  self->timers_->arm(deadline, std::max(grace, std::chrono::milliseconds(1)));
  if (auto const limit = self->options_.drain_idle_timeout; limit && limit->count() <= 0) {
    self->close_drained();
  } else {
    self->timers_->arm(idle, limit.value_or(policy::kept_alive_for(self->timeouts_)));
  }
  while (self->connection_count() > 0 && !deadline.over) {
    co_await self->changed_.wait();
  }
  http::drain_result result;
  result.finished = static_cast<std::size_t>(self->ended_connections_ - ended_before);
  result.cut = self->connection_count();
  result.cut_upgraded = self->upgraded_sockets_.size();
  for (http1_server_connection const* c = self->connections_; c != nullptr; c = c->next) {
    result.cut_requests += c->requests_under_way();
  }
  self->close_all_connections();
  self->destroy_upgraded();
  self->closing_ = true;
  self->check_closed();
  co_await wait_closed(self);
  co_return result;
}

// The context destroys its handlers and then the services that sockets and timers use. Release
// everything without notification.
void server_impl::on_context_shutdown() {
  detail::ptr<server_impl> const self(this);
  released_ = context_shut_down_ = true;
  auto const handlers_of_user = std::exchange(handlers_, detail::ptr<handlers>(new handlers));
  auto const listener = std::exchange(listener_, {});
  auto const upgraded = std::exchange(upgraded_sockets_, {});
  auto const runners = std::exchange(spare_runners_, {});
  while (connections_ != nullptr) {
    detail::ptr<http1_server_connection> const c(connections_, false);  // adopts the reference
    connections_ = std::exchange(c->next, nullptr);
    c->detach_server();
  }
  connection_count_ = 0;
  timers_->stop();
}

void server_impl::release() {
  if (context_shut_down_) {
    return;
  }
  detail::ptr<server_impl> const self(this);
  runtime::tick const t(executor());
  released_ = true;
  handlers_ = new handlers;
  if (listener_) {
    listener_->close();
  }
  close_all_connections();
  destroy_upgraded();
  upgraded_sockets_.clear();
  timers_->stop();
  stop_runners();
}

}  // namespace anode::server
