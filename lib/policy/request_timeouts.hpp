// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/timer_heap.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace anode::policy {

/// How long a server waits for what. 0 is "for ever" everywhere.
///
/// **Node**: the server's properties of the same names.
struct request_timeouts {
  std::chrono::milliseconds headers_timeout{60'000};
  std::chrono::milliseconds request_timeout{300'000};
  std::chrono::milliseconds keep_alive_timeout{5'000};
  std::chrono::milliseconds keep_alive_timeout_buffer{1'000};
};

/// Returns the `headers_timeout` in force: the given one, else the smaller of 60 s and
/// `request_timeout` (so 0, if that is 0, as in Node).
std::chrono::milliseconds default_headers_timeout(
    std::optional<std::chrono::milliseconds> given,
    std::chrono::milliseconds request_timeout) noexcept;

/// Returns whether two timeouts go together: a `headers_timeout` above a set `request_timeout` does
/// not. **Node**: ERR_OUT_OF_RANGE "headersTimeout".
bool timeouts_consistent(std::chrono::milliseconds headers_timeout,
                         std::chrono::milliseconds request_timeout) noexcept;

/// Returns how long an idle connection is really kept: `keep_alive_timeout` and its buffer on top,
/// so that the server is not the first to give up; 0 if `keep_alive_timeout` is 0.
std::chrono::milliseconds kept_alive_for(request_timeouts const& timeouts) noexcept;

/// Returns the seconds to write into `Keep-Alive: timeout=`, rounded down.
std::int64_t advertised_keep_alive(request_timeouts const& timeouts) noexcept;

/// What a connection ran out of time in.
enum class expired_phase : std::uint8_t {
  none,
  headers,     ///< the head did not come within `headers_timeout`: answer 408
  request,     ///< the request did not come within `request_timeout`: answer 408
  keep_alive,  ///< no next request came: close without a word
};

class connection_timers;

namespace detail {

/// A place in a ring of request clocks: a clock, or the ring's beginning and end.
struct connection_timer_link {
  connection_timer_link* prev = this;
  connection_timer_link* next = this;
};

}  // namespace detail

/// The times of one server connection: a member of the connection, linked into the server's
/// `connection_timers`. Unlinks itself when destroyed.
class connection_timer : private detail::connection_timer_link {
public:
  /// What the connection is waiting for.
  enum class phase : std::uint8_t {
    closed,   ///< not (any more) in a `connection_timers`
    head,     ///< bytes of a head; also before the very first byte
    body,     ///< the rest of a request whose head is complete
    serving,  ///< nothing: the request is complete, its response is not
    idle,     ///< the next request
  };

  connection_timer() = default;
  connection_timer(connection_timer const&) = delete;
  connection_timer& operator=(connection_timer const&) = delete;
  ~connection_timer();

  /// Returns what the connection is waiting for.
  phase waiting_for() const noexcept { return phase_; }

  /// Returns when that began: the first byte of the request (or the accept, before there is one),
  /// or the end of the last response.
  base::steady_time since() const noexcept { return since_; }

  /// Returns when the connection expires if nothing happens; `no_deadline` if never.
  base::steady_time deadline(request_timeouts const& timeouts) const noexcept;

  /// Returns in what the connection has expired at `now`.
  expired_phase expired(base::steady_time now, request_timeouts const& timeouts) const noexcept;

private:
  friend class connection_timers;
  connection_timers* owner_ = nullptr;
  base::steady_time since_{};
  phase phase_ = phase::closed;
};

/// The clocks of all connections of a server, in three lists: receiving (ordered by the start of
/// the request), serving, idle (ordered by its beginning).
///
/// All event functions cost O(1) and expect `now` not to run backwards. `sweep` touches the
/// connections that have waited longer than the shortest timeout of their list, and no others.
///
/// **Node**: `ConnectionsList` (all, active, idle, expired), swept each
/// `connectionsCheckingInterval`.
class connection_timers {
public:
  connection_timers() = default;
  connection_timers(connection_timers const&) = delete;
  connection_timers& operator=(connection_timers const&) = delete;
  ~connection_timers();

  /// Says that a connection was accepted: its first head is due from now, though no byte came.
  void accepted(connection_timer& c, base::steady_time now) noexcept;

  /// Says that the first byte of a request came, on a new, idle or still serving connection. Blank
  /// lines before a request are not part of it: do not report them, they stop no timeout and start
  /// none.
  void message_begun(connection_timer& c, base::steady_time now) noexcept;

  /// Says that the head of the request is complete.
  void headers_completed(connection_timer& c) noexcept;

  /// Says that the request is complete, body and trailers included.
  void message_completed(connection_timer& c) noexcept;

  /// Says that the last response is out and the connection stays open. Ignored while a request is
  /// being received, whose own deadline runs.
  void became_idle(connection_timer& c, base::steady_time now) noexcept;

  /// Says that the connection is closed, or not HTTP any more.
  void closed(connection_timer& c) noexcept;

  /// Calls `f(connection_timer&, expired_phase)` for each connection that has expired, those that
  /// began first before others. `f` may report any event of, and destroy, that connection; events
  /// and destruction of others are to wait until `sweep` returns.
  ///
  /// A connection that `f` leaves as it is is reported again by the next sweep.
  template <class F>
  void sweep(base::steady_time now, request_timeouts const& timeouts, F&& f) {
    sweep_ring(receiving_, now, timeouts, f);
    sweep_ring(idle_, now, timeouts, f);
  }

  /// Returns when the idle connection that expires first does; `no_deadline` if there is none. For
  /// receiving ones there is the checking interval.
  base::steady_time next_idle_deadline(request_timeouts const& timeouts) const noexcept {
    return idle_.next != &idle_ ? of(idle_.next).deadline(timeouts) : base::no_deadline;
  }

  /// Returns the number of connections.
  std::size_t size() const noexcept { return size_; }

  /// Calls `f(connection_timer&)` for each idle connection; `f` may report events of, and destroy,
  /// that connection only. **Node**: `server.closeIdleConnections` closes these (and those without
  /// a byte yet).
  template <class F>
  void for_each_idle(F&& f) {
    walk(idle_, f);
  }

  /// Calls `f(connection_timer&)` for each connection, as above. **Node**: `closeAllConnections`.
  template <class F>
  void for_each(F&& f) {
    walk(receiving_, f);
    walk(serving_, f);
    walk(idle_, f);
  }

private:
  friend class connection_timer;
  using link = detail::connection_timer_link;

  static connection_timer& of(link* l) noexcept { return static_cast<connection_timer&>(*l); }

  template <class F>
  static void walk(link& ring, F& f) {
    for (link* l = ring.next; l != &ring;) {
      link* const next = l->next;
      f(of(l));
      l = next;
    }
  }

  template <class F>
  static void sweep_ring(link& ring, base::steady_time now, request_timeouts const& timeouts,
                         F& f) {
    link* const last = ring.prev;  // what `f` appends is not due
    for (link* l = ring.next; l != &ring && may_be_expired(of(l), now, timeouts);) {
      link* const next = l == last ? &ring : l->next;
      if (expired_phase p = of(l).expired(now, timeouts); p != expired_phase::none) {
        f(of(l), p);
      }
      l = next;
    }
  }

  static bool may_be_expired(connection_timer const& c, base::steady_time now,
                             request_timeouts const& timeouts) noexcept;
  link& ring_of(connection_timer::phase p) noexcept;
  void move(connection_timer& c, connection_timer::phase to, base::steady_time since) noexcept;
  static void unlink(link& l) noexcept;

  link receiving_;
  link serving_;
  link idle_;
  std::size_t size_ = 0;
};

}  // namespace anode::policy
