// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "policy/connection_pool.hpp"

#include <algorithm>

namespace anode::policy {

namespace {

pool_options clamped(pool_options o) noexcept {
  o.max_sockets = std::max(o.max_sockets, 1u);
  o.max_total_sockets = std::max(o.max_total_sockets, 1u);
  return o;
}

}  // namespace

std::string_view to_string(pool_reason reason) noexcept {
  switch (reason) {
    case pool_reason::none:
      return "none";
    case pool_reason::max_sockets:
      return "max_sockets";
    case pool_reason::max_total_sockets:
      return "max_total_sockets";
    case pool_reason::max_free_sockets:
      return "max_free_sockets";
    case pool_reason::keep_alive_off:
      return "keep_alive_off";
    case pool_reason::not_kept:
      return "not_kept";
    case pool_reason::made_room:
      return "made_room";
    case pool_reason::request_cancelled:
      return "request_cancelled";
    case pool_reason::destroyed:
      return "destroyed";
  }
  return "unknown";
}

std::string_view to_string(pool_action::kind what) noexcept {
  switch (what) {
    case pool_action::kind::open:
      return "open";
    case pool_action::kind::assign:
      return "assign";
    case pool_action::kind::queue:
      return "queue";
    case pool_action::kind::park:
      return "park";
    case pool_action::kind::close:
      return "close";
    case pool_action::kind::refuse:
      return "refuse";
  }
  return "unknown";
}

connection_pool::connection_pool(pool_options options) : options_(clamped(options)) {}

// Events.

request_id connection_pool::request(std::string_view name, bool fresh) {
  if (shut_down_) {
    std::uint32_t const r = make_request(none);
    request_id const id{r, requests_[r].generation};
    pool_action& a = act(pool_action::kind::refuse);
    a.request = remove_request(r);
    a.reason = pool_reason::destroyed;
    return id;
  }
  std::uint32_t const origin = origin_of(name);
  std::uint32_t const r = make_request(origin);
  request_id const id{r, requests_[r].generation};
  origin_record const& o = origins_[origin];
  if (o.free.head != none && !fresh) {
    assign_request(next_free(name).index, r);
  } else {
    if (o.free.head != none &&
        (o.all_sockets() >= options_.max_sockets || all_sockets() >= options_.max_total_sockets)) {
      close(o.free.head, pool_reason::made_room);
    }
    enqueue(r);
    serve_waiting();
    if (requests_[r].socket == none) {
      requests_[r].waited = true;
      pool_action& a = act(pool_action::kind::queue);
      a.request = id;
      a.reason = origins_[origin].heap_index == none ? pool_reason::max_sockets
                                                     : pool_reason::max_total_sockets;
    }
  }
  return id;
}

void connection_pool::request_cancelled(request_id id) {
  if (!knows(id)) {
    return;
  }
  std::uint32_t const origin = requests_[id.index].origin;
  std::uint32_t const s = requests_[id.index].socket;
  if (s == none) {
    dequeue(id.index);
    remove_request(id.index);
  } else {
    remove_request(id.index);
    sockets_[s].request = none;
    close(s, pool_reason::request_cancelled);
    serve_waiting();
  }
  drop_if_empty(origin);
}

request_id connection_pool::socket_ready(socket_id id) {
  if (!knows(id) || sockets_[id.index].connected) {
    return {};
  }
  sockets_[id.index].connected = true;
  return request_of(id);
}

request_id connection_pool::connect_failed(socket_id id) { return socket_closed(id); }

void connection_pool::socket_free(socket_id id, bool may_park) {
  if (!knows(id)) {
    return;
  }
  socket_record& s = sockets_[id.index];
  if (s.state != socket_state::in_use || !s.connected) {
    return;
  }
  std::uint32_t const origin = s.origin;
  remove_request(s.request);
  s.request = none;
  s.used = true;
  offer(id.index, may_park);
  serve_waiting();
  drop_if_empty(origin);
}

request_id connection_pool::socket_closed(socket_id id) {
  if (!knows(id)) {
    return {};
  }
  std::uint32_t const origin = sockets_[id.index].origin;
  request_id const r = remove_socket(id.index);
  serve_waiting();
  drop_if_empty(origin);
  return r;
}

void connection_pool::destroy() {
  close_all();
  serve_waiting();
  drop_empty();
}

void connection_pool::close_free() {
  while (ages_.head != none) {
    close(ages_.head, pool_reason::destroyed);
  }
  serve_waiting();
  drop_empty();
}

void connection_pool::shut_down() {
  shut_down_ = true;
  for (std::uint32_t i = 0; i < requests_.size(); ++i) {
    if (!requests_[i].alive || requests_[i].socket != none) {
      continue;
    }
    dequeue(i);
    pool_action& a = act(pool_action::kind::refuse);
    a.request = remove_request(i);
    a.reason = pool_reason::destroyed;
  }
  close_all();
  drop_empty();
}

void connection_pool::set_options(pool_options options) {
  options_ = clamped(options);
  for (auto const& [name, origin] : names_) {
    origin_record const& o = origins_[origin];
    while (o.free.head != none && !options_.keep_alive) {
      close(o.free.head, pool_reason::keep_alive_off);
    }
    while (o.count.free_sockets > options_.max_free_sockets) {
      close(o.free.head, pool_reason::max_free_sockets);
    }
    while (o.all_sockets() > options_.max_sockets && o.free.head != none) {
      close(o.free.head, pool_reason::max_sockets);
    }
    update_waiting(origin);
  }
  while (all_sockets() > options_.max_total_sockets && ages_.head != none) {
    close(ages_.head, pool_reason::max_total_sockets);
  }
  serve_waiting();
  drop_empty();
}

bool connection_pool::next_action(pool_action& action) noexcept {
  if (popped_ == actions_.size()) {
    return false;
  }
  action = actions_[popped_++];
  if (popped_ == actions_.size()) {
    actions_.clear();
    popped_ = 0;
  }
  return true;
}

pool_action& connection_pool::act(pool_action::kind what) {
  pool_action& a = actions_.emplace_back();
  a.what = what;
  return a;
}

// Decisions.

void connection_pool::open(std::uint32_t request) {
  std::uint32_t const i = make_socket(request);
  pool_action& a = act(pool_action::kind::open);
  a.connecting = true;
  a.waited = requests_[request].waited;
  a.socket = {i, sockets_[i].generation};
  a.request = {request, requests_[request].generation};
}

void connection_pool::assign_request(std::uint32_t socket, std::uint32_t request) {
  socket_record& s = sockets_[socket];
  s.request = request;
  requests_[request].socket = socket;
  move(socket, socket_state::in_use);
  pool_action& a = act(pool_action::kind::assign);
  a.connecting = !s.connected;
  a.reused = s.used;
  a.waited = requests_[request].waited;
  a.socket = {socket, s.generation};
  a.request = {request, requests_[request].generation};
}

/// Decides the use of a socket whose request has just ended: assign, park or close.
void connection_pool::offer(std::uint32_t socket, bool may_park) {
  socket_record const& s = sockets_[socket];
  origin_record const& o = origins_[s.origin];
  if (all_sockets() > options_.max_total_sockets) {
    return close(socket, pool_reason::max_total_sockets);
  }
  if (o.all_sockets() > options_.max_sockets) {
    return close(socket, pool_reason::max_sockets);
  }
  // An older request of another origin that waits for capacity takes precedence, although this
  // costs a connection. Otherwise two busy origins could block a third origin forever.
  if (!waiting_heap_.empty() && (o.queue.head == none || arrival_of(waiting_heap_.front()) <
                                                             requests_[o.queue.head].arrival)) {
    return close(socket, pool_reason::made_room);
  }
  if (o.queue.head != none) {
    std::uint32_t const r = o.queue.head;
    dequeue(r);
    return assign_request(socket, r);
  }
  if (!options_.keep_alive) {
    return close(socket, pool_reason::keep_alive_off);
  }
  if (!may_park) {
    return close(socket, pool_reason::not_kept);
  }
  if (o.count.free_sockets >= options_.max_free_sockets) {
    return close(socket, pool_reason::max_free_sockets);
  }
  move(socket, socket_state::free);
  act(pool_action::kind::park).socket = {socket, s.generation};
}

void connection_pool::close(std::uint32_t socket, pool_reason reason) {
  pool_action& a = act(pool_action::kind::close);
  a.reason = reason;
  a.reused = sockets_[socket].used;
  a.connecting = !sockets_[socket].connected;
  a.socket = {socket, sockets_[socket].generation};
  a.request = remove_socket(socket);
}

void connection_pool::close_all() {
  while (ages_.head != none) {
    close(ages_.head, pool_reason::destroyed);
  }
  for (std::uint32_t i = 0; i < sockets_.size(); ++i) {
    if (sockets_[i].state != socket_state::unused) {
      close(i, pool_reason::destroyed);
    }
  }
}

/// Opens sockets for queued requests, oldest first, while there is capacity or a free socket to
/// close.
void connection_pool::serve_waiting() {
  while (!waiting_heap_.empty()) {
    while (all_sockets() >= options_.max_total_sockets && ages_.head != none) {
      // The closed socket belongs to an origin outside `waiting_heap_`: a waiting origin has no
      // free socket.
      std::uint32_t const origin = sockets_[ages_.head].origin;
      close(ages_.head, pool_reason::made_room);
      drop_if_empty(origin);
    }
    if (all_sockets() >= options_.max_total_sockets) {
      return;
    }
    std::uint32_t const r = origins_[waiting_heap_.front()].queue.head;
    dequeue(r);
    open(r);
  }
}

}  // namespace anode::policy
