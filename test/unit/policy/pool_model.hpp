// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "policy/connection_pool.hpp"

#include <array>
#include <cstddef>
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

  void run(unsigned events);

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

  // Events, in pool_model_events.cpp.

  anode::policy::pool_options random_options();
  void step();
  void rare();
  void ask();
  void ready();
  void make_ready(int s);
  void release();
  void make_free(int s, bool may_park);
  void cancel();
  void lose(int s);
  /// Plays events of objects that no longer exist. They have no effect.
  void stale();
  /// Finishes everything. Each waiting request is served within twice the number of rounds that the
  /// limits allow.
  void finish();

  // Decisions and rules that hold between events, in pool_model_rules.cpp.

  void settle();
  void obey();
  void obey_open();
  void obey_assign();
  void check_choice(socket const& s);
  /// Serves in first-in, first-out order among the requests that can be served.
  void serve(request& r);
  void leave_queue(request const& r);
  void obey_park();
  void obey_close();
  void drop(socket& s);
  void check_counts();
  void check_nobody_starves();

  static void check(bool ok, std::string_view what) {
    if (!ok) {
      throw broken_rule{what};
    }
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
