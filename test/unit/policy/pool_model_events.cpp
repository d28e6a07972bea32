// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The events that a pool's owner plays.
#include "unit/policy/pool_model.hpp"

#include <cstddef>
#include <cstdint>

namespace pool_test {

void owner::run(unsigned events) {
  for (unsigned i = 0; i < events; ++i) {
    step();
    settle();
  }
  finish();
}

anode::policy::pool_options owner::random_options() {
  anode::policy::pool_options o;
  o.keep_alive = dice_.roll(4) != 0;
  o.max_sockets = dice_.roll(3) == 0 ? anode::policy::pool_options::unlimited : 1 + dice_.roll(3);
  o.max_total_sockets =
      dice_.roll(3) == 0 ? anode::policy::pool_options::unlimited : 1 + dice_.roll(5);
  o.max_free_sockets = dice_.roll(3) == 0 ? 256 : dice_.roll(3);
  o.scheduling = dice_.roll(2) ? anode::http::scheduling::lifo : anode::http::scheduling::fifo;
  return o;
}

void owner::step() {
  std::uint32_t const side = dice_.roll(16);
  if (side < 5) {
    return ask();
  }
  if (side < 8) {
    return ready();
  }
  if (side < 12) {
    return release();
  }
  if (side == 12) {
    return cancel();
  }
  if (side == 13) {
    return lose(any_socket(is::gone));
  }
  if (side == 14) {
    return lose(any_socket(is::free));
  }
  rare();
}

void owner::rare() {
  std::uint32_t const side = dice_.roll(6);
  destroyed_ = side == 0;
  if (side == 0) {
    return pool_.destroy();
  }
  if (side == 1) {
    return pool_.set_options(options_ = random_options());
  }
  stale();
}

void owner::ask() {
  auto const name = static_cast<std::uint8_t>(dice_.roll(names_used_));
  fresh_ = dice_.roll(6) == 0;
  next_free_ = pool_.next_free(names[name]);
  anode::policy::request_id const id = pool_.request(names[name], fresh_);
  check(id && id.index < slots, "a request has an id");
  request& r = requests_[id.index];
  check(r.state == request::where::gone, "an id in use was given again");
  check(r.generation != id.generation, "an id looks like an older one");
  r = {request::where::fresh, id.generation, name, -1, arrivals_++};
  if (id.index >= request_end_) {
    request_end_ = id.index + 1;
  }
}

void owner::ready() {
  int const s = any_socket(is::connecting);
  if (s < 0) {
    return;
  }
  if (dice_.roll(5) == 0) {
    return lose(s);
  }
  make_ready(s);
}

void owner::make_ready(int s) {
  socket& it = sockets_[static_cast<std::size_t>(s)];
  it.state = it.request < 0 ? is::released : is::busy;
  anode::policy::request_id const got = pool_.socket_ready(id_of(s));
  check(got == id_of_request(it.request), "a ready socket begins the request it was opened for");
}

void owner::release() {
  int const s = any_socket(is::busy);
  if (s >= 0) {
    make_free(s, dice_.roll(8) != 0);
  }
}

void owner::make_free(int s, bool may_park) {
  socket& it = sockets_[static_cast<std::size_t>(s)];
  requests_[static_cast<std::size_t>(it.request)].state = request::where::gone;
  it.request = -1;
  it.used = true;
  it.state = is::released;
  may_park_ = may_park;
  pool_.socket_free(id_of(s), may_park);
}

void owner::cancel() {
  int const r = any_request();
  if (r < 0) {
    return;
  }
  request& it = requests_[static_cast<std::size_t>(r)];
  anode::policy::request_id const id = id_of_request(r);
  if (it.state == request::where::bound) {
    socket& s = sockets_[static_cast<std::size_t>(it.socket)];
    s.request = -1;
    condemned_ = it.socket;
  } else {
    if (it.state == request::where::waiting) {
      leave_queue(it);
    }
  }
  it.state = request::where::gone;
  pool_.request_cancelled(id);
}

void owner::lose(int s) {
  if (s < 0) {
    return;
  }
  socket& it = sockets_[static_cast<std::size_t>(s)];
  anode::policy::request_id const expected = id_of_request(it.request);
  anode::policy::socket_id const id = id_of(s);
  drop(it);
  check(pool_.socket_closed(id) == expected, "the request of a lost socket is reported");
}

void owner::stale() {
  auto const i = static_cast<std::uint32_t>(dice_.roll(8));
  anode::policy::socket_id const s{
      i, sockets_[i].generation - (sockets_[i].state == is::gone ? 0u : 1u)};
  anode::policy::request_id const r{
      i, requests_[i].generation - (requests_[i].state == request::where::gone ? 0u : 1u)};
  check(!pool_.socket_ready(s) && !pool_.socket_closed(s) && !pool_.connect_failed(s),
        "an unknown socket has no request");
  pool_.socket_free(s);
  pool_.request_cancelled(r);
  check(!pool_.next_action(action_), "unknown ids have no effect");
}

void owner::finish() {
  for (unsigned round = 0; all_waiting_ > 0; ++round) {
    check(round < 2 * slots, "a request starves");
    for (std::uint32_t i = 0; i < socket_end_; ++i) {
      if (sockets_[i].state == is::connecting) {
        make_ready(static_cast<int>(i));
      } else if (sockets_[i].state == is::busy) {
        make_free(static_cast<int>(i), true);
      }
      settle();
    }
  }
  destroyed_ = true;
  pool_.shut_down();
  while (pool_.next_action(action_)) {
    obey();
  }
  check(total_ == 0 && pool_.totals() == anode::policy::connection_pool::counts{},
        "nothing is left");
  pool_.for_each_name([](auto, auto const&) { check(false, "no name is left"); });
}

}  // namespace pool_test
