// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The rules that a pool's decisions obey.
#include "unit/policy/pool_model.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pool_test {

void owner::settle() {
  while (pool_.next_action(action_)) {
    obey();
  }
  check(condemned_ < 0, "a socket whose request was cancelled is closed");
  may_park_ = true;
  fresh_ = false;
  if (destroyed_) {
    for (std::uint32_t i = 0; i < socket_end_; ++i) {
      check(sockets_[i].state == is::gone || sockets_[i].state == is::connecting,
            "destroy closes every socket that had been there");
    }
    destroyed_ = false;
  }
  check_counts();
  check_nobody_starves();
}

void owner::obey() {
  switch (action_.what) {
    case anode::policy::pool_action::kind::open:
      return obey_open();
    case anode::policy::pool_action::kind::assign:
      return obey_assign();
    case anode::policy::pool_action::kind::park:
      return obey_park();
    case anode::policy::pool_action::kind::close:
      return obey_close();
    case anode::policy::pool_action::kind::queue: {
      request& r = request_of(action_.request);
      check(r.state == request::where::fresh, "only a new request is queued");
      check(action_.reason == (live_[r.name] >= options_.max_sockets
                                   ? anode::policy::pool_reason::max_sockets
                                   : anode::policy::pool_reason::max_total_sockets),
            "the reason of waiting is reported");
      r.state = request::where::waiting;
      ++waiting_[r.name];
      ++all_waiting_;
      return;
    }
    case anode::policy::pool_action::kind::refuse:
      check(false, "nothing was shut down");
  }
}

void owner::obey_open() {
  std::uint32_t const i = action_.socket.index;
  check(action_.socket && i < slots, "a socket has an id");
  socket& s = sockets_[i];
  check(s.state == is::gone, "an id in use was given again");
  check(s.generation != action_.socket.generation, "an id looks like an older one");
  request& r = request_of(action_.request);
  serve(r);
  s = {is::connecting,
       false,
       action_.socket.generation,
       r.name,
       static_cast<int>(action_.request.index),
       0};
  r.socket = static_cast<int>(i);
  if (i >= socket_end_) {
    socket_end_ = i + 1;
  }
  ++live_[r.name];
  ++total_;
  check(live_[r.name] <= options_.max_sockets, "max_sockets was exceeded");
  check(total_ <= options_.max_total_sockets, "max_total_sockets was exceeded");
}

void owner::obey_assign() {
  socket& s = socket_of(action_.socket);
  request& r = request_of(action_.request);
  check(s.name == r.name, "a request got another origin's socket");
  check(s.request < 0, "a socket was assigned twice");
  check(action_.reused == s.used, "reused tells whether it was");
  check(action_.connecting == (s.state == is::connecting), "connecting tells whether it is");
  if (s.state == is::free) {
    check_choice(s);
    check(action_.socket == next_free_, "the next free socket is assigned");
  }
  check(s.state != is::released ||
            (live_[s.name] <= options_.max_sockets && total_ <= options_.max_total_sockets),
        "a socket above a lowered limit was assigned");
  serve(r);
  s.request = static_cast<int>(action_.request.index);
  r.socket = static_cast<int>(action_.socket.index);
  if (s.state != is::connecting) {
    s.state = is::busy;
  }
}

void owner::check_choice(socket const& s) {
  check(!fresh_, "a parked socket is not fresh");
  for (std::uint32_t i = 0; i < socket_end_; ++i) {
    socket const& other = sockets_[i];
    if (&other == &s || other.state != is::free || other.name != s.name) {
      continue;
    }
    check(options_.scheduling == anode::http::scheduling::lifo ? other.parked < s.parked
                                                               : other.parked > s.parked,
          "the scheduling chooses the socket");
  }
}

void owner::serve(request& r) {
  check(r.state == request::where::fresh || r.state == request::where::waiting,
        "only a request without socket gets one");
  check(action_.waited == (r.state == request::where::waiting), "waited tells whether it did");
  for (std::uint32_t i = 0; all_waiting_ > 0 && i < request_end_; ++i) {
    request const& other = requests_[i];
    if (other.state != request::where::waiting || other.arrival >= r.arrival) {
      continue;
    }
    check(other.name != r.name, "overtaken by a request of its own name");
    check(live_[other.name] >= options_.max_sockets, "overtaken by a request of another name");
  }
  if (r.state == request::where::waiting) {
    leave_queue(r);
  }
  r.state = request::where::bound;
  ++served;
}

void owner::leave_queue(request const& r) {
  --waiting_[r.name];
  --all_waiting_;
}

void owner::obey_park() {
  socket& s = socket_of(action_.socket);
  check(s.state == is::released && may_park_ && options_.keep_alive, "not to be parked");
  s.state = is::free;
  s.parked = ++parkings_;
  std::size_t free = 0;
  for (std::uint32_t i = 0; i < socket_end_; ++i) {
    free += sockets_[i].state == is::free && sockets_[i].name == s.name;
  }
  check(free <= options_.max_free_sockets, "max_free_sockets was exceeded");
}

void owner::obey_close() {
  socket& s = socket_of(action_.socket);
  check(action_.reason != anode::policy::pool_reason::none, "a close has a reason");
  check(action_.request == id_of_request(s.request), "the request of a closed socket is reported");
  if (s.request >= 0) {
    check(destroyed_, "a request lost its socket");
  }
  if (action_.reason == anode::policy::pool_reason::made_room) {
    ++evicted;
    if (s.state == is::free && !fresh_) {
      for (std::uint32_t i = 0; i < socket_end_; ++i) {
        check(sockets_[i].state != is::free || sockets_[i].parked >= s.parked,
              "the oldest free socket makes room");
      }
    }
  }
  if (static_cast<int>(action_.socket.index) == condemned_) {
    check(action_.reason == anode::policy::pool_reason::request_cancelled,
          "the reason is reported");
    condemned_ = -1;
  }
  drop(s);
}

void owner::drop(socket& s) {
  if (s.request >= 0) {
    requests_[static_cast<std::size_t>(s.request)].state = request::where::gone;
  }
  s.request = -1;
  s.state = is::gone;
  --live_[s.name];
  --total_;
}

void owner::check_counts() {
  std::array<anode::policy::connection_pool::counts, name_count> by_name{};
  anode::policy::connection_pool::counts all;
  all.requests = all_waiting_;
  for (std::uint32_t i = 0; i < socket_end_; ++i) {
    socket const& s = sockets_[i];
    if (s.state == is::gone) {
      continue;
    }
    check(s.state != is::released, "a released socket was forgotten");
    ++(s.state == is::free ? by_name[s.name].free_sockets : by_name[s.name].sockets);
    ++(s.state == is::free ? all.free_sockets : all.sockets);
    check(s.state != is::busy || s.request >= 0, "a socket in use has a request");
    check(s.state != is::free || options_.keep_alive, "free sockets need keep_alive");
  }
  for (std::size_t n = 0; n < name_count; ++n) {
    by_name[n].requests = waiting_[n];
  }
  check(pool_.totals() == all, "the totals add up");
  std::size_t known = 0;
  pool_.for_each_name([&](std::string_view name, anode::policy::connection_pool::counts const& c) {
    ++known;
    for (std::size_t n = 0; n < name_count; ++n) {
      if (names[n] == name) {
        check(c == by_name[n], "the counts add up");
      }
    }
  });
  for (std::size_t n = 0; n < name_count; ++n) {
    known -= by_name[n] != anode::policy::connection_pool::counts{};
  }
  check(known == 0, "names without sockets and requests are dropped, others are not");
}

void owner::check_nobody_starves() {
  if (all_waiting_ == 0) {
    return;
  }
  bool spare = false;
  for (std::uint32_t i = 0; i < socket_end_; ++i) {
    socket const& s = sockets_[i];
    bool const unbound = s.state != is::gone && s.request < 0;
    spare = spare || unbound;
    check(!unbound || waiting_[s.name] == 0, "a request waits beside a free socket of its name");
  }
  for (std::size_t n = 0; n < name_count; ++n) {
    if (waiting_[n] == 0 || live_[n] >= options_.max_sockets) {
      continue;
    }
    check(total_ >= options_.max_total_sockets, "a request waits though there is room");
    check(!spare, "a request waits though room could be made");
  }
}

}  // namespace pool_test
