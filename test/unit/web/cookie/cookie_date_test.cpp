// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/cookie/cookie_date.hpp"

#include "support/catch.hpp"
#include "unit/web/table.hpp"
#include "web/vocabulary/http_date.hpp"

namespace unit_web_cookie_cookie_date {

namespace web = anode::web;

TEST_CASE("Cookie dates mean what http-state says", "[web][date]") {
  auto const rows = test_web::read_table("cookie_dates.tsv");
  CHECK(rows.size() >= 60);
  for (auto const& row : rows) {
    CAPTURE(row[0]);
    auto const time = web::parse_cookie_date(row[0]);
    CHECK((time ? web::format_http_date(*time) : "") == (row.size() > 1 ? row[1] : ""));
  }
}

TEST_CASE("Cookie dates outside of the calendar are refused", "[web][date]") {
  for (std::string_view const text :
       {"1 Jan 1600 00:00:00", "31 Feb 2020 00:00:00", "0 Jan 2020 00:00:00",
        "32 Jan 2020 00:00:00", "1 Jan 2020 24:00:00", "1 Jan 2020 00:60:00", "1 Jan 2020 00:00:60",
        "Jan 2020 00:00:00", "1 2020 00:00:00", "1 Jan 00:00:00", "1 Jan 2020", ""}) {
    CAPTURE(text);
    CHECK_FALSE(web::parse_cookie_date(text));
  }
  CHECK(web::parse_cookie_date("1 Jan 1601 00:00:00"));
  CHECK(web::parse_cookie_date("29 Feb 2020 23:59:59"));
}

}  // namespace unit_web_cookie_cookie_date
