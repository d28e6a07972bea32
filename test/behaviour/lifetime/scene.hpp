// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

// Cells with their own scene: handles and their peers on a separate event loop.

#include "behaviour/lifetime/operations.hpp"

#include <anode/testing.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lifetime {

/// The common part of all scenes. A scene adds:
/// - `handle(Handle*)`: the object on which operations run,
/// - `answer()`: makes the peers complete suspended operations,
/// - `finish()`: ends everything,
/// - `check(matrix&, outcome const&)`: checks that nothing remains.
struct scene {
  anode::testing::event_loop loop;
  net::cancellation_signal cancel;         ///< of the first attempt
  net::cancellation_signal cancel_second;  ///< of the one behind the loss
  int attempts = 0;
  bool context_destroyed = false;          ///< the loop goes at once, whatever is suspended
  std::function<void()> in_close = [] {};  ///< called when the scene's first handle is closed
};

/// A way to lose the other side.
template <class Scene>
struct loss {
  std::string_view name;
  void (*happen)(Scene&);
};

/// The ways to lose a server that do not depend on its peers.
template <class Scene>
std::vector<loss<Scene>> server_losses_without_peers() {
  using namespace std::chrono_literals;
  return {
      {"close_all_connections", [](Scene& s) { s.server.close_all_connections(); }},
      {"close_idle_connections", [](Scene& s) { s.server.close_idle_connections(); }},
      {"drain cut",
       [](Scene& s) {
         if (s.server.listening() || s.server.connection_count() > 0) {
           net::co_spawn(s.loop.context(), discard(s.server.drain(1s)), net::detached);
         }
         s.loop.advance(2s);
       }},
      {"closed", [](Scene& s) { s.server.close(); }},
      {"destroyed", [](Scene& s) { auto const gone = std::move(s.server); }},
      {"moved", [](Scene& s) { s.other = std::move(s.server); }},
      {"request timeout", [](Scene& s) { s.loop.advance(400s); }},
      {"cancelled", [](Scene& s) { s.cancel.emit(net::cancellation_type::terminal); }},
      {"context destroyed",
       [](Scene& s) {
         auto const gone = std::move(s.server);
         auto const other_gone = std::move(s.other);
         s.context_destroyed = true;
       }},
  };
}

/// Returns the losses of both lists.
template <class Scene>
std::vector<loss<Scene>> joined(std::vector<loss<Scene>> all,
                                std::vector<loss<Scene>> const& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

template <class Scene, class Handle>
void run_cell(matrix& m, operation<Handle> const& o, loss<Scene> const& l, point p) {
  outcome out;
  m.begin(out, std::string(o.name) + ", " + std::string(l.name) + ", " + std::string(to_string(p)),
          o.count);
  Scene s;
  auto const perform = [&] {
    net::co_spawn(s.loop.context(), attempt(o, s.handle(static_cast<Handle*>(nullptr)), out),
                  net::bind_cancellation_slot(
                      (s.attempts++ == 0 ? s.cancel : s.cancel_second).slot(), net::detached));
  };
  if (p == point::in_close) {
    s.in_close = [&] {
      perform();
      call_only(o, s.handle(static_cast<Handle*>(nullptr)), out);
    };
  }
  s.loop.settle();
  if (p == point::suspended || p == point::after) {
    perform();
    s.loop.settle();
  } else if (p == point::dropped) {
    call_only(o, s.handle(static_cast<Handle*>(nullptr)), out);
  }
  if (p == point::after) {
    s.answer();
  }
  l.happen(s);
  if (s.context_destroyed) {
    s.in_close = [] {};
    return;
  }
  s.loop.settle();
  if (p == point::before || p == point::after) {
    perform();
    s.loop.settle();
  }
  s.finish();
  s.loop.settle();
  m.check(out);
  s.check(m, out);
  s.in_close = [] {};
}

template <class Scene, class Handle>
void run_scenes(matrix& m, operations<Handle> const& all, std::vector<loss<Scene>> const& losses) {
  for (operation<Handle> const& o : all) {
    for (loss<Scene> const& l : losses) {
      for_each<point>([&](point p) {
        if (has_point(o, p)) {
          run_cell<Scene, Handle>(m, o, l, p);
        }
      });
    }
  }
}

}  // namespace lifetime
