// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>

namespace unit_base_error {

using anode::http::code_name;
using anode::http::error;

TEST_CASE("error: anode's own codes have Node's names") {
  CHECK(code_name(error::invalid_method) == "HPE_INVALID_METHOD");
  CHECK(code_name(error::headers_sent) == "ERR_HTTP_HEADERS_SENT");
  CHECK(code_name(error::connection_reset) == "ECONNRESET");
}

TEST_CASE("error: codes of the operating system have Node's names") {
  CHECK(code_name(boost::asio::error::connection_refused) == "ECONNREFUSED");
  CHECK(code_name(boost::system::error_code{}) == "UNKNOWN");
}

TEST_CASE("exception: what() is the message alone") {
  anode::http::exception const e{error::invalid_char, "Invalid character in header [\"x\"]"};
  CHECK(std::string_view{e.what()} == "Invalid character in header [\"x\"]");
  CHECK(e.code_name() == "ERR_INVALID_CHAR");
  CHECK(e.code() == error::invalid_char);
}

}  // namespace unit_base_error
