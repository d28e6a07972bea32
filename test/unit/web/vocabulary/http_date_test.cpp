// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/http_date.hpp"

#include "support/catch.hpp"

namespace unit_web_vocabulary_http_date {

namespace web = anode::web;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds in_2026 = sys_days(std::chrono::year(2026) / 11 / 30);

std::string again(std::string_view text) {
  auto const time = web::parse_http_date(text, in_2026);
  return time ? web::format_http_date(*time) : "invalid";
}

}  // namespace

TEST_CASE("The three forms of a date of HTTP are parsed", "[web][date]") {
  std::string const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  CHECK(again(date) == date);
  CHECK(again("Sunday, 06-Nov-94 08:49:37 GMT") == date);
  CHECK(again("Sun Nov  6 08:49:37 1994") == date);
  CHECK(again("Sun Nov 16 08:49:37 1994") == "Wed, 16 Nov 1994 08:49:37 GMT");
}

TEST_CASE("A year of two digits is at most 50 years ahead", "[web][date]") {
  CHECK(again("Sunday, 06-Nov-76 08:49:37 GMT") == "Fri, 06 Nov 2076 08:49:37 GMT");
  CHECK(again("Sunday, 06-Nov-77 08:49:37 GMT") == "Sun, 06 Nov 1977 08:49:37 GMT");
  CHECK(again("Sunday, 06-Nov-00 08:49:37 GMT") == "Mon, 06 Nov 2000 08:49:37 GMT");
}

TEST_CASE("Malformed dates of HTTP are refused", "[web][date]") {
  for (std::string_view const text :
       {"", "Sun", "Sun, ", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sunday, 06-Nov-94 08:49:37",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 06 1994 08:49:37", "Sun Nov  6 08:49:37 94",
        "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK(again(text) == "invalid");
  }
}

TEST_CASE("Dates of HTTP have years of four digits", "[web][date]") {
  CHECK(web::format_http_date(sys_seconds()) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(web::format_http_date(sys_seconds() - std::chrono::seconds(1)) ==
        "Wed, 31 Dec 1969 23:59:59 GMT");
  CHECK(web::format_http_date(sys_seconds::max()) == "Fri, 31 Dec 9999 23:59:59 GMT");
  CHECK(web::format_http_date(sys_seconds::min()) == "Sat, 01 Jan 0000 00:00:00 GMT");
  CHECK(again("Sat, 31 Dec 2016 23:59:60 GMT") == "Sun, 01 Jan 2017 00:00:00 GMT");
}

}  // namespace unit_web_vocabulary_http_date
