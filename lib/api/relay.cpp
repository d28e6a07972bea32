// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/relay.hpp>

#include "connection/socket_core.hpp"
#include "connection/wait_point.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace anode {
namespace {

// The two directions of one relay, and who waits for both.
struct both final : detail::counted {
  explicit both(net::any_io_executor const& ex) : changed(ex) {}
  connection::wait_point changed;
  int running = 2;
  bool failed = false;
};

// Closes both sides if a relay is given up.
class close_both {
public:
  close_both(socket a, socket b) : a_(std::move(a)), b_(std::move(b)) {}
  close_both(close_both const&) = delete;
  close_both& operator=(close_both const&) = delete;
  ~close_both() {
    a_.destroy();
    b_.destroy();
  }

private:
  socket a_;
  socket b_;
};

net::awaitable<void> pass(detail::ptr<both> state, socket from, socket to, std::uint64_t* bytes) {
  try {
    while (auto const piece = co_await from.read()) {
      *bytes += piece->size();
      co_await to.write(*piece);
    }
    to.end();
    co_await to.drained();
  } catch (boost::system::system_error const&) {
    state->failed = true;
  }
  if (state->failed) {
    from.destroy();
    to.destroy();
  }
  connection::turn const t(from.get_executor());
  --state->running;
  state->changed.notify();
}

net::awaitable<relay_result> run(socket a, socket b, std::chrono::milliseconds idle_timeout) {
  relay_result result;
  close_both const guard(a, b);
  net::any_io_executor const ex = a.get_executor();
  detail::ptr<both> const state(new both(ex));
  if (idle_timeout.count() > 0) {
    // Either direction counts for both connections. Handles kept by a listener of one of them would
    // keep both for ever; no timeout is told once a relay has ended and so closed them.
    auto const check = [first = a.core(), second = b.core(), idle_timeout,
                        last = std::uint64_t{0}]() mutable {
      socket x(*first);
      socket y(*second);
      std::uint64_t const now =
          first->bytes_read() + first->bytes_sent() + second->bytes_read() + second->bytes_sent();
      if (std::exchange(last, now) == now) {
        x.destroy();
        y.destroy();
      } else {
        x.set_timeout(idle_timeout);
      }
    };
    a.set_timeout(idle_timeout);
    a.on_timeout(check);
  }
  // The counts are shared, since the directions may outlive a relay that is cancelled.
  auto const counts = std::make_shared<relay_result>();
  net::co_spawn(
      ex,
      [](auto s, auto x, auto y, auto c) -> net::awaitable<void> {
        co_await pass(s, x, y, &c->a_to_b);
      }(state, a, b, counts),
      net::detached);
  net::co_spawn(
      ex,
      [](auto s, auto x, auto y, auto c) -> net::awaitable<void> {
        co_await pass(s, x, y, &c->b_to_a);
      }(state, b, a, counts),
      net::detached);
  while (state->running > 0) {
    co_await state->changed.wait();
  }
  result = *counts;
  co_return result;
}

}  // namespace

net::awaitable<relay_result> relay(socket a, socket b, std::chrono::milliseconds idle_timeout) {
  return run(std::move(a), std::move(b), idle_timeout);
}

}  // namespace anode
