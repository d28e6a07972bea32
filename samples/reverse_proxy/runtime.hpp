// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../proxy_kit/listeners.hpp"
#include "../proxy_kit/settings.hpp"
#include "proxy.hpp"

#include <anode/proxy/client_limit.hpp>
#include <anode/proxy/pass_through.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace samples {

/// What the requests of a reverse proxy use. It does not change: a reload makes another one, and
/// requests and tunnels in progress keep theirs.
struct reverse_runtime {
  reverse_runtime(http::agent a, proxy::upstream_pool_options o)
      : proxy(std::move(a), std::move(o)) {}

  reverse_proxy proxy;
  std::vector<proxy::sni_routes> routes{};  ///< of each listener
  proxy::pass_through_options passing;
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

  /// Opens the access log again.
  void reopen_log();

  /// Prints the addresses.
  void announce_all() const { listeners_.announce_all(); }

  /// Drains all listeners at the first SIGINT or SIGTERM. The second one ends the program.
  static net::awaitable<void> drain_on_signal(reverse_listeners& self);

private:
  using runtime = std::shared_ptr<reverse_runtime>;

  runtime make(reverse_settings const& s, bool& keeps_pool) const;
  void open(listen_setting const& setting, std::size_t index);
  static void set_servers(reverse_proxy& p, pool_setting const& pool);
  static net::awaitable<void> pass(runtime with, std::size_t index, anode::socket client);

  net::any_io_executor executor_;
  reverse_settings settings_;
  // Shared with the handlers, which read it for each request.
  std::shared_ptr<runtime> current_;
  proxy_listeners listeners_;
};

}  // namespace samples
