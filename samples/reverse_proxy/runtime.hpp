// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../proxy_kit/listeners.hpp"
#include "../proxy_kit/settings.hpp"
#include "admin.hpp"
#include "proxy.hpp"

#include <anode/proxy/client_limit.hpp>
#include <anode/proxy/pass_through.hpp>
#include <anode/service.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace samples {

/// What the requests of a reverse proxy use. It does not change: a reload makes another one, and
/// requests and tunnels in progress keep theirs.
struct reverse_runtime {
  /// A pool and the agent of its connections.
  struct named_pool {
    http::agent agent;
    proxy::upstream_pool pool;
  };

  explicit reverse_runtime(proxy::client_limit l) : limit(std::move(l)) {}

  std::map<std::string, named_pool, std::less<>> pools{};
  route_table table{};
  std::vector<std::unique_ptr<reverse_proxy>> routes{};     ///< in the order of `table`
  std::vector<std::shared_ptr<traffic_counters>> passed{};  ///< of each listener, or null
  std::shared_ptr<traffic_counters> unrouted{};             ///< of requests without a route
  proxy::client_limit limit;                                ///< of all routes and listeners
  proxy_log log{};
  std::vector<proxy::sni_routes> server_names{};  ///< of each listener
  proxy::pass_through_options passing{};
};

/// The listeners of a reverse proxy.
class reverse_listeners {
public:
  /// Opens the listeners.
  /// @throws std::exception if one cannot be opened
  reverse_listeners(net::any_io_executor ex, reverse_settings settings);

  /// Uses other settings for the requests from now on. The state of a server that keeps its name
  /// stays.
  /// @throws std::exception with a reason; nothing has changed then
  void reload(reverse_settings settings);

  /// Counts a reload.
  void note_reload(bool done) { ++(done ? reloads_ : failed_reloads_); }

  /// Opens the access log again.
  void reopen_log();

  /// Prints the addresses.
  void announce_all() const;

  /// Returns the address of the admin listener; empty if there is none.
  anode::endpoint admin_address() const { return admin_ ? admin_->address() : anode::endpoint(); }

  /// Returns whether a listener accepts connections.
  bool listening() const { return listeners_.listening(); }

  /// Returns the state.
  proxy_state state() const;

  /// Drains all listeners at the first SIGINT or SIGTERM, and then closes the admin listener. The
  /// second signal ends the program.
  static net::awaitable<void> drain_on_signal(reverse_listeners& self,
                                              anode::service_notifier service);

  /// Drains all listeners: is not ready, waits for `lame_duck`, and stops listening.
  static net::awaitable<void> drain(reverse_listeners& self);

private:
  using runtime = std::shared_ptr<reverse_runtime>;

  runtime make(reverse_settings const& s) const;
  void add_pools(reverse_runtime& to, reverse_settings const& s) const;
  void add_routes(reverse_runtime& to, reverse_settings const& s) const;
  void open(listen_setting const& setting, std::size_t index);
  std::size_t in_progress() const;
  bool keeps_pool(reverse_settings const& s, std::string const& name) const;
  static net::awaitable<void> serve(runtime with, http::incoming_message& req,
                                    http::server_response& res);
  static net::awaitable<void> upgrade(runtime with, http::incoming_message& req,
                                      anode::socket client);
  static net::awaitable<void> pass(runtime with, std::size_t index, anode::socket client);

  net::any_io_executor executor_;
  reverse_settings settings_;
  // Shared with the handlers, which read it for each request.
  std::shared_ptr<runtime> current_;
  proxy_listeners listeners_;
  std::optional<admin_listener> admin_;
  // The end of a drain, for the requests of all runtimes.
  std::shared_ptr<std::chrono::steady_clock::time_point> const cut_at_ =
      std::make_shared<std::chrono::steady_clock::time_point>(
          std::chrono::steady_clock::time_point::max());
  std::uint64_t reloads_ = 0;
  std::uint64_t failed_reloads_ = 0;
  bool draining_ = false;
};

}  // namespace samples
