// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace anode::test {

/// Reads a file of JSON lines: one value per line. Empty lines are skipped.
/// @throws std::runtime_error with the file and the line if the file is missing, empty or not JSON
std::vector<boost::json::value> read_json_lines(std::string const& path);

/// Parses one JSON text.
/// @throws boost::system::system_error if the text is not JSON
boost::json::value parse_json(std::string_view text);

/// Returns the bytes that a JSON value describes: one byte for each character U+0000..U+00FF.
/// `{"rep": bytes, "n": times}` repeats bytes; an array concatenates its elements.
/// @throws std::runtime_error for any other value
std::string bytes_of(boost::json::value const& value);

/// Returns the member `key` of an object, or null if there is none.
boost::json::value const& member(boost::json::value const& object, std::string_view key);

/// Returns the member `key` as bytes, or `missing` if there is none.
std::string bytes_member(boost::json::value const& object, std::string_view key,
                         std::string_view missing = {});

/// Returns the member `key` as a boolean, or `missing` if there is none.
bool bool_member(boost::json::value const& object, std::string_view key, bool missing = false);

}  // namespace anode::test
