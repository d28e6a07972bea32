// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "routes.hpp"
#include "schema.hpp"

#include <anode/network_list.hpp>
#include <anode/proxy/sni_routes.hpp>
#include <anode/proxy/target_rules.hpp>
#include <anode/server_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// The files of a TLS listener, all empty without TLS.
struct tls_files {
  std::string cert{};
  std::string key{};        ///< empty: in the file of the certificate
  std::string client_ca{};  ///< empty: clients need no certificate

  bool operator==(tls_files const&) const = default;
};

/// One place at which a proxy listens.
struct listen_setting {
  std::string name{};
  anode::http::listen_options where{};
  std::string inherited{};        ///< of "fd:NAME": the name of a passed socket
  std::string protocol = "http";  ///< "http", "socks5", or "passthrough"
  tls_files tls{};
  anode::proxy::sni_routes routes{};  ///< of "passthrough"
};

/// The settings that both proxies have.
struct proxy_settings {
  std::vector<listen_setting> listeners{};
  std::string access_log{};  ///< a file, "-" for the standard output, empty for none
  std::chrono::milliseconds preface_timeout{10'000};
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds silence{60'000};
  std::chrono::milliseconds tunnel_idle{600'000};
  std::chrono::milliseconds half_closed{30'000};
  std::chrono::milliseconds total{0};
  std::chrono::milliseconds grace{5'000};
  std::size_t client_requests = 64;
};

/// The settings of `forward_proxy`.
struct forward_settings : proxy_settings {
  std::vector<std::string> users{};  ///< "NAME:PASSWORD"
  anode::proxy::target_rules rules{};
  bool open = false;  ///< serves everybody on every address, without users and allow rules
};

/// One server of a pool.
struct server_setting {
  std::string name{};
  std::string url{};
  unsigned weight = 1;
  std::size_t max_requests = 0;
};

/// A pool of servers.
struct pool_setting {
  std::string order = "least_requests";
  std::vector<server_setting> servers{};
  std::size_t queue = 1024;
  std::chrono::milliseconds queue_timeout{5'000};
  std::string ca{};             ///< trusted certificates of the servers; empty: those of the system
  unsigned send_proxy = 0;      ///< the version of a PROXY header; 0: none
  unsigned retry_percent = 20;  ///< retries in ten seconds, of the requests
  unsigned retry_least = 3;     ///< retries in ten seconds that are always allowed
};

/// A route of `reverse_proxy`.
struct route_setting {
  std::string name{};  ///< in metrics and messages
  route_rule rule{};
  std::string pool{};
  std::string strip{};         ///< removed from the beginning of the path
  std::string add{};           ///< added to the beginning of the path
  bool preserve_host = false;  ///< sends the Host of the client
};

/// The settings of `reverse_proxy`.
struct reverse_settings : proxy_settings {
  std::map<std::string, pool_setting, std::less<>> pools{};
  std::vector<route_setting> routes{};
  anode::network_list trusted{};
  unsigned tries = 2;  ///< attempts of which something was sent
  bool trace = false;
  std::optional<listen_setting> admin{};   ///< where the state is served
  std::chrono::milliseconds lame_duck{0};  ///< between "not ready" and the end of listening
};

/// Returns the keys of a configuration file of `forward_proxy`.
std::span<config_key const> forward_keys();

/// Returns the keys of a configuration file of `reverse_proxy`.
std::span<config_key const> reverse_keys();

/// Checks a file and returns its settings, which are valid if there is no error.
forward_settings make_forward_settings(config_node const& root, config_errors& errors);

/// Checks a file and returns its settings, which are valid if there is no error.
reverse_settings make_reverse_settings(config_node const& root, config_errors& errors);

/// Parses "127.0.0.1:80", "[::1]:80", ":80" for all addresses, or "unix:/path".
bool parse_listen_address(std::string_view text, anode::http::listen_options& to);

/// Parses what `parse_listen_address` does, or "fd:NAME".
bool parse_listen_place(std::string_view text, listen_setting& to);

/// Returns whether only programs of this machine reach a place.
bool is_local(anode::http::listen_options const& where);

/// Returns why a forward proxy would serve everybody; empty if it does not: it listens on other
/// than loopback addresses, and has neither users nor rules that allow.
std::string open_to_all(forward_settings const& s);

/// Reads the routes, after the pools. Without [[route]] all requests go to one pool.
void read_routes(config_node const& root, reverse_settings& s, config_errors& errors);

/// Reads the settings that both programs have.
void read_common(config_node const& root, proxy_settings& to, config_errors& errors);

}  // namespace samples
