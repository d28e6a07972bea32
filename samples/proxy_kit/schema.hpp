// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "config_node.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// The type of a value.
enum class value_type : std::uint8_t {
  text,      ///< "text"
  choice,    ///< one of the words in `config_key::choices`
  flag,      ///< true, false
  count,     ///< a number
  duration,  ///< "250ms", "5s", "1m", "1h"; the range is in milliseconds
  texts,     ///< ["text", "text"]
};

/// One key of a configuration file.
struct config_key {
  std::string_view path;  ///< "limits.client.requests", "listen[].address", "pool.*.order"
  value_type type = value_type::text;
  std::string_view initial;  ///< the default, as text for people
  std::string_view text;     ///< what it means
  std::string_view choices{};
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int32_t>::max();
  bool reloadable = true;
};

/// Checks a file against the keys that a program knows: names, types, ranges and units. An unknown
/// name is an error with the nearest known one.
void check_against(std::span<config_key const> keys, config_node const& root,
                   config_errors& errors);

/// Prints the keys as text for people.
std::string describe(std::span<config_key const> keys);

/// Returns the known word that resembles a word most; empty if none does.
std::string_view nearest(std::string_view word, std::span<std::string_view const> known);

/// Parses a duration with its unit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The values of a node that `check_against` has accepted. A null pointer is the default.

std::string text_of(config_node const* n, std::string_view initial = {});
bool flag_of(config_node const* n, bool initial = false);
std::size_t count_of(config_node const* n, std::size_t initial);
std::chrono::milliseconds duration_of(config_node const* n, std::chrono::milliseconds initial);
std::vector<config_node const*> items_of(config_node const* n);

}  // namespace samples
