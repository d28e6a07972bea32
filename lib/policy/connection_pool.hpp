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

/// The id of a socket in a `connection_pool`.
///
/// The pool creates the id when it decides to open a socket. It reuses `index`, which is small,
/// after the socket is gone; `generation` distinguishes the two.
struct socket_id {
  std::uint32_t index = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t generation = 0;

  /// Returns whether the id refers to a socket. False for a default-constructed id.
  explicit operator bool() const noexcept { return generation != 0; }
  bool operator==(socket_id const&) const = default;
};

/// The id of a request in a `connection_pool`. It is valid from `connection_pool::request` until
/// the socket of the request is free or gone.
struct request_id {
  std::uint32_t index = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t generation = 0;

  /// Returns whether the id refers to a request. False for a default-constructed id.
  explicit operator bool() const noexcept { return generation != 0; }
  bool operator==(request_id const&) const = default;
};

/// The options of a `connection_pool`. **Node**: the Agent's options of the same names.
struct pool_options {
  /// The value that means "no limit".
  static constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

  bool keep_alive = false;                ///< keep free sockets for later requests
  std::uint32_t max_sockets = unlimited;  ///< limit per origin, free sockets included; 0 means 1
  std::uint32_t max_total_sockets = unlimited;  ///< limit for all origins; 0 means 1
  std::uint32_t max_free_sockets = 256;         ///< limit of free sockets per origin; 0 parks none
  http::scheduling scheduling = http::scheduling::lifo;
};

/// Why the pool queued or refused a request, or closed a socket.
enum class pool_reason : std::uint8_t {
  none,               ///< no reason applies
  max_sockets,        ///< the origin has reached `max_sockets`
  max_total_sockets,  ///< the pool has reached `max_total_sockets`
  max_free_sockets,   ///< the origin has reached `max_free_sockets`
  keep_alive_off,     ///< no request is queued and `keep_alive` is off
  not_kept,           ///< the caller did not allow parking the socket
  made_room,          ///< an older or fresh request needs the capacity
  request_cancelled,  ///< the request of the socket was cancelled
  destroyed,          ///< `connection_pool::destroy` or `connection_pool::shut_down` was called
};

/// Returns the name of a reason, for example "max_sockets": a view of static storage.
std::string_view to_string(pool_reason reason) noexcept;

/// One decision of a `connection_pool`. The owner of the pool carries it out.
struct pool_action {
  enum class kind : std::uint8_t {
    open,    ///< connect `socket` for `request`; report `socket_ready` or `connect_failed`
    assign,  ///< `request` uses `socket`: now, or once it is ready if `connecting`
    queue,   ///< `request` is queued because of `reason`
    park,    ///< `socket` is free: watch it for input and start the idle timeout
    close,   ///< close `socket` and fail its `request`, if any; both ids are invalid
    refuse,  ///< fail `request` because of `reason`; its id is invalid
  };

  kind what = kind::queue;
  pool_reason reason = pool_reason::none;
  bool connecting = false;  ///< open, assign, close: the socket is not connected yet
  bool reused = false;      ///< assign, close: the socket has completed an exchange
  bool waited = false;      ///< open, assign: the request was queued
  socket_id socket;
  request_id request;
};

/// Returns the name of a kind of action, for example "open": a view of static storage.
std::string_view to_string(pool_action::kind what) noexcept;

/// Decides which request uses which socket, and which sockets to open, park and close.
///
/// This is the policy of an agent, without sockets and without time. The owner reports events by
/// the functions below and reads decisions from `next_action`. After each event the owner carries
/// out actions in order until there is none. It may report further events meanwhile; their
/// decisions are appended. It must skip an action whose request or socket is gone. The pool ignores
/// an event with an id that is no longer valid.
///
/// Requests are served in the order of arrival. A later request overtakes a queued request only if
/// the queued request's origin has reached `max_sockets`. While a request is queued because of
/// `max_total_sockets`, no socket is free: the pool closes the free socket that was parked first.
///
/// An event costs O(1), plus O(log n) if it affects queued requests, where n is the number of
/// origins with queued requests. The pool does not allocate after it has grown to its working size.
///
/// **Node**: `lib/_http_agent.js`, with these differences: `max_total_sockets` is never exceeded; a
/// request never waits for the idle timeout of another origin's free socket; older requests of
/// other origins take precedence.
class connection_pool {
public:
  /// Numbers of sockets and requests, of one origin or of all.
  struct counts {
    std::size_t sockets = 0;       ///< connecting or in use. **Node**: `agent.sockets`
    std::size_t free_sockets = 0;  ///< parked. **Node**: `agent.freeSockets`
    std::size_t requests = 0;      ///< queued. **Node**: `agent.requests`
    bool operator==(counts const&) const = default;
  };

  /// Creates an empty pool.
  explicit connection_pool(pool_options options = {});
  connection_pool(connection_pool const&) = delete;
  connection_pool& operator=(connection_pool const&) = delete;

  // Events.

  /// Requests a socket to an origin. Produces one of the actions open, assign, queue and refuse.
  /// @param name   the key of the origin (see `origin_key`)
  /// @param fresh  true to exclude parked sockets, for a retry after a parked socket failed. At a
  ///               limit the pool then closes a parked socket of the origin to make room.
  /// @return the id of the request, which the actions contain
  request_id request(std::string_view name, bool fresh = false);

  /// Reports that a request is cancelled. Removes a queued request from the queue. Closes the
  /// socket of any other request, connecting or in use. Queued requests get new sockets.
  void request_cancelled(request_id id);

  /// Reports that a socket is connected.
  /// @return the request to send on the socket; an empty id if the socket is unknown
  request_id socket_ready(socket_id id);

  /// Reports that connecting a socket failed. Removes the socket and its request.
  /// @return the request that fails; an empty id if there is none
  request_id connect_failed(socket_id id);

  /// Reports that the exchange on a socket is complete and the socket is reusable: the response has
  /// ended, the request is finished and no input is unread. The id of the request becomes invalid.
  /// @param may_park  false if the socket may serve a queued request but must not be parked, for
  ///                  example because of the server's `Keep-Alive` hint
  void socket_free(socket_id id, bool may_park = true);

  /// Reports that a socket is gone. Removes the socket and its request.
  ///
  /// Reasons: either side closed it in any state; the idle timeout expired or unexpected input
  /// arrived while it was parked (the owner closes it then); or it was detached for an upgrade or
  /// CONNECT (**Node**: 'agentRemove').
  /// @return the request that used the socket; an empty id if there is none
  request_id socket_closed(socket_id id);

  /// Closes all sockets, free sockets first. Queued requests stay and get new sockets.
  /// **Node**: `agent.destroy()`.
  void destroy();

  /// Closes the free sockets. Queued requests get the capacity.
  void close_free();

  /// Closes all sockets and refuses all queued and future requests.
  void shut_down();

  /// Changes the options. Closes free sockets over the new limits. Sockets in use over the limits
  /// are closed when they become free.
  void set_options(pool_options options);

  // Decisions.

  /// Removes the next decision from the list.
  /// @return false if there is none
  bool next_action(pool_action& action) noexcept;

  // Views.

  /// Returns the options.
  pool_options const& options() const noexcept { return options_; }

  /// Returns the totals of all origins. **Node**: `agent.totalSocketCount` is the sum of `sockets`
  /// and `free_sockets`.
  counts totals() const noexcept { return totals_; }

  /// Returns the counts of one origin; zeros for an unknown origin.
  counts counts_of(std::string_view name) const noexcept;

  /// Calls `f(std::string_view name, counts const&)` for each origin with a socket or a request.
  template <class F>
  void for_each_name(F&& f) const {
    for (auto const& [name, index] : names_) {
      f(std::string_view{name}, origins_[index].count);
    }
  }

  /// Calls `f(socket_id)` for each socket of an origin that is connecting or in use.
  template <class F>
  void for_each_socket(std::string_view name, F&& f) const {
    if (auto const* o = find(name)) {
      walk_sockets(o->in_use, f);
    }
  }

  /// Calls `f(socket_id)` for each free socket of an origin, in the order of parking.
  template <class F>
  void for_each_free_socket(std::string_view name, F&& f) const {
    if (auto const* o = find(name)) {
      walk_sockets(o->free, f);
    }
  }

  /// Returns the free socket that the next request of an origin uses; an empty id if there is none.
  socket_id next_free(std::string_view name) const noexcept;

  /// Calls `f(request_id)` for each queued request of an origin, oldest first.
  template <class F>
  void for_each_request(std::string_view name, F&& f) const {
    auto const* o = find(name);
    for (std::uint32_t i = o ? o->queue.head : none; i != none; i = requests_[i].of_queue.next) {
      f(request_id{i, requests_[i].generation});
    }
  }

  /// Returns the request of a socket; an empty id if the socket is free or unknown.
  request_id request_of(socket_id id) const noexcept;

  /// Returns the socket of a request, connected or not; an empty id if the request is queued or
  /// unknown.
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
  enum class socket_state : std::uint8_t {
    unused,
    in_use,  // has a request, connected or not
    free,
  };
  struct socket_record {
    std::uint32_t generation = 1;
    socket_state state = socket_state::unused;
    bool connected = false;
    bool used = false;  // has completed an exchange
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
    std::uint32_t heap_index = none;    // index in `waiting_heap_`
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
  request_id remove_request(std::uint32_t request);
  void enqueue(std::uint32_t request);
  void dequeue(std::uint32_t request);

  std::uint32_t make_socket(std::uint32_t request);
  request_id remove_socket(std::uint32_t socket);
  list& list_of(std::uint32_t socket) noexcept;
  void move(std::uint32_t socket, socket_state to) noexcept;
  void open(std::uint32_t request);
  void assign_request(std::uint32_t socket, std::uint32_t request);
  void offer(std::uint32_t socket, bool may_park);
  void close(std::uint32_t socket, pool_reason reason);
  void close_all();
  void serve_waiting();

  std::uint64_t arrival_of(std::uint32_t origin) const noexcept;
  void update_waiting(std::uint32_t origin);
  void sift_up(std::uint32_t at) noexcept;
  void sift_down(std::uint32_t at) noexcept;
  void set_heap_index(std::uint32_t at, std::uint32_t origin) noexcept;

  std::size_t all_sockets() const noexcept { return totals_.sockets + totals_.free_sockets; }
  pool_action& act(pool_action::kind what);

  pool_options options_;
  bool shut_down_ = false;
  counts totals_;
  std::uint64_t arrivals_ = 0;
  name_map names_;
  mutable std::uint32_t last_ = none;  // the last origin found, usually the next one, too
  std::vector<name_map::node_type> spare_names_;  // memory of removed names, for reuse
  std::vector<origin_record> origins_;
  std::vector<socket_record> sockets_;
  std::vector<request_record> requests_;
  std::vector<std::uint32_t> unused_origins_;
  std::vector<std::uint32_t> unused_sockets_;
  std::vector<std::uint32_t> unused_requests_;
  list ages_;  // free sockets, oldest first
  std::vector<std::uint32_t>
      waiting_heap_;  // heap of the origins that only `max_total_sockets` blocks
  std::vector<pool_action> actions_;
  std::size_t popped_ = 0;  // number of `actions_` already returned
};

}  // namespace anode::policy
