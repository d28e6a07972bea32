// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../proxy_kit/listeners.hpp"
#include "../proxy_kit/settings.hpp"
#include "proxy.hpp"

#include <anode/proxy/client_limit.hpp>
#include <anode/proxy/socks_server.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// What the requests of a forward proxy use. It does not change: a reload makes another one, and
/// requests and tunnels in progress keep theirs.
struct forward_runtime {
  explicit forward_runtime(http::agent a) : proxy(std::move(a)) {}

  forward_proxy proxy;
  proxy::socks_options socks;
};

/// Makes what the requests use.
/// @param previous of the settings before a reload; null at the start. The requests of its clients
///   count on if the limit is the same.
/// @throws std::exception if the log cannot be opened
std::shared_ptr<forward_runtime> make_runtime(net::any_io_executor ex, forward_settings const& s,
                                              forward_runtime const* previous);

/// The listeners of a forward proxy.
class forward_listeners {
public:
  /// Opens the listeners.
  /// @throws std::exception if one cannot be opened
  forward_listeners(net::any_io_executor ex, forward_settings settings);

  /// Uses other settings for the requests from now on.
  /// @throws std::exception with a reason; nothing has changed then
  void reload(forward_settings settings);

  /// Opens the access log again.
  void reopen_log();

  /// Prints the addresses.
  void announce_all() const { listeners_.announce_all(); }

  /// Drains all listeners at the first SIGINT or SIGTERM. The second one ends the program.
  static net::awaitable<void> drain_on_signal(forward_listeners& self);

private:
  void open(listen_setting const& setting);
  static net::awaitable<void> serve_socks(std::shared_ptr<forward_runtime> with,
                                          anode::socket client);

  net::any_io_executor executor_;
  forward_settings settings_;
  // Shared with the handlers, which read it for each request.
  std::shared_ptr<std::shared_ptr<forward_runtime>> current_;
  proxy_listeners listeners_;
};

}  // namespace samples
