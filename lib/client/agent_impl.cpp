// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/agent_impl.hpp"

#include "policy/origin_key.hpp"
#include "stream/socket_handle.hpp"

#include <anode/error.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace anode::client {

using http::error;
using http::request_phase;

agent_impl::agent_impl(net::any_io_executor ex, http::agent_options options,
                       detail::ptr<detail::secure_client> secure)
    : executor_(std::move(ex)),
      options_(std::move(options)),
      timers_(new stream::socket_context(executor_)),
      secure_(std::move(secure)) {
  apply_options();
  pool_.set_options(pool_options());
  join(executor_);
}

agent_impl::~agent_impl() { timers_->stop(); }

// Breaks a reference cycle: connections and active requests own the agent, and the agent owns them.
void agent_impl::on_context_shutdown() {
  detail::ptr<agent_impl> const self(this);
  auto const openings = std::exchange(connect_attempts_, {});
  auto const connections = std::exchange(connections_, {});
  auto const exchanges = std::exchange(exchanges_, {});
  for (detail::ptr<http1_client_connection> const& c : connections) {
    if (c) {
      c->detach();
    }
  }
  for (detail::ptr<connect_attempt> const& o : openings) {
    if (o) {
      // Their callbacks own the attempt.
      o->attempt.reset();
      o->handshake.reset();
    }
  }
}

// Actions of the pool.

void agent_impl::run_actions() {
  if (std::exchange(running_actions_, true)) {
    return;
  }
  detail::ptr<agent_impl> const self(this);
  using kind = policy::pool_action::kind;
  policy::pool_action a;
  while (pool_.next_action(a)) {
    switch (a.what) {
      case kind::open:
        if (client_exchange* const x = find(a.request)) {
          open(a, *x);
        }
        break;
      case kind::assign:
        if (!a.connecting) {
          assign(a);
        }
        break;
      case kind::park:
        park(a.socket);
        break;
      case kind::close:
        close(a.socket, a.request);
        break;
      case kind::refuse:
        if (client_exchange* const x = find(a.request)) {
          x->fail(error::connection_reset, request_phase::connect, "The agent was destroyed");
        }
        break;
      case kind::queue:
        if (client_exchange* const x = find(a.request); x != nullptr && x->watched()) {
          x->watch_queued();
        }
        break;
    }
  }
  running_actions_ = false;
}

client_exchange* agent_impl::find(policy::request_id id) noexcept {
  if (!id || id.index >= exchanges_.size() || !exchanges_[id.index] ||
      exchanges_[id.index]->id != id) {
    return nullptr;
  }
  return exchanges_[id.index].get();
}

http1_client_connection* agent_impl::find(policy::socket_id id) noexcept {
  if (!id || id.index >= connections_.size() || !connections_[id.index] ||
      connections_[id.index]->id() != id) {
    return nullptr;
  }
  return connections_[id.index].get();
}

agent_impl::connect_attempt* agent_impl::find_attempt(policy::socket_id id) const noexcept {
  if (!id || id.index >= connect_attempts_.size() || !connect_attempts_[id.index] ||
      connect_attempts_[id.index]->id != id) {
    return nullptr;
  }
  return connect_attempts_[id.index].get();
}

void agent_impl::retire(policy::request_id id) noexcept {
  if (find(id) != nullptr) {
    exchanges_[id.index].reset();
  }
}

// Active connections.

void agent_impl::assign(policy::pool_action const& a) {
  detail::ptr<client_exchange> const x(find(a.request));
  http1_client_connection* const c = find(a.socket);
  if (x && c != nullptr) {
    if (a.reused && options_.reuse_socket) {
      runtime::tick::call_user(executor_,
                               [&] { options_.reuse_socket(stream::handle_to(c->core())); });
    }
    x->assign(*c, a.reused, a.waited);
  }
}

void agent_impl::cancel(client_exchange& x) {
  if (find(x.id) == &x) {
    detail::ptr<client_exchange> const hold(&x);
    retire(x.id);
    pool_.request_cancelled(x.id);
    run_actions();
  }
}

void agent_impl::release(http1_client_connection& c, bool reusable) {
  detail::ptr<http1_client_connection> const hold(&c);
  retire(pool_.request_of(c.id()));
  if (!c.release() || !reusable || find(c.id()) != &c) {
    // Close the connection after the events of this tick. The pool counts it until it is closed.
    net::post(executor_, [hold] {
      runtime::tick const t(hold->core().executor());
      hold->core().destroy_soon(false);
    });
    return;
  }
  bool park = c.keep_hint().may_park && !c.core().destroyed();
  if (park && options_.keep_socket_alive) {
    park = false;
    c.core().set_timeout(parked_timeout(c));  // the hook may change it
    runtime::tick::call_user(
        executor_, [&] { park = options_.keep_socket_alive(stream::handle_to(c.core())); });
    park = park && !c.core().destroyed();
  }
  bool const parked = park && options_.keep_alive;
  if (!parked && pool_.totals().requests == 0) {
    // No request is queued: close the connection after the events of this tick. The pool counts it
    // until it is closed. Later requests open new connections.
    net::post(executor_, [self = detail::ptr<agent_impl>(this), hold] {
      runtime::tick const t(self->executor_);
      self->abandon(*hold);
    });
    return;
  }
  pool_.socket_free(c.id(), park);
  run_actions();
}

std::chrono::milliseconds agent_impl::parked_timeout(
    http1_client_connection const& c) const noexcept {
  return policy::parked_timeout(options_.timeout, c.keep_hint());
}

void agent_impl::park(policy::socket_id id) {
  if (http1_client_connection* const c = find(id)) {
    c->park(options_.keep_socket_alive ? c->core().timeout() : parked_timeout(*c));
  }
}

void agent_impl::close(policy::socket_id id, policy::request_id request) {
  detail::ptr<client_exchange> const x(find(request));
  if (x) {
    retire(request);
  }
  if (connect_attempt* const o = find_attempt(id)) {
    stop(*o);
  }
  if (detail::ptr<http1_client_connection> const c = find(id)) {
    connections_[id.index].reset();
    c->close();
  }
  if (x) {
    x->abort_response();
  }
}

void agent_impl::connection_closed(http1_client_connection& c) {
  if (find(c.id()) == &c) {
    detail::ptr<http1_client_connection> const hold(&c);
    policy::socket_id const id = c.id();
    if (connect_attempt* const o = find_attempt(id)) {
      stop(*o);
    }
    connections_[id.index].reset();
    retire(pool_.socket_closed(id));
    run_actions();
  }
}

void agent_impl::abandon(http1_client_connection& c) {
  detail::ptr<http1_client_connection> const hold(&c);
  connection_closed(c);
  c.close();
}

void agent_impl::connection_detached(http1_client_connection& c) { connection_closed(c); }

bool agent_impl::remove(stream::buffered_socket const& socket) {
  detail::ptr<http1_client_connection> const c(
      dynamic_cast<http1_client_connection*>(socket.owner()));
  if (!c || find(c->id()) != c.get()) {
    return false;
  }
  if (find_attempt(c->id()) != nullptr) {
    return false;  // the request still needs the attempt
  }
  runtime::tick const t(executor_);
  connection_closed(*c);
  if (c->busy()) {
    c->leave_agent();
  } else {
    c->close();
  }
  return true;
}

void agent_impl::destroy() {
  runtime::tick const t(executor_);
  pool_.destroy();
  run_actions();
}

void agent_impl::close_free() {
  runtime::tick const t(executor_);
  pool_.close_free();
  run_actions();
}

void agent_impl::drop_handle() {
  if (--handles_ == 0) {
    runtime::tick const t(executor_);
    detail::ptr<agent_impl> const self(this);
    policy::pool_options o = pool_options();
    o.keep_alive = false;
    pool_.set_options(o);
    run_actions();
    spare_exchanges_.clear();
  }
}

}  // namespace anode::client
