// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samples {

/// A place in a file, counted from 1.
struct place {
  unsigned line = 0;
  unsigned column = 0;
};

/// A value of a configuration file with its place.
struct config_node {
  enum class kind : std::uint8_t { flag, number, text, list, table, other };

  kind type = kind::table;
  place at{};
  std::string name{};                   ///< of an entry of a table
  place name_at{};                      ///< the place of the name
  bool flag = false;                    ///< of a flag
  std::int64_t number = 0;              ///< of a number
  std::string text{};                   ///< of a text
  std::vector<config_node> children{};  ///< of a list or a table

  /// Returns the entry of a table; null if there is none.
  config_node const* find(std::string_view entry) const {
    for (config_node const& c : children) {
      if (type == kind::table && c.name == entry) {
        return &c;
      }
    }
    return nullptr;
  }

  /// Returns the entry with a path, for example "limits.client.requests"; null if there is none.
  config_node const* find_path(std::string_view path) const {
    config_node const* n = this;
    while (n != nullptr && !path.empty()) {
      std::string_view const part = path.substr(0, path.find('.'));
      n = n->find(part);
      path.remove_prefix(part.size() < path.size() ? part.size() + 1 : path.size());
    }
    return n;
  }
};

/// The errors of a configuration file. All of them are reported, not only the first one.
class config_errors {
public:
  /// @param file the name for the messages
  explicit config_errors(std::string file) : file_(std::move(file)) {}

  /// Adds an error.
  /// @param path of the value, for example "pool.api.servers[1].url"; empty: none
  void add(place at, std::string_view path, std::string_view what);

  /// Returns whether there is no error.
  bool empty() const noexcept { return all_.empty(); }

  /// Returns the errors in the order of their places, each as "FILE:LINE:COLUMN: PATH: WHAT".
  std::vector<std::string> lines() const;

private:
  struct entry {
    place at;
    std::string text;
  };

  std::string file_;
  std::vector<entry> all_;  // in the order of their places
};

/// Parses a TOML file. In a build without toml++, adds an error that says so.
config_node read_toml(std::string_view text, config_errors& errors);

/// Reads a file, and parses it. Adds an error if it cannot be read.
config_node read_toml_file(std::string const& file, config_errors& errors);

}  // namespace samples
