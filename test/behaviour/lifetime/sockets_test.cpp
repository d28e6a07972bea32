// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each operation of a socket, and a relay between two sockets, against each way to lose the
// other side.
#include "behaviour/lifetime/scene.hpp"
#include "behaviour/lifetime/socket_losses.hpp"
#include "support/catch.hpp"

#include <anode/relay.hpp>

#include <chrono>
#include <utility>

namespace behaviour_lifetime_sockets {

namespace testing = anode::testing;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

// One end of a connection whose other end does not read.
struct socket_scene : scene {
  socket_scene() {
    peer.stop_listening();
    ours.on_close([this] {
      ++closes;
      in_close();
    });
  }

  anode::socket& handle(anode::socket*) { return ours; }
  testing::peer& far() { return peer; }

  void answer() {
    peer.listen();
    peer.send("12345");
  }

  void finish() {
    kept.destroy();
    loop.advance(std::chrono::seconds(200));  // An ended socket whose handles are dropped lingers.
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, closes == 1, "close: " + std::to_string(closes) + " times");
    peer.listen();
    m.check(out, peer.ended(), "the connection is still open");
  }

  int closes = 0;
  std::pair<anode::socket, anode::socket> ends = anode::socket_pair(loop.get_executor(), 64);
  testing::peer peer{loop, std::move(ends.second)};
  anode::socket ours{ends.first};
  anode::socket kept{std::move(ends.first)};
  anode::socket other;
};

struct relay_ends {
  anode::socket a;
  anode::socket b;
};

operations<relay_ends> const& relay_operations() {
  static operations<relay_ends> const all{
      row<relay_ends>("relay", [](relay_ends& e) { return anode::relay(e.a, e.b); }),
      row<relay_ends>("relay (timeout)", [](relay_ends& e) { return anode::relay(e.a, e.b, 2s); }),
      row<relay_ends>("relay (limits)",
                      [](relay_ends& e) {
                        anode::relay_options limits;
                        limits.idle_timeout = 2s;
                        limits.half_closed = 1s;
                        return anode::relay(e.a, e.b, limits);
                      }),
  };
  return all;
}

// Two connections with bytes in transit. The other ends do not read.
struct relay_scene : scene {
  relay_scene() {
    for (testing::peer* p : {&peer_a, &peer_b}) {
      p->stop_listening();
      p->send(text());
    }
    ends.a.on_close([this] {
      ++closes;
      in_close();
    });
    ends.b.on_close([this] { ++closes; });
  }

  relay_ends& handle(relay_ends*) { return ends; }

  void answer() {
    for (testing::peer* p : {&peer_a, &peer_b}) {
      p->listen();
      p->end();
    }
  }

  void finish() {
    ends.a.destroy();
    ends.b.destroy();
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, closes == 2, "close: " + std::to_string(closes) + " times");
    peer_a.listen();
    peer_b.listen();
    m.check(out, peer_a.ended() && peer_b.ended(), "a connection is still open");
  }

  int closes = 0;
  std::pair<anode::socket, anode::socket> a = anode::socket_pair(loop.get_executor(), 64);
  std::pair<anode::socket, anode::socket> b = anode::socket_pair(loop.get_executor(), 64);
  testing::peer peer_a{loop, std::move(a.second)};
  testing::peer peer_b{loop, std::move(b.second)};
  relay_ends ends{std::move(a.first), std::move(b.first)};
};

std::vector<loss<relay_scene>> const relay_losses{
    {"FIN", [](relay_scene& s) { s.peer_a.close(); }},
    {"half-close", [](relay_scene& s) { s.peer_a.end(); }},
    {"half-close of both",
     [](relay_scene& s) {
       s.peer_a.end();
       s.peer_b.end();
     }},
    {"reset", [](relay_scene& s) { s.peer_b.reset(); }},
    {"destroyed", [](relay_scene& s) { s.ends.a.destroy(); }},
    {"reset by this side", [](relay_scene& s) { s.ends.b.reset(); }},
    {"inactivity", [](relay_scene& s) { s.loop.advance(10s); }},
    {"handles dropped", [](relay_scene& s) { relay_ends const gone = s.ends; }},
    {"cancelled", [](relay_scene& s) { s.cancel.emit(net::cancellation_type::terminal); }},
    {"context destroyed", [](relay_scene& s) { s.context_destroyed = true; }},
};

void check(matrix const& m) { CHECK(m.report() == ""); }

}  // namespace

TEST_CASE("lifetime: every operation of a socket survives the loss of its peer") {
  matrix m("socket");
  run_scenes<socket_scene>(m, socket_operations(), socket_losses<socket_scene>());
  check(m);
}

TEST_CASE("lifetime: a relay survives the loss of either peer") {
  matrix m("relay");
  run_scenes<relay_scene>(m, relay_operations(), relay_losses);
  check(m);
}

}  // namespace behaviour_lifetime_sockets
