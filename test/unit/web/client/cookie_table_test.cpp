// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "unit/web/table.hpp"

#include <anode/web/cookie_jar.hpp>

#include <chrono>
#include <string>

namespace unit_web_client_cookie_table {

namespace web = anode::web;

TEST_CASE("web cookies: the table of http-state", "[web]") {
  // The dates of the table are before or behind this one.
  constexpr std::chrono::sys_seconds now = std::chrono::sys_days(std::chrono::year(2011) / 4 / 1);
  std::string const host = "http://home.example.org:8888";
  std::size_t rows = 0;
  for (auto const& row : test_web::read_table("cookies.tsv")) {
    REQUIRE(row.size() >= 3);
    std::string const& name = row[0];
    INFO(name);
    web::cookie_jar jar;
    jar.public_suffixes([](std::string_view domain) { return domain == "org"; });
    for (std::size_t i = 3; i < row.size(); ++i) {
      jar.store(host + "/cookie-parser?" + name, row[i], now);
    }
    std::string to = row[1];
    if (to.empty()) {
      to = "/cookie-parser-result?" + name;
    }
    if (!to.starts_with("http")) {
      to = host + to;
    }
    CHECK(jar.header(to, now) == row[2]);
    ++rows;
  }
  CHECK(rows >= 200);
}

}  // namespace unit_web_client_cookie_table
