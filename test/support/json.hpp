// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace anode::test {

/// Reads a file of JSON lines: one value a line, empty lines left out.
/// @throws std::runtime_error naming the file and the line when it is missing, empty or no JSON.
std::vector<boost::json::value> read_json_lines(std::string const& path);

/// Parses one JSON text.
/// @throws boost::system::system_error when it is none.
boost::json::value parse_json(std::string_view text);

/// Returns the bytes that a JSON value stands for: one byte a character U+0000..U+00FF;
/// `{"rep": bytes, "n": times}` repeats; an array concatenates.
/// @throws std::runtime_error for any other value.
std::string bytes_of(boost::json::value const& value);

/// Returns the member `key` of an object, or null when it has none.
boost::json::value const& member(boost::json::value const& object, std::string_view key);

/// Returns the member `key` as bytes, or `missing` when there is none.
std::string bytes_member(boost::json::value const& object, std::string_view key,
                         std::string_view missing = {});

/// Returns the member `key` as a truth value, or `missing` when there is none.
bool bool_member(boost::json::value const& object, std::string_view key, bool missing = false);

}  // namespace anode::test
