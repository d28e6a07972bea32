// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "policy/connection_pool.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace pool_test {

/// A small random generator (splitmix64). Its sequences are the same on every platform.
class dice {
public:
  explicit dice(std::uint64_t seed) : state_(seed) {}
  std::uint32_t roll(std::uint32_t sides) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32) % sides;
  }

private:
  std::uint64_t state_;
};

struct broken_rule {
  std::string_view what;
};

constexpr std::size_t name_count = 7;
constexpr std::array<std::string_view, name_count> names{
    "a:80:", "b:80:", "c:443:", "d:1:", "e:2:", "f:3:", "g:4:"};
constexpr std::size_t slots = 64;

/// A simple model of a pool. It feeds random events to a pool, keeps its own records and checks
/// each decision against the documented rules. Throws `broken_rule`.
class owner {
public:
  explicit owner(dice& d) : dice_(d), pool_(options_ = random_options()) {}

  void run(unsigned events) {
    for (unsigned i = 0; i < events; ++i) {
      step();
      settle();
    }
    finish();
  }

  std::uint64_t served = 0;
  std::uint64_t evicted = 0;

private:
  enum class is : std::uint8_t { gone, connecting, busy, released, free };
  struct socket {
    is state = is::gone;
    bool used = false;
    std::uint32_t generation = 0;
    std::uint8_t name = 0;
    int request = -1;
    std::uint64_t parked = 0;
  };
  struct request {
    enum class where : std::uint8_t { gone, fresh, waiting, bound } state = where::gone;
    std::uint32_t generation = 0;
    std::uint8_t name = 0;
    int socket = -1;
    std::uint64_t arrival = 0;
  };

  anode::policy::pool_options random_options() {
    anode::policy::pool_options o;
    o.keep_alive = dice_.roll(4) != 0;
    o.max_sockets = dice_.roll(3) == 0 ? anode::policy::pool_options::unlimited : 1 + dice_.roll(3);
    o.max_total_sockets =
        dice_.roll(3) == 0 ? anode::policy::pool_options::unlimited : 1 + dice_.roll(5);
    o.max_free_sockets = dice_.roll(3) == 0 ? 256 : dice_.roll(3);
    o.scheduling = dice_.roll(2) ? anode::http::scheduling::lifo : anode::http::scheduling::fifo;
    return o;
  }

  static void check(bool ok, std::string_view what) {
    if (!ok) {
      throw broken_rule{what};
    }
  }

  // Events.

  void step() {
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

  void rare() {
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

  void ask() {
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

  void ready() {
    int const s = any_socket(is::connecting);
    if (s < 0) {
      return;
    }
    if (dice_.roll(5) == 0) {
      return lose(s);
    }
    make_ready(s);
  }

  void make_ready(int s) {
    socket& it = sockets_[static_cast<std::size_t>(s)];
    it.state = it.request < 0 ? is::released : is::busy;
    anode::policy::request_id const got = pool_.socket_ready(id_of(s));
    check(got == id_of_request(it.request), "a ready socket begins the request it was opened for");
  }

  void release() {
    int const s = any_socket(is::busy);
    if (s >= 0) {
      make_free(s, dice_.roll(8) != 0);
    }
  }

  void make_free(int s, bool may_park) {
    socket& it = sockets_[static_cast<std::size_t>(s)];
    requests_[static_cast<std::size_t>(it.request)].state = request::where::gone;
    it.request = -1;
    it.used = true;
    it.state = is::released;
    may_park_ = may_park;
    pool_.socket_free(id_of(s), may_park);
  }

  void cancel() {
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

  void lose(int s) {
    if (s < 0) {
      return;
    }
    socket& it = sockets_[static_cast<std::size_t>(s)];
    anode::policy::request_id const expected = id_of_request(it.request);
    anode::policy::socket_id const id = id_of(s);
    drop(it);
    check(pool_.socket_closed(id) == expected, "the request of a lost socket is told");
  }

  /// Plays events of objects that no longer exist. They have no effect.
  void stale() {
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

  // Decisions.

  void settle() {
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

  void obey() {
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
              "the reason of waiting is told");
        r.state = request::where::waiting;
        ++waiting_[r.name];
        ++all_waiting_;
        return;
      }
      case anode::policy::pool_action::kind::refuse:
        check(false, "nothing was shut down");
    }
  }

  void obey_open() {
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

  void obey_assign() {
    socket& s = socket_of(action_.socket);
    request& r = request_of(action_.request);
    check(s.name == r.name, "a request got another origin's socket");
    check(s.request < 0, "a socket was handed out twice");
    check(action_.reused == s.used, "reused tells whether it was");
    check(action_.connecting == (s.state == is::connecting), "connecting tells whether it is");
    if (s.state == is::free) {
      check_choice(s);
      check(action_.socket == next_free_, "the next free socket is taken");
    }
    check(s.state != is::released ||
              (live_[s.name] <= options_.max_sockets && total_ <= options_.max_total_sockets),
          "a socket above a lowered limit was handed on");
    serve(r);
    s.request = static_cast<int>(action_.request.index);
    r.socket = static_cast<int>(action_.socket.index);
    if (s.state != is::connecting) {
      s.state = is::busy;
    }
  }

  void check_choice(socket const& s) {
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

  /// Serves in first-in, first-out order among the requests that can be served.
  void serve(request& r) {
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

  void leave_queue(request const& r) {
    --waiting_[r.name];
    --all_waiting_;
  }

  void obey_park() {
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

  void obey_close() {
    socket& s = socket_of(action_.socket);
    check(action_.reason != anode::policy::pool_reason::none, "a close has a reason");
    check(action_.request == id_of_request(s.request), "the request of a closed socket is told");
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
      check(action_.reason == anode::policy::pool_reason::request_cancelled, "the reason is told");
      condemned_ = -1;
    }
    drop(s);
  }

  void drop(socket& s) {
    if (s.request >= 0) {
      requests_[static_cast<std::size_t>(s.request)].state = request::where::gone;
    }
    s.request = -1;
    s.state = is::gone;
    --live_[s.name];
    --total_;
  }

  // Rules that hold between events.

  void check_counts() {
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
    pool_.for_each_name(
        [&](std::string_view name, anode::policy::connection_pool::counts const& c) {
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

  void check_nobody_starves() {
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

  /// Finishes everything. Each waiting request is served within twice the number of rounds that the
  /// limits allow.
  void finish() {
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

  // Look-ups.

  socket& socket_of(anode::policy::socket_id id) {
    check(id.index < slots && sockets_[id.index].state != is::gone &&
              sockets_[id.index].generation == id.generation,
          "a decision about a closed socket");
    return sockets_[id.index];
  }
  request& request_of(anode::policy::request_id id) {
    check(id.index < slots && requests_[id.index].state != request::where::gone &&
              requests_[id.index].generation == id.generation,
          "a decision about a request that is gone");
    return requests_[id.index];
  }
  anode::policy::socket_id id_of(int s) const {
    return {static_cast<std::uint32_t>(s), sockets_[static_cast<std::size_t>(s)].generation};
  }
  anode::policy::request_id id_of_request(int r) const {
    if (r < 0) {
      return {};
    }
    return {static_cast<std::uint32_t>(r), requests_[static_cast<std::size_t>(r)].generation};
  }
  /// Finds a matching record from a random start; -1 if none matches.
  template <class Records, class F>
  int any(Records const& records, std::uint32_t end, F fits) {
    std::uint32_t i = end == 0 ? 0 : dice_.roll(end);
    for (std::uint32_t n = 0; n < end; ++n, i = i + 1 == end ? 0 : i + 1) {
      if (fits(records[i])) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }
  /// Finds a socket in a state; `gone` finds one in any other state.
  int any_socket(is state) {
    return any(sockets_, socket_end_, [=](socket const& s) {
      return state == is::gone ? s.state != is::gone : s.state == state;
    });
  }
  int any_request() {
    return any(requests_, request_end_,
               [](request const& r) { return r.state != request::where::gone; });
  }

  dice& dice_;
  std::uint32_t names_used_ = 1 + dice_.roll(name_count);
  anode::policy::pool_options options_;
  anode::policy::connection_pool pool_;
  anode::policy::pool_action action_;
  std::array<socket, slots> sockets_{};
  std::array<request, slots> requests_{};
  std::uint32_t socket_end_ = 0;
  std::uint32_t request_end_ = 0;
  std::array<std::size_t, name_count> waiting_{};
  std::size_t all_waiting_ = 0;
  std::array<std::size_t, name_count> live_{};
  std::size_t total_ = 0;
  std::uint64_t arrivals_ = 0;
  std::uint64_t parkings_ = 0;
  bool may_park_ = true;
  bool fresh_ = false;                  // the last request required a fresh socket
  anode::policy::socket_id next_free_;  // the next free socket at that time
  bool destroyed_ = false;
  int condemned_ = -1;
};

}  // namespace pool_test
