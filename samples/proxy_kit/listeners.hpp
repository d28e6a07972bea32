// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "../proxy_log.hpp"
#include "../tls_options.hpp"
#include "settings.hpp"

#include <anode/http.hpp>
#include <anode/proxy/forward_options.hpp>
#include <anode/socket_server.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// The listeners of a proxy. Each is a server of HTTP, or of connections that do not begin with
/// HTTP.
class proxy_listeners {
public:
  /// Listens for HTTP. Add the other handlers of the result before it gets a request.
  /// @throws std::exception if a certificate is invalid or the place cannot be used
  anode::http::server& add(boost::asio::any_io_executor const& ex, listen_setting const& setting,
                           anode::http::request_handler on_request,
                           anode::http::server_options const& options, proxy_log const& log);

  /// Listens for other connections.
  /// @param scheme what `announce_all` prints
  /// @throws std::exception if the place cannot be used
  void add(boost::asio::any_io_executor const& ex, listen_setting const& setting,
           std::string_view scheme, anode::socket_server::handler on_connection);

  /// Uses renewed certificates for new connections.
  /// @param certificates one for each listener, see `checked_certificates`
  void renew(std::vector<server_tls>& certificates);

  /// Logs the requests whose heads are refused.
  void watch(proxy_log const& log);

  /// Prints the addresses.
  void announce_all() const;

  /// Returns whether one of the listeners accepts connections.
  bool listening() const;

  /// The connections of a listener.
  struct load {
    std::string name{};
    std::size_t connections = 0;
  };

  /// Returns the connections of each listener.
  std::vector<load> loads() const;

  /// Drains all listeners at the same time.
  static boost::asio::awaitable<void> drain(proxy_listeners& self, std::chrono::milliseconds grace);

private:
  struct listener {
    std::string name;
    std::string_view scheme;  // of `raw`
    server_tls tls;
    std::unique_ptr<anode::http::server> http;
    std::unique_ptr<anode::socket_server> raw;
  };

  static boost::asio::awaitable<void> drain_one(listener& l, std::chrono::milliseconds grace);
  static boost::asio::awaitable<void> drain_from(proxy_listeners& self, std::size_t index,
                                                 std::chrono::milliseconds grace);

  std::vector<listener> all_;
};

/// Gives the listeners with "fd:NAME" the sockets of these names that the service manager has
/// passed to the program, see `anode::inherited_listeners`.
/// @throws std::exception if there is none of a name, or one that no listener names
void adopt_inherited(std::vector<listen_setting>& listeners);

/// Reads the certificates of all listeners.
/// @throws std::exception if a file is missing or invalid
std::vector<server_tls> checked_certificates(std::vector<listen_setting> const& listeners);

/// Waits for the first SIGINT or SIGTERM. The second one ends the program.
boost::asio::awaitable<void> stop_signal(boost::asio::any_io_executor ex);

/// Opens the access log of the settings, if there is one.
/// @throws std::runtime_error if it cannot be opened
void open_log(proxy_log& log, proxy_settings const& s);

/// Opens the access log of the settings again.
/// @return whether there is one; otherwise `log` stays
bool reopen_log(proxy_log& log, proxy_settings const& s);

/// Sets the time limits of forwarded requests that the settings have.
void set_timeouts(anode::proxy::proxy_timeouts& to, proxy_settings const& s);

}  // namespace samples
