// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/scheduling.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace anode::policy {

/// Names a socket of a `pool`. The pool makes it when it decides to open one; `index` is small and
/// used again after the socket has gone, `generation` tells the two apart.
struct socket_id {
  std::uint32_t index = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t generation = 0;

  /// Returns whether it names a socket at all; a default one does not.
  explicit operator bool() const noexcept { return generation != 0; }
  bool operator==(socket_id const&) const = default;
};

/// Names a request of a `pool`, from `connection_pool::request` until its socket is free or gone.
struct request_id {
  std::uint32_t index = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t generation = 0;

  /// Returns whether it names a request at all; a default one does not.
  explicit operator bool() const noexcept { return generation != 0; }
  bool operator==(request_id const&) const = default;
};

/// The limits of a `pool`. **Node**: the Agent's options of the same names.
struct pool_options {
  /// Means "no limit".
  static constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

  bool keep_alive = false;                      ///< park free sockets for later requests
  std::uint32_t max_sockets = unlimited;        ///< sockets of one name, free ones included; 0 is 1
  std::uint32_t max_total_sockets = unlimited;  ///< sockets of all names; 0 is 1
  std::uint32_t max_free_sockets = 256;         ///< free sockets of one name; 0 parks none
  http::scheduling scheduling = http::scheduling::lifo;
};

/// Why the pool queued or refused a request, or closed a socket.
enum class pool_reason : std::uint8_t {
  none,               ///< nothing was refused
  max_sockets,        ///< the name has all the sockets it may have
  max_total_sockets,  ///< the pool has all the sockets it may have
  max_free_sockets,   ///< the name has all the free sockets it may have
  keep_alive_off,     ///< nobody waits for the socket, and `keep_alive` is off
  not_kept,           ///< the caller said that the socket is not to be parked
  made_room,          ///< an older request of another name needed the place
  request_cancelled,  ///< its request was cancelled in the middle of an exchange
  destroyed,          ///< `connection_pool::destroy` or `connection_pool::shut_down` was called
};

/// Returns the name of a reason, as a view of static storage: "max_sockets".
std::string_view to_string(pool_reason reason) noexcept;

/// One decision of a `pool`, to be carried out by its owner.
struct pool_action {
  enum class kind : std::uint8_t {
    open,    ///< start to connect `socket` for `request`; report `socket_ready` or `connect_failed`
    assign,  ///< `socket` is `request`'s now; if `connecting`, once it is ready
    queue,   ///< `request` waits, for the `reason`
    park,    ///< `socket` is free: watch it for input and for the idle timeout
    close,   ///< close `socket` now; `request`, if any, fails with it. The pool forgot both
    refuse,  ///< `request` fails, for the `reason`; the pool forgot it
  };

  kind what = kind::queue;
  pool_reason reason = pool_reason::none;
  bool connecting = false;  ///< assign: the socket is not connected yet
  bool reused = false;      ///< assign: the socket has carried an exchange before
  bool waited = false;      ///< open, assign: the request had been queued
  socket_id socket;
  request_id request;
};

/// Returns the name of a kind of action, as a view of static storage: "open".
std::string_view to_string(pool_action::kind what) noexcept;

/// Decides which request gets which socket, who waits, and who is closed.
///
/// The policy of an Agent, without sockets and without time: events go in by the functions below,
/// decisions come out of `next_action`. The owner calls an event function, then carries out actions
/// in order until there is none; event functions may be called while it does so (their decisions
/// line up behind), and an action whose request or socket has gone in the meantime is to be
/// skipped. An event that names a request or socket the pool has forgotten is ignored.
///
/// Requests are served in the order of their arrival: a waiting request is overtaken only by
/// requests of names that may have a socket when its own name may not (`max_sockets`). As long as a
/// request waits because of `max_total_sockets`, no socket is free: the free socket parked first is
/// closed to make room.
///
/// Costs O(1) per event (the logarithm of the number of names with waiting requests, where such
/// requests are touched), and allocates nothing once it has grown to its working size.
///
/// **Node**: `lib/_http_agent.js`, with these differences: `max_total_sockets` is never exceeded
/// and never lets a request wait for the idle timeout of another name's free socket; older requests
/// of other names go first.
class connection_pool {
public:
  /// How many sockets and requests there are, of one name or of all.
  struct counts {
    std::size_t sockets = 0;       ///< connecting or in use. **Node**: `agent.sockets`
    std::size_t free_sockets = 0;  ///< parked. **Node**: `agent.freeSockets`
    std::size_t requests = 0;      ///< queued. **Node**: `agent.requests`
    bool operator==(counts const&) const = default;
  };

  /// Makes an empty pool.
  explicit connection_pool(pool_options options = {});
  connection_pool(connection_pool const&) = delete;
  connection_pool& operator=(connection_pool const&) = delete;

  // Events.

  /// Asks for a socket to the origin called `name` (see `origin_key`).
  /// Decides one of open, assign, queue, refuse for it.
  /// @param fresh  true if a socket that has been parked will not do: for a request that is sent
  ///               again because a parked socket had died; one of them makes room if need be
  /// @return the request's id; find the request by it when actions come
  request_id request(std::string_view name, bool fresh = false);

  /// Withdraws a request: from the queue; or from a socket, connecting or in use, which is closed.
  /// Requests that wait get sockets of their own.
  void request_cancelled(request_id id);

  /// Says that a socket is connected.
  /// @return the request to begin on it; none if the pool has forgotten the socket
  request_id socket_ready(socket_id id);

  /// Says that a socket could not be connected. The pool forgets it and its request.
  /// @return the request that fails with it, if any
  request_id connect_failed(socket_id id);

  /// Says that the exchange on a socket is over and the socket fit for another one: the response
  /// has ended, the request is finished, nothing unread is left. The request's id ends here.
  /// @param may_park  false if the socket may go to a request that waits, but not be parked, for
  ///                  example because of the server's `Keep-Alive` hint
  void socket_free(socket_id id, bool may_park = true);

  /// Says that a socket is gone: closed in any state, by either side, idle timeout or unexpected
  /// input while parked (the owner closes it then); or handed over (upgrade, CONNECT; Node's
  /// 'agentRemove'). The pool forgets it and its request.
  /// @return the request that was using it, if any
  request_id socket_closed(socket_id id);

  /// Closes all sockets, free ones first. Queued requests stay, and get new sockets.
  /// **Node**: `agent.destroy()`.
  void destroy();

  /// Closes all sockets, refuses queued and all future requests.
  void shut_down();

  /// Changes the options. Closes free sockets that are too many now; sockets in use that are too
  /// many are closed when they become free.
  void set_options(pool_options options);

  // Decisions.

  /// Takes the next decision.
  /// @return false if there is none
  bool next_action(pool_action& action) noexcept;

  // Views.

  /// Returns the options.
  pool_options const& options() const noexcept { return options_; }

  /// Returns the counts of all names together. **Node**: `agent.totalSocketCount` is
  /// `sockets + free_sockets`.
  counts totals() const noexcept { return totals_; }

  /// Returns the counts of one name; zeros if the pool has nothing of it.
  counts counts_of(std::string_view name) const noexcept;

  /// Calls `f(std::string_view name, counts const&)` for each name that has any socket or request.
  template <class F>
  void for_each_name(F&& f) const {
    for (auto const& [name, index] : names_) {
      f(std::string_view{name}, origins_[index].count);
    }
  }

  /// Calls `f(socket_id)` for each socket of a name that is connecting or in use.
  template <class F>
  void for_each_socket(std::string_view name, F&& f) const {
    if (auto const* o = find(name)) {
      walk_sockets(o->in_use, f);
    }
  }

  /// Calls `f(socket_id)` for each free socket of a name, in the order of parking.
  template <class F>
  void for_each_free_socket(std::string_view name, F&& f) const {
    if (auto const* o = find(name)) {
      walk_sockets(o->free, f);
    }
  }

  /// Returns the free socket that the next request of a name would take; none if there is none.
  socket_id next_free(std::string_view name) const noexcept;

  /// Calls `f(request_id)` for each queued request of a name, oldest first.
  template <class F>
  void for_each_request(std::string_view name, F&& f) const {
    auto const* o = find(name);
    for (std::uint32_t i = o ? o->queue.head : none; i != none; i = requests_[i].of_queue.next) {
      f(request_id{i, requests_[i].generation});
    }
  }

  /// Returns the request a socket belongs to; none if it is free, or unknown.
  request_id request_of(socket_id id) const noexcept;

  /// Returns the socket a request has got, connected or not; none if it is queued, or unknown.
  socket_id socket_of(request_id id) const noexcept;

  /// Returns whether a request is queued.
  bool is_queued(request_id id) const noexcept { return knows(id) && !socket_of(id); }

private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  struct link {
    std::uint32_t prev = none;
    std::uint32_t next = none;
  };
  struct list {
    std::uint32_t head = none;
    std::uint32_t tail = none;
  };
  enum class place : std::uint8_t {
    unused,
    in_use,  // has a request, connected or not
    free,
  };
  struct socket_record {
    std::uint32_t generation = 1;
    place is = place::unused;
    bool connected = false;
    bool used = false;  // has carried an exchange
    std::uint32_t origin = none;
    std::uint32_t request = none;
    link of_origin;  // in one of the origin's lists
    link of_age;     // in `ages_`, while free
  };
  struct request_record {
    std::uint32_t generation = 1;
    bool alive = false;
    bool waited = false;
    std::uint32_t origin = none;
    std::uint32_t socket = none;  // none: queued
    std::uint64_t arrival = 0;
    link of_queue;
  };
  struct origin_record {
    list in_use;
    list free;
    list queue;
    counts count;
    std::uint32_t heap_place = none;    // place in `waiting_heap_`
    std::string const* name = nullptr;  // key in `names_`

    std::size_t all_sockets() const noexcept { return count.sockets + count.free_sockets; }
  };
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept {
      return std::hash<std::string_view>{}(s);
    }
  };
  using name_map = std::unordered_map<std::string, std::uint32_t, hash, std::equal_to<>>;

  template <class F>
  void walk_sockets(list const& l, F& f) const {
    for (std::uint32_t i = l.head; i != none; i = sockets_[i].of_origin.next) {
      f(socket_id{i, sockets_[i].generation});
    }
  }
  template <auto Link, class Record>
  static void append(list& l, std::vector<Record>& records, std::uint32_t i) noexcept;
  template <auto Link, class Record>
  static void unlink(list& l, std::vector<Record>& records, std::uint32_t i) noexcept;

  origin_record const* find(std::string_view name) const noexcept;
  bool knows(socket_id id) const noexcept;
  bool knows(request_id id) const noexcept;
  std::uint32_t origin_of(std::string_view name);
  void drop_if_empty(std::uint32_t origin);
  void drop_empty();

  std::uint32_t make_request(std::uint32_t origin);
  request_id forget_request(std::uint32_t request);
  void enqueue(std::uint32_t request);
  void dequeue(std::uint32_t request);

  std::uint32_t make_socket(std::uint32_t request);
  request_id forget_socket(std::uint32_t socket);
  list& list_of(std::uint32_t socket) noexcept;
  void move(std::uint32_t socket, place to) noexcept;
  void open(std::uint32_t request);
  void give(std::uint32_t socket, std::uint32_t request);
  void offer(std::uint32_t socket, bool may_park);
  void close(std::uint32_t socket, pool_reason reason);
  void close_all();
  void serve_waiting();

  std::uint64_t arrival_of(std::uint32_t origin) const noexcept;
  void update_turn(std::uint32_t origin);
  void sift_up(std::uint32_t at) noexcept;
  void sift_down(std::uint32_t at) noexcept;
  void set_heap_place(std::uint32_t at, std::uint32_t origin) noexcept;

  std::size_t all_sockets() const noexcept { return totals_.sockets + totals_.free_sockets; }
  pool_action& act(pool_action::kind what);

  pool_options options_;
  bool shut_down_ = false;
  counts totals_;
  std::uint64_t arrivals_ = 0;
  name_map names_;
  mutable std::uint32_t last_ = none;  // origin that was looked for last, as is most often the next
  std::vector<name_map::node_type> spare_names_;  // memory of dropped names, for the next ones
  std::vector<origin_record> origins_;
  std::vector<socket_record> sockets_;
  std::vector<request_record> requests_;
  std::vector<std::uint32_t> unused_origins_;
  std::vector<std::uint32_t> unused_sockets_;
  std::vector<std::uint32_t> unused_requests_;
  list ages_;  // free sockets, oldest first
  std::vector<std::uint32_t>
      waiting_heap_;  // heap of the origins that wait for `max_total_sockets` only
  std::vector<pool_action> actions_;
  std::size_t popped_ = 0;  // of `actions_`
};

}  // namespace anode::policy
