// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

// Tables of inputs and outcomes. Each input is parsed whole, byte by byte and split at every
// offset.

#include "support/catch.hpp"
#include "unit/http1/parser_harness.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>

namespace anode::test {

struct row {
  char const* name;
  std::string input;
  std::string outcome;  // without the position of the error
};

inline std::string without_position(std::string const& outcome) {
  std::size_t const at = outcome.rfind(" @");
  return outcome.substr(0, at);
}

inline void check_requests(std::initializer_list<row> rows) {
  for (row const& r : rows) {
    INFO(r.name);
    CHECK(without_position(decode_request(r.input)) == r.outcome);
  }
}

inline void check_responses(std::initializer_list<row> rows) {
  for (row const& r : rows) {
    INFO(r.name);
    CHECK(without_position(decode_response(r.input)) == r.outcome);
  }
}

inline std::string post(std::string const& fields, std::string const& behind = "") {
  return "POST / HTTP/1.1\r\n" + fields + "\r\n\r\n" + behind;
}

inline std::string const te = "Transfer-Encoding: ";
inline std::string const bad_coding =
    "!HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value";
inline std::string const bad_value = "!HPE_INVALID_HEADER_TOKEN: Invalid header value char";
inline std::string const bad_token = "!HPE_INVALID_HEADER_TOKEN: Invalid header token";

}  // namespace anode::test
