// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each rule of the pool with a short script: each event returns the resulting decisions as
// text.
#include "policy/connection_pool.hpp"

#include "support/catch.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace unit_policy_connection_pool {

using namespace anode::policy;

namespace {

constexpr auto unlimited = pool_options::unlimited;

/// Plays events by the names of requests ("r1") and sockets (s1 is the first socket opened).
class script {
public:
  explicit script(pool_options o) : pool_(o) {}

  std::string ask(std::string const& request, std::string_view origin, bool fresh = false) {
    requests_[request] = pool_.request(origin, fresh);
    return decisions();
  }
  std::string cancel(std::string const& request) {
    pool_.request_cancelled(requests_[request]);
    return decisions();
  }
  std::string ready(std::size_t s) { return after(pool_.socket_ready(socket(s))); }
  std::string failed(std::size_t s) { return after(pool_.connect_failed(socket(s))); }
  std::string closed(std::size_t s) { return after(pool_.socket_closed(socket(s))); }
  std::string free(std::size_t s, bool may_park = true) {
    pool_.socket_free(socket(s), may_park);
    return decisions();
  }
  std::string destroy() {
    pool_.destroy();
    return decisions();
  }
  std::string close_free() {
    pool_.close_free();
    return decisions();
  }
  std::string shut_down() {
    pool_.shut_down();
    return decisions();
  }
  std::string options(pool_options o) {
    pool_.set_options(o);
    return decisions();
  }
  /// Queues a request, connects its socket and frees the socket, which stays idle in the pool if
  /// allowed.
  void use(std::string const& request, std::string_view origin) {
    ask(request, origin);
    std::size_t const s = sockets_.size();
    ready(s);
    free(s);
  }

  connection_pool const& operator*() const { return pool_; }
  connection_pool const* operator->() const { return &pool_; }
  socket_id socket(std::size_t s) const { return sockets_.at(s - 1); }

  std::string name(socket_id id) const {
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
      if (sockets_[i] == id) {
        return "s" + std::to_string(i + 1);
      }
    }
    return "s?";
  }
  std::string name(request_id id) const {
    for (auto const& [n, r] : requests_) {
      if (r == id) {
        return n;
      }
    }
    return "r?";
  }

private:
  /// Plays an event of a request before it returns the decisions.
  std::string after(request_id r) {
    std::string const result = r ? "=" + name(r) + " " : "";
    return result + decisions();
  }

  std::string decisions() {
    std::string all;
    pool_action a;
    while (pool_.next_action(a)) {
      if (!all.empty()) {
        all += ", ";
      }
      if (a.what == pool_action::kind::open) {
        sockets_.push_back(a.socket);
      }
      all += to_string(a.what);
      if (a.socket) {
        all += " " + name(a.socket);
      }
      if (a.request) {
        all += " " + name(a.request);
      }
      if (a.what == pool_action::kind::assign && a.connecting) {
        all += " connecting";
      }
      if (a.what == pool_action::kind::assign && a.reused) {
        all += " reused";
      }
      if (a.waited) {
        all += " waited";
      }
      if (a.reason != pool_reason::none) {
        all += " (" + std::string{to_string(a.reason)} + ")";
      }
    }
    return all;
  }

  connection_pool pool_;
  std::map<std::string, request_id> requests_;
  std::vector<socket_id> sockets_;
};

pool_options limits(std::uint32_t sockets, std::uint32_t total = unlimited,
                    std::uint32_t free = 256) {
  pool_options o;
  o.keep_alive = true;
  o.max_sockets = sockets;
  o.max_total_sockets = total;
  o.max_free_sockets = free;
  return o;
}

}  // namespace

TEST_CASE("pool: a socket for each request, kept idle and reused", "[pool]") {
  script p{limits(unlimited)};
  CHECK(p.ask("r1", "a") == "open s1 r1");
  CHECK(p.ask("r2", "a") == "open s2 r2");
  CHECK(p->counts_of("a") == connection_pool::counts{2, 0, 0});
  CHECK(p.ready(1) == "=r1 ");
  CHECK(p.free(1) == "park s1");
  CHECK(p->counts_of("a") == connection_pool::counts{1, 1, 0});
  CHECK(p.ask("r3", "a") == "assign s1 r3 reused");
  CHECK(p.ask("r4", "b") == "open s3 r4");
  CHECK(p->totals() == connection_pool::counts{3, 0, 0});
  CHECK(p->counts_of("c") == connection_pool::counts{});
}

TEST_CASE("pool: scheduling", "[pool]") {
  auto o = limits(unlimited);
  bool const lifo = GENERATE(true, false);
  o.scheduling = lifo ? anode::http::scheduling::lifo : anode::http::scheduling::fifo;
  script p{o};
  p.ask("r1", "a");
  p.ask("r2", "a");
  p.ready(1);
  p.ready(2);
  p.free(2);
  p.free(1);
  CHECK(p.ask("r3", "a") == (lifo ? "assign s1 r3 reused" : "assign s2 r3 reused"));
}

TEST_CASE("pool: without keep_alive", "[pool]") {
  auto o = limits(1);
  o.keep_alive = false;
  script p{o};
  p.ask("r1", "a");
  p.ready(1);
  SECTION("no socket is kept idle") { CHECK(p.free(1) == "close s1 (keep_alive_off)"); }
  SECTION("a waiting request still reuses the socket") {
    CHECK(p.ask("r2", "a") == "queue r2 (max_sockets)");
    CHECK(p.free(1) == "assign s1 r2 reused waited");
    CHECK(p.free(1) == "close s1 (keep_alive_off)");
  }
  SECTION("no origin remains recorded") {
    p.free(1);
    p->for_each_name([](auto, auto) { FAIL("a name is left"); });
  }
}

TEST_CASE("pool: max_sockets", "[pool]") {
  script p{limits(2)};
  p.ask("r1", "a");
  p.ask("r2", "a");
  CHECK(p.ask("r3", "a") == "queue r3 (max_sockets)");
  CHECK(p.ask("r4", "a") == "queue r4 (max_sockets)");
  CHECK(p.ask("r5", "b") == "open s3 r5");
  CHECK(p->counts_of("a") == connection_pool::counts{2, 0, 2});
  p.ready(1);
  p.ready(2);
  SECTION("a free socket goes to the request that waited longest, but is not kept idle") {
    CHECK(p.free(1, false) == "assign s1 r3 reused waited");
    CHECK(p.free(2) == "assign s2 r4 reused waited");
  }
  SECTION("a closed socket makes room for a new one") {
    CHECK(p.closed(1) == "=r1 open s4 r3 waited");
  }
  SECTION("a cancelled request leaves the queue") {
    CHECK(p.cancel("r3") == "");
    CHECK(p.free(1) == "assign s1 r4 reused waited");
  }
  SECTION("a failed connect attempt makes room") {
    CHECK(p.ask("r6", "b") == "open s4 r6");
    CHECK(p.ask("r7", "b") == "queue r7 (max_sockets)");
    CHECK(p.failed(4) == "=r6 open s5 r7 waited");
  }
}

TEST_CASE("pool: max_free_sockets", "[pool]") {
  script p{limits(unlimited, unlimited, 1)};
  for (auto r : {"r1", "r2", "r3"}) {
    p.ask(r, "a");
  }
  p.ask("r4", "b");
  for (std::size_t s : {1u, 2u, 3u, 4u}) {
    p.ready(s);
  }
  CHECK(p.free(1) == "park s1");
  CHECK(p.free(2) == "close s2 (max_free_sockets)");
  CHECK(p.free(4) == "park s4");
  CHECK(p.free(3, false) == "close s3 (not_kept)");
}

TEST_CASE("pool: max_total_sockets", "[pool]") {
  SECTION("first in, first out, across origins") {
    script p{limits(unlimited, 1)};
    p.ask("a1", "a");
    CHECK(p.ask("b1", "b") == "queue b1 (max_total_sockets)");
    CHECK(p.ask("a2", "a") == "queue a2 (max_total_sockets)");
    p.ready(1);
    CHECK(p.free(1) == "close s1 (made_room), open s2 b1 waited");
    p.ready(2);
    CHECK(p.free(2) == "close s2 (made_room), open s3 a2 waited");
    p.ready(3);
    CHECK(p.free(3) == "park s3");
  }
  SECTION("the socket is kept if the oldest request can use it") {
    script p{limits(unlimited, 1)};
    p.ask("a1", "a");
    p.ask("a2", "a");
    p.ask("b1", "b");
    p.ready(1);
    CHECK(p.free(1) == "assign s1 a2 reused waited");
    CHECK(p.free(1) == "close s1 (made_room), open s2 b1 waited");
  }
  SECTION("an old request above its own origin's limit does not block others") {
    script p{limits(1, 2)};
    p.ask("a1", "a");
    p.ask("b1", "b");
    CHECK(p.ask("a2", "a") == "queue a2 (max_sockets)");
    CHECK(p.ask("b2", "b") == "queue b2 (max_sockets)");
    CHECK(p.ask("c1", "c") == "queue c1 (max_total_sockets)");
    p.ready(2);
    CHECK(p.free(2) == "assign s2 b2 reused waited");
    CHECK(p.free(2) == "close s2 (made_room), open s3 c1 waited");
  }
  SECTION("the oldest free socket of another origin is closed to make room") {
    script p{limits(unlimited, 3)};
    p.use("r1", "a");
    p.use("r2", "b");
    p.use("r3", "c");
    CHECK(p->totals() == connection_pool::counts{0, 3, 0});
    CHECK(p.ask("r4", "d") == "close s1 (made_room), open s4 r4");
    CHECK(p.ask("r5", "c") == "assign s3 r5 reused");
    CHECK(p.ask("r6", "c") == "close s2 (made_room), open s5 r6");
    CHECK(p->counts_of("a") == connection_pool::counts{});
  }
}

TEST_CASE("pool: cancelled requests", "[pool]") {
  script p{limits(1)};
  p.ask("r1", "a");
  SECTION("while connecting: the attempt ends, and the next request starts its own") {
    p.ask("r2", "a");
    CHECK(p.cancel("r1") == "close s1 (request_cancelled), open s2 r2 waited");
    CHECK(p.ready(1) == "");
    CHECK(p.ready(2) == "=r2 ");
  }
  SECTION("while connecting, without a waiting request: the attempt ends") {
    CHECK(p.cancel("r1") == "close s1 (request_cancelled)");
    CHECK(p->counts_of("a") == connection_pool::counts{});
    CHECK(p.ready(1) == "");
    CHECK(p.ask("r2", "a") == "open s2 r2");
  }
  SECTION("during an exchange: the socket is closed, and the next request gets a new one") {
    p.ready(1);
    p.ask("r2", "a");
    CHECK(p.cancel("r1") == "close s1 (request_cancelled), open s2 r2 waited");
    CHECK(p.cancel("r1") == "");
    CHECK(p.closed(1) == "");
  }
}

TEST_CASE("pool: a request that requires a fresh socket", "[pool]") {
  script p{limits(2, 3)};
  p.use("r1", "a");
  CHECK(p.ask("r2", "a", true) == "open s2 r2");
  p.ready(2);
  p.free(2);
  SECTION("an idle socket is closed to make room") {
    CHECK(p.ask("r3", "a", true) == "close s1 (made_room), open s3 r3");
    CHECK(p.ask("r4", "a") == "assign s2 r4 reused");
  }
  SECTION("also for the total limit and the same origin") {
    p.options(limits(3, 3));
    p.use("r3", "b");
    CHECK(p.ask("r4", "b", true) == "close s3 (made_room), open s4 r4");
  }
  SECTION("without an idle socket it uses the next socket that becomes free") {
    p.ask("r3", "a");
    p.ask("r4", "a");
    CHECK(p.ask("r5", "a", true) == "queue r5 (max_sockets)");
    CHECK(p.free(1) == "assign s1 r5 reused waited");
  }
}

TEST_CASE("pool: sockets that close", "[pool]") {
  script p{limits(unlimited)};
  p.use("r1", "a");
  SECTION("while idle: never reused") {
    CHECK(p.closed(1) == "");
    CHECK(p.ask("r2", "a") == "open s2 r2");
  }
  SECTION("late events of a closed socket have no effect") {
    p.closed(1);
    p.ask("r2", "a");
    CHECK(p.socket(2).index == p.socket(1).index);
    CHECK(p.free(1) == "");
    CHECK(p.ready(1) == "");
    CHECK(p.closed(1) == "");
    CHECK(p->counts_of("a") == connection_pool::counts{1, 0, 0});
    CHECK(p->request_of(p.socket(1)) == request_id{});
  }
  SECTION("repeated or premature free events have no effect") {
    CHECK(p.free(1) == "");
    p.ask("r2", "b");
    CHECK(p.free(2) == "");
    CHECK(p->totals() == connection_pool::counts{1, 1, 0});
  }
}

TEST_CASE("pool: destroy and shut_down", "[pool]") {
  script p{limits(2)};
  p.use("r1", "b");
  p.ask("r2", "a");
  p.ask("r3", "a");
  p.ready(2);
  p.ask("r4", "a");
  SECTION("destroy closes free sockets first, then the others; waiting requests continue") {
    CHECK(p.destroy() ==
          "close s1 (destroyed), close s2 r2 (destroyed), close s3 r3 (destroyed), "
          "open s4 r4 waited");
    CHECK(p->counts_of("b") == connection_pool::counts{});
    CHECK(p.ask("r5", "b") == "open s5 r5");
  }
  SECTION("close_free closes free sockets only") {
    CHECK(p.close_free() == "close s1 (destroyed)");
    CHECK(p->counts_of("b") == connection_pool::counts{});
    CHECK(p->totals() == connection_pool::counts{2, 0, 1});
    CHECK(p.free(2) == "assign s2 r4 reused waited");
    CHECK(p.close_free() == "");
    CHECK(p.free(2) == "park s2");
    CHECK(p.close_free() == "close s2 (destroyed)");
  }
  SECTION("shut_down rejects waiting and later requests") {
    CHECK(p.shut_down() ==
          "refuse r4 (destroyed), close s1 (destroyed), close s2 r2 (destroyed), "
          "close s3 r3 (destroyed)");
    CHECK(p.ask("r5", "b") == "refuse r5 (destroyed)");
    CHECK(p->totals() == connection_pool::counts{});
  }
}

TEST_CASE("pool: options change at run time", "[pool]") {
  SECTION("a higher limit serves waiting requests") {
    script p{limits(1)};
    for (auto r : {"r1", "r2", "r3", "r4"}) {
      p.ask(r, "a");
    }
    CHECK(p.options(limits(3)) == "open s2 r2 waited, open s3 r3 waited");
  }
  SECTION("a lower limit closes free sockets now, others when they become free") {
    script p{limits(unlimited)};
    for (auto r : {"r1", "r2", "r3"}) {
      p.ask(r, "a");
    }
    for (std::size_t s : {1u, 2u, 3u}) {
      p.ready(s);
    }
    p.free(1);
    CHECK(p.options(limits(1)) == "close s1 (max_sockets)");
    CHECK(p.ask("r4", "a") == "queue r4 (max_sockets)");
    CHECK(p.free(2) == "close s2 (max_sockets)");
    CHECK(p.free(3) == "assign s3 r4 reused waited");
  }
  SECTION("a lower total limit") {
    script p{limits(unlimited)};
    p.use("r1", "a");
    p.use("r2", "b");
    p.ask("r3", "a");
    p.ask("r4", "a");
    p.ready(3);
    CHECK(p.options(limits(unlimited, 1)) == "close s2 (max_total_sockets)");
    CHECK(p.free(1) == "close s1 (max_total_sockets)");
    CHECK(p.free(3) == "park s3");
  }
  SECTION("keep_alive is turned off") {
    script p{limits(unlimited)};
    p.use("r1", "a");
    auto o = limits(unlimited);
    o.keep_alive = false;
    CHECK(p.options(o) == "close s1 (keep_alive_off)");
  }
  SECTION("a limit of 0 counts as 1") {
    script p{limits(0, 0)};
    CHECK(p.ask("r1", "a") == "open s1 r1");
    CHECK(p.ask("r2", "a") == "queue r2 (max_sockets)");
  }
}

TEST_CASE("pool: views", "[pool]") {
  script p{limits(3)};
  p.use("r1", "a");
  p.ask("r2", "a");
  p.ask("r3", "a");
  p.ask("r4", "a");
  p.ask("r5", "a");
  p.ask("r6", "a");
  p.ready(2);
  p.cancel("r5");
  std::string all;
  auto const note = [&](auto id) { all += p.name(id) + " "; };
  p->for_each_socket("a", note);
  p->for_each_free_socket("a", note);
  p->for_each_request("a", note);
  p->for_each_request("unknown", note);
  p->for_each_name([&](std::string_view name, connection_pool::counts const& c) {
    all += std::string{name} + std::to_string(c.sockets) + std::to_string(c.requests);
  });
  CHECK(all == "s1 s2 s3 r6 a31");
  CHECK(p.name(p->request_of(p.socket(1))) == "r2");
}

TEST_CASE("pool: names of actions and reasons", "[pool]") {
  using kind = pool_action::kind;
  CHECK(to_string(kind::open) == "open");
  CHECK(to_string(kind::assign) == "assign");
  CHECK(to_string(kind::queue) == "queue");
  CHECK(to_string(kind::park) == "park");
  CHECK(to_string(kind::close) == "close");
  CHECK(to_string(kind::refuse) == "refuse");
  CHECK(to_string(static_cast<kind>(99)) == "unknown");
  CHECK(to_string(pool_reason::none) == "none");
  CHECK(to_string(pool_reason::max_sockets) == "max_sockets");
  CHECK(to_string(pool_reason::max_total_sockets) == "max_total_sockets");
  CHECK(to_string(pool_reason::max_free_sockets) == "max_free_sockets");
  CHECK(to_string(pool_reason::keep_alive_off) == "keep_alive_off");
  CHECK(to_string(pool_reason::not_kept) == "not_kept");
  CHECK(to_string(pool_reason::made_room) == "made_room");
  CHECK(to_string(pool_reason::request_cancelled) == "request_cancelled");
  CHECK(to_string(pool_reason::destroyed) == "destroyed");
  CHECK(to_string(static_cast<pool_reason>(99)) == "unknown");
}

TEST_CASE("pool: more origins than it retains memory for", "[pool]") {
  script p{limits(1)};
  for (int i = 1; i <= 40; ++i) {
    std::string const n = std::to_string(i);
    p.ask("r" + n, "name" + n);
  }
  CHECK(p->totals().sockets == 40);
  auto const names = [&] {
    std::size_t count = 0;
    p->for_each_name([&](std::string_view, connection_pool::counts const&) { ++count; });
    return count;
  };
  CHECK(names() == 40);
  for (int i = 1; i <= 40; ++i) {
    p.cancel("r" + std::to_string(i));
  }
  CHECK(names() == 0);  // the attempt ends with its request
}

}  // namespace unit_policy_connection_pool
