// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "listeners.hpp"
#include "settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
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

/// Executes --help-config, --config and --check.
/// @param make makes the settings of a file, see `load_settings`
/// @param settings set to those of the file of --config; unchanged without the option
/// @return the exit code of the program if it ends here
/// @throws std::exception if a certificate is missing or invalid
template <class Settings>
std::optional<int> read_config(config_options const& config, std::span<config_key const> keys,
                               Settings (*make)(config_node const&, config_errors&),
                               Settings& settings);

/// Executes SIGHUP: reads the file of --config and reloads it, or opens the log again without a
/// file. Prints the outcome to standard error. After a failure nothing has changed.
/// @return whether it has succeeded
template <class Settings, class Listeners>
bool reload_config(config_options const& config,
                   Settings (*make)(config_node const&, config_errors&), Listeners& listeners);

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

template <class Settings>
std::optional<int> read_config(config_options const& config, std::span<config_key const> keys,
                               Settings (*make)(config_node const&, config_errors&),
                               Settings& settings) {
  if (config.help) {
    fmt::print("{}", describe(keys));
    return EXIT_SUCCESS;
  }
  if (config.file.empty()) {
    return std::nullopt;
  }
  std::optional<Settings> read = load_settings(config.file, make);
  if (!read) {
    return 2;
  }
  settings = std::move(*read);
  checked_certificates(settings.listeners);
  if (config.check) {
    fmt::print("{}: correct\n", config.file);
    return EXIT_SUCCESS;
  }
  return std::nullopt;
}

template <class Settings, class Listeners>
bool reload_config(config_options const& config,
                   Settings (*make)(config_node const&, config_errors&), Listeners& listeners) {
  try {
    if (config.file.empty()) {
      listeners.reopen_log();
      return true;
    }
    if (std::optional<Settings> next = load_settings(config.file, make)) {
      listeners.reload(std::move(*next));
      fmt::print(stderr, "{}: reloaded\n", config.file);
      return true;
    }
  } catch (std::exception const& e) {
    fmt::print(stderr, "{}: not reloaded: {}\n", config.file, e.what());
  }
  return false;
}

}  // namespace samples
