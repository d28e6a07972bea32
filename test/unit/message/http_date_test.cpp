// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/http_date.hpp"

#include "support/catch.hpp"

namespace unit_message_http_date {

using namespace anode::message;
using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST_CASE("date: has HTTP's preferred form", "[date]") {
  CHECK(format_http_date(sys_seconds(seconds(784111777))) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_http_date(sys_seconds(seconds(0))) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(format_http_date(sys_seconds(seconds(951782400))) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(format_http_date(sys_seconds(seconds(1735689599))) == "Tue, 31 Dec 2024 23:59:59 GMT");
  CHECK(format_http_date(sys_seconds(seconds(4102444799))) == "Thu, 31 Dec 2099 23:59:59 GMT");
  CHECK(format_http_date(sys_seconds(seconds(-1))) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("date: the date line is a whole field line", "[date]") {
  CHECK(date_line(sys_seconds(seconds(784111777))) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
}

}  // namespace unit_message_http_date
