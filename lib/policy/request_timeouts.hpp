// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/intrusive_list.hpp"
#include "base/timer_heap.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace anode::policy {

/// The timeouts of a server. 0 means no timeout.
///
/// **Node**: the server's properties of the same names.
struct request_timeouts {
  /// From the first byte of a request, or the accept, to the end of its head.
  std::chrono::milliseconds headers_timeout{60'000};
  /// From the first byte of a request, or the accept, to its end.
  std::chrono::milliseconds request_timeout{300'000};
  /// From the end of a response to the next request. It is advertised to the client.
  std::chrono::milliseconds keep_alive_timeout{5'000};
  /// Extra time an idle connection stays open beyond the advertised timeout.
  std::chrono::milliseconds keep_alive_timeout_buffer{1'000};
};

/// Returns the effective `headers_timeout`: the given value, otherwise the smaller of 60 s and
/// `request_timeout`. It is therefore 0 if `request_timeout` is 0, as in Node.
std::chrono::milliseconds default_headers_timeout(
    std::optional<std::chrono::milliseconds> given,
    std::chrono::milliseconds request_timeout) noexcept;

/// Returns whether two timeouts are consistent. False if `headers_timeout` exceeds a
/// `request_timeout` that is not 0. **Node**: ERR_OUT_OF_RANGE "headersTimeout".
bool timeouts_consistent(std::chrono::milliseconds headers_timeout,
                         std::chrono::milliseconds request_timeout) noexcept;

/// Returns how long an idle connection stays open: `keep_alive_timeout` plus its buffer, because
/// the client should close first. Returns 0 if `keep_alive_timeout` is 0.
std::chrono::milliseconds kept_alive_for(request_timeouts const& timeouts) noexcept;

/// Returns the value for `Keep-Alive: timeout=` in seconds, rounded down.
std::int64_t advertised_keep_alive(request_timeouts const& timeouts) noexcept;

/// The timeout of a connection that has expired.
enum class expired_phase : std::uint8_t {
  none,
  headers,     ///< `headers_timeout`: respond with 408
  request,     ///< `request_timeout`: respond with 408
  keep_alive,  ///< `keep_alive_timeout` plus buffer: close without a response
};

class connection_timers;

/// The timer of one server connection. It is a member of the connection and is linked into the
/// server's `connection_timers`. The destructor unlinks it.
class connection_timer : private base::list_link {
public:
  /// The phase of a connection: what it waits for.
  enum class phase : std::uint8_t {
    closed,   ///< not in a `connection_timers`
    head,     ///< the end of a head; also before the first byte
    body,     ///< the end of a request whose head is complete
    serving,  ///< nothing: the request is complete, its response is not
    idle,     ///< the next request
  };

  connection_timer() = default;
  connection_timer(connection_timer const&) = delete;
  connection_timer& operator=(connection_timer const&) = delete;
  ~connection_timer();

  /// Returns what the connection waits for.
  phase waiting_for() const noexcept { return phase_; }

  /// Returns the start of the wait: the first byte of the request, the accept if no byte has
  /// arrived, or the end of the last response.
  base::steady_time since() const noexcept { return since_; }

  /// Returns when the connection expires without further events; `no_deadline` if never.
  base::steady_time deadline(request_timeouts const& timeouts) const noexcept;

  /// Returns the timeout that has expired at `now`, if any.
  expired_phase expired(base::steady_time now, request_timeouts const& timeouts) const noexcept;

private:
  friend class connection_timers;
  friend class base::intrusive_list<connection_timer>;
  connection_timers* owner_ = nullptr;
  base::steady_time since_{};
  phase phase_ = phase::closed;
  bool preface_ = false;  // the first head has begun with the accept
};

/// The timers of all connections of a server.
///
/// There are three lists: receiving, ordered by the start of the request; serving; and idle,
/// ordered by the start of the idle phase. All event functions cost O(1). `now` must not decrease
/// between calls. `sweep` examines only the connections that have waited longer than the shortest
/// timeout of their list.
///
/// **Node**: `ConnectionsList` (all, active, idle, expired), swept each
/// `connectionsCheckingInterval`.
class connection_timers {
public:
  connection_timers() = default;
  connection_timers(connection_timers const&) = delete;
  connection_timers& operator=(connection_timers const&) = delete;
  ~connection_timers();

  /// Reports that a connection is accepted. The timeouts of its first request start now.
  void accepted(connection_timer& c, base::steady_time now) noexcept;

  /// Reports that bytes precede the first head of an accepted connection, for example a PROXY
  /// header. They count in the time of the head: it starts with the accept.
  void preface_expected(connection_timer& c) noexcept { c.preface_ = true; }

  /// Reports the first byte of a request, on a new, idle or serving connection. Do not report empty
  /// lines before a request: they are not part of it and must not affect timeouts.
  void message_begun(connection_timer& c, base::steady_time now) noexcept;

  /// Reports that the head of the request is complete.
  void headers_completed(connection_timer& c) noexcept;

  /// Reports that the request is complete, including body and trailers.
  void message_completed(connection_timer& c) noexcept;

  /// Reports that the last response is sent and the connection stays open. Ignored while a request
  /// is being received, because the timeouts of that request apply.
  void became_idle(connection_timer& c, base::steady_time now) noexcept;

  /// Reports that the connection is closed or is detached from HTTP.
  void closed(connection_timer& c) noexcept;

  /// Calls `f(connection_timer&, expired_phase)` for each expired connection: first receiving, then
  /// idle connections, each in the order of their start.
  ///
  /// `f` may report events of that connection and may destroy it. It must not do so for other
  /// connections. If `f` does not change the connection, the next sweep reports it again.
  template <class F>
  void sweep(base::steady_time now, request_timeouts const& timeouts, F&& f) {
    sweep_list(receiving_, now, timeouts, f);
    sweep_list(idle_, now, timeouts, f);
  }

  /// Returns when the first idle connection expires; `no_deadline` if there is none. Receiving
  /// connections are checked at the checking interval only.
  base::steady_time next_idle_deadline(request_timeouts const& timeouts) const noexcept {
    return idle_.empty() ? base::no_deadline : idle_.front().deadline(timeouts);
  }

  /// Returns the number of connections.
  std::size_t size() const noexcept { return size_; }

  /// Calls `f(connection_timer&)` for each idle connection. `f` may report events of that
  /// connection only, and may destroy it. **Node**: `server.closeIdleConnections` closes these
  /// connections and those that have received no byte.
  template <class F>
  void for_each_idle(F&& f) {
    walk(idle_, f);
  }

  /// Calls `f(connection_timer&)` for each connection, under the same rules as `for_each_idle`.
  /// **Node**: `closeAllConnections`.
  template <class F>
  void for_each(F&& f) {
    walk(receiving_, f);
    walk(serving_, f);
    walk(idle_, f);
  }

private:
  friend class connection_timer;
  using list = base::intrusive_list<connection_timer>;

  template <class F>
  static void walk(list& all, F& f) {
    all.visit([&](connection_timer& c) {
      f(c);
      return true;
    });
  }

  // Connections that `f` appends have not expired.
  template <class F>
  static void sweep_list(list& all, base::steady_time now, request_timeouts const& timeouts, F& f) {
    all.visit([&](connection_timer& c) {
      if (!may_be_expired(c, now, timeouts)) {
        return false;
      }
      if (expired_phase const p = c.expired(now, timeouts); p != expired_phase::none) {
        f(c, p);
      }
      return true;
    });
  }

  static bool may_be_expired(connection_timer const& c, base::steady_time now,
                             request_timeouts const& timeouts) noexcept;
  list& list_of(connection_timer::phase p) noexcept;
  void move(connection_timer& c, connection_timer::phase to, base::steady_time since) noexcept;

  list receiving_;
  list serving_;
  list idle_;
  std::size_t size_ = 0;
};

}  // namespace anode::policy
