// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

// The ways to lose the other end of a socket.

#include "behaviour/lifetime/scene.hpp"

#include <anode/socket.hpp>
#include <anode/testing.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace lifetime {

/// Returns the ways to lose the other end of a socket. The scene has the handles `ours` and `kept`
/// to the socket, the empty handle `other`, and the other end `far()`.
template <class Scene>
std::vector<loss<Scene>> socket_losses() {
  return {
      {"FIN", [](Scene& s) { s.far().close(); }},
      {"half-close", [](Scene& s) { s.far().end(); }},
      {"reset", [](Scene& s) { s.far().reset(); }},
      {"destroyed", [](Scene& s) { s.kept.destroy(); }},
      {"reset by this side", [](Scene& s) { s.kept.reset(); }},
      {"destroyed soon", [](Scene& s) { s.kept.destroy_soon(); }},
      {"ended by this side", [](Scene& s) { s.kept.end(); }},
      {"handle moved", [](Scene& s) { s.other = std::move(s.ours); }},
      {"handle dropped", [](Scene& s) { s.ours = anode::socket(); }},
      {"last handle dropped",
       [](Scene& s) {
         s.ours = anode::socket();
         s.kept = anode::socket();
       }},
      {"inactivity",
       [](Scene& s) {
         s.kept.on_timeout([&s] { s.kept.destroy(); });
         s.kept.set_timeout(std::chrono::seconds(1));
         s.loop.advance(std::chrono::seconds(5));
       }},
      {"cancelled", [](Scene& s) { s.cancel.emit(net::cancellation_type::terminal); }},
      {"context destroyed", [](Scene& s) { s.context_destroyed = true; }},
  };
}

}  // namespace lifetime
