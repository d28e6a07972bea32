// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "runtime/async_condition.hpp"
#include "stream/buffered_socket.hpp"
#include "stream/socket_handle.hpp"
#include "transport/socket_stream.hpp"
#include "transport/splice_pipe.hpp"

#include <anode/relay.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace anode {

using stream::core_of;

namespace {

// The time limit for sending the rest after both sides have half-closed. Without it, a peer that
// does not read would keep the relay alive. The rest fits into buffers, therefore the time suffices
// for a slow path.
constexpr std::chrono::seconds time_for_the_rest{60};

// The inactivity limit of a half-closed relay if the program sets no timeout, because the other
// side may never end.
constexpr std::chrono::seconds time_half_open{300};

// Returns the number of bytes that two connections have read and sent.
std::uint64_t bytes_of(stream::buffered_socket const& a, stream::buffered_socket const& b) {
  return a.bytes_read() + a.bytes_sent() + b.bytes_read() + b.bytes_sent();
}

// The state that the two directions of a relay share.
struct both final : detail::counted {
  both(socket const& x, socket const& y, relay_options const& limits)
      : changed(x.get_executor()), a(x), b(y), half_(limits.half_closed) {
    end_.of = this;
    if (half_.count() == 0 && limits.idle_timeout.count() == 0) {
      half_ = time_half_open;
    }
  }
  ~both() override {
    if (end_.armed()) {
      core_of(a)->clock().cancel(end_);
    }
  }

  // Stores how the relay ends. The first cause counts.
  void note(relay_end cause) {
    if (!std::exchange(noted_, true)) {
      result.end = cause;
    }
  }

  // Called when one direction has read its last byte.
  void ended(bool of_a) {
    if (!noted_) {  // otherwise the relay itself has closed the connection
      (of_a ? result.a_ended : result.b_ended) = true;
    }
    --reading;
    if (core_of(a) == nullptr) {
      return;
    }
    if (reading == 0) {
      core_of(a)->clock().arm(end_, time_for_the_rest);
    } else if (half_.count() > 0) {
      passed_ = bytes_of(*core_of(a), *core_of(b));
      core_of(a)->clock().arm(end_, half_);
    }
  }

  runtime::async_condition changed;
  socket a;
  socket b;
  int reading = 2;
  int running = 2;
  relay_result result;

private:
  struct end final : runtime::timer {
    both* of = nullptr;
    void expired() override {
      std::uint64_t const now = bytes_of(*core_of(of->a), *core_of(of->b));
      if (of->reading > 0 && std::exchange(of->passed_, now) != now) {
        core_of(of->a)->clock().arm(*this, of->half_);
        return;
      }
      of->note(relay_end::half_closed);
      of->a.destroy();
      of->b.destroy();
    }
  };
  end end_;
  std::uint64_t passed_ = 0;        // the count when one side ended, or at the last check
  std::chrono::milliseconds half_;  // 0: the inactivity timeout suffices
  bool noted_ = false;
};

// Closes both sockets when the relay ends or is destroyed.
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

// After this many bytes a direction switches to splice(2). It costs a pipe (two descriptors), but
// takes about half the time of copying.
constexpr std::uint64_t splice_threshold = 262144;

// The most bytes that one direction moves before other handlers run.
constexpr std::size_t yield_threshold = 1024 * 1024;

// The condition of a coroutine that waits for the readiness of a system socket.
struct readiness final : detail::counted {
  explicit readiness(net::any_io_executor const& ex) : changed(ex) {}

  static void completed(detail::counted& self, error_code, std::size_t) {
    auto& r = static_cast<readiness&>(self);
    runtime::tick const t(r.changed.get_executor());
    r.ready = true;
    r.changed.notify();
  }

  static net::awaitable<void> wait(detail::ptr<readiness> self) {
    while (!self->ready) {
      co_await self->changed.wait();
    }
    self->ready = false;
  }

  runtime::async_condition changed;
  bool ready = false;
};

// One direction between two system sockets, through a pipe in the kernel.
class splicing {
public:
  splicing(socket const& from, socket const& to)
      : from_(from),
        to_(to),
        in_(dynamic_cast<transport::socket_stream*>(&core_of(from)->stream())),
        out_(dynamic_cast<transport::socket_stream*>(&core_of(to)->stream())),
        ready_(new readiness(from.get_executor())) {}

  // Moves bytes until a regular read must detect the end or an error.
  net::awaitable<void> run(std::uint64_t* bytes) {
    if (in_ == nullptr || out_ == nullptr || !pipe_.open()) {
      co_return;
    }
    std::size_t since_yield = 0;
    while (core_of(from_)->input_is_bare() && !to_.destroyed()) {
      error_code ec;
      std::size_t const n = pipe_.fill(in_->native_handle(), ec);
      if (ec == net::error::would_block) {
        in_->async_wait_readable(io_callback(*ready_, &readiness::completed));
        co_await readiness::wait(ready_);
        continue;
      }
      if (n == 0) {
        co_return;
      }
      core_of(from_)->passed_in(n);
      co_await drain(bytes);
      since_yield += n;
      if (since_yield >= yield_threshold) {
        since_yield = 0;
        co_await net::post(from_.get_executor(), net::use_awaitable);
      }
    }
  }

private:
  net::awaitable<void> drain(std::uint64_t* bytes) {
    while (pipe_.size() > 0) {
      if (from_.destroyed() || to_.destroyed()) {
        throw boost::system::system_error(net::error::operation_aborted);
      }
      error_code ec;
      std::size_t const n = pipe_.drain(out_->native_handle(), ec);
      if (ec == net::error::would_block) {
        out_->async_wait_writable(io_callback(*ready_, &readiness::completed));
        co_await readiness::wait(ready_);
      } else if (ec) {
        core_of(to_)->destroy(ec);
        throw boost::system::system_error(ec);
      } else {
        core_of(to_)->passed_out(n);
        *bytes += n;
      }
    }
  }

  socket from_;
  socket to_;
  transport::socket_stream* in_;
  transport::socket_stream* out_;
  transport::splice_pipe pipe_;
  detail::ptr<readiness> ready_;
};

// @param from_a whether the direction is that from `a` to `b`
net::awaitable<void> pass(detail::ptr<both> state, bool from_a) {
  socket from = from_a ? state->a : state->b;
  socket to = from_a ? state->b : state->a;
  std::uint64_t* const bytes = from_a ? &state->result.a_to_b : &state->result.b_to_a;
  bool failed = false;
  try {
    bool spliced = false;
    while (auto const segment = co_await from.read()) {
      *bytes += segment->size();
      co_await to.write(*segment);
      if (!spliced && *bytes >= splice_threshold) {
        spliced = true;
        core_of(from)->consume_viewed();
        co_await to.drained();
        splicing direction(from, to);
        co_await direction.run(bytes);
      }
    }
    if (stream::buffered_socket const* const core = core_of(from); core && !core->ended()) {
      // The peer has not ended its direction: the program has closed the connection.
      throw boost::system::system_error(net::error::operation_aborted);
    }
    to.end();
    state->ended(from_a);
    co_await to.drained();
  } catch (boost::system::system_error const&) {
    failed = true;
  }
  if (failed) {
    state->note(from.destroyed() == from_a ? relay_end::a_failed : relay_end::b_failed);
    from.destroy();
    to.destroy();
  }
  runtime::tick const t(state->changed.get_executor());
  --state->running;
  state->changed.notify();
}

net::awaitable<relay_result> run(socket a, socket b, relay_options limits) {
  close_both const guard(a, b);
  net::any_io_executor const ex = a.get_executor();
  detail::ptr<both> const state(new both(a, b, limits));
  if (limits.idle_timeout.count() > 0) {
    // Activity of either direction counts for both connections. The listener stores no handles,
    // because a handle in a listener of its own socket would never be released. The pointers stay
    // valid, because no timeout is emitted after the relay has closed the sockets.
    auto const check = [first = core_of(a), second = core_of(b), of = &*state,
                        time = limits.idle_timeout, last = std::uint64_t{0}]() mutable {
      socket x = stream::handle_to(*first);
      socket y = stream::handle_to(*second);
      std::uint64_t const now = bytes_of(*first, *second);
      if (std::exchange(last, now) == now) {
        of->note(relay_end::idle);
        x.destroy();
        y.destroy();
      } else {
        x.set_timeout(time);
      }
    };
    a.set_timeout(limits.idle_timeout);
    a.on_timeout(check);
  }
  // The directions own the state, because they may outlive a cancelled relay.
  net::co_spawn(ex, pass(state, true), net::detached);
  net::co_spawn(ex, pass(state, false), net::detached);
  while (state->running > 0) {
    co_await state->changed.wait();
  }
  co_return state->result;
}

}  // namespace

net::awaitable<relay_result> relay(socket a, socket b, std::chrono::milliseconds idle_timeout) {
  relay_options limits;
  limits.idle_timeout = idle_timeout;
  return run(std::move(a), std::move(b), limits);
}

net::awaitable<relay_result> relay(socket a, socket b, relay_options const& limits) {
  return run(std::move(a), std::move(b), limits);
}

}  // namespace anode
