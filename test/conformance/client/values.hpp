// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/agent.hpp>
#include <anode/client_request.hpp>
#include <anode/headers.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace parity {

namespace json = boost::json;
namespace http = anode::http;

/// An argument that C++'s types cannot express. Node throws the same code.
class argument_error : public std::runtime_error {
public:
  argument_error(std::string code, std::string const& message)
      : std::runtime_error(message), code_(std::move(code)) {}
  std::string const& code() const noexcept { return code_; }

private:
  std::string code_;
};

/// Returns the bytes that a value in the scenarios' byte notation describes.
std::string to_bytes(json::value const& value);

/// Returns bytes in that notation. Runs of 128 or more equal bytes are folded.
json::value from_bytes(std::string_view bytes);

/// Returns bytes as a JSON string with one character for each byte.
json::string latin1(std::string_view bytes);

/// Returns a text as bytes, one byte for each character. Throws `e` with `message` if a character
/// is above U+00FF.
std::string one_byte_text(std::string_view utf8, http::error e, std::string const& message);

/// Returns a name as bytes if possible. Any other name is returned unchanged and rejected later.
std::string one_byte_name(std::string_view utf8);

/// Returns a text in the encoding that an operation names; UTF-8 by default.
std::string encoded_text(json::object const& operation);

/// Returns a number as Node writes it.
std::string number_text(json::value const& value);

/// Returns the value of a header in its given form: text, number or list.
http::header_value header_value_of(std::string_view name, json::value const& value);
json::value json_of(http::header_value const& value);

/// Returns headers given as an object or as a flat list.
http::header_list header_list_of(json::value const& value);

/// Returns received headers as sorted pairs and as a flat list.
json::array pairs_of(http::merged_headers const& headers);
json::array flat_of(http::field_lines const& lines);

/// Replaces `{PORT}` and `{PORT1}` in a text by the ports of a scenario.
std::string fill_ports(std::string_view text, std::vector<std::uint16_t> const& ports);

/// Replaces the ports by `{PORT}` and `{PORT1}` in all texts of a value.
json::value mask_ports(json::value const& value, std::vector<std::uint16_t> const& ports);

/// Reads options with Node's names. Throws `http::exception` for values that C++'s types cannot
/// express.
http::agent_options agent_options_of(json::value const& options);
http::request_options request_options_of(json::object const& options,
                                         std::vector<std::uint16_t> const& ports);

/// Changes agent options by values with Node's names.
void change(http::agent_options& options, json::object const& values);

/// Returns the options of an agent with Node's names.
json::object json_of(http::agent_options const& options);

}  // namespace parity
