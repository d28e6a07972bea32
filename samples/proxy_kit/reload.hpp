// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "settings.hpp"

#include <anode/socket_server.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// The options --config, --check and --help-config of a proxy.
struct config_options {
  std::string file{};  ///< empty: the command line has the settings
  bool check = false;
  bool help = false;  ///< --help-config

  /// Returns why a command line is wrong: --config excludes other options, --check needs it. Empty
  /// if it is right.
  std::string fault(int argc, char const* const* argv) const;
};

/// Reads a file and makes the settings of a program. Prints all errors to standard error.
/// @return nothing if there is an error
template <class Settings>
std::optional<Settings> load_settings(std::string const& file,
                                      Settings (*make)(config_node const&, config_errors&));

/// Prints errors to standard error, one a line.
void print_errors(config_errors const& errors);

/// Returns why a reload cannot change from one list of listeners to another one; empty if it can:
/// the places, the protocols and the use of TLS are equal.
std::string why_not_reloadable(std::vector<listen_setting> const& from,
                               std::vector<listen_setting> const& to);

/// Calls `reload` at each SIGHUP, and a second time if SIGHUP arrives meanwhile. Never completes by
/// itself.
boost::asio::awaitable<void> reload_on_hangup(boost::asio::any_io_executor ex,
                                              std::function<void()> reload);

template <class Settings>
std::optional<Settings> load_settings(std::string const& file,
                                      Settings (*make)(config_node const&, config_errors&)) {
  config_errors errors(file);
  config_node const root = read_toml_file(file, errors);
  std::optional<Settings> settings;
  if (errors.empty()) {
    settings = make(root, errors);
  }
  if (!errors.empty()) {
    print_errors(errors);
    settings.reset();
  }
  return settings;
}

}  // namespace samples
