// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/merged_headers.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace unit_message_merged_headers {

namespace {

namespace http = anode::http;

std::vector<std::string> split(std::string const& text, char separator) {
  std::vector<std::string> parts(1);
  for (char const c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// Formats headers as in the recorded data: names and values separated by blanks.
std::string show(http::merged_headers const& headers, bool distinct) {
  std::string text;
  for (auto const& field : headers) {
    if (!text.empty()) {
      text += ' ';
    }
    text.append(field.name).append(" ");
    if (distinct || field.name == "set-cookie") {
      bool first = true;
      for (std::string_view const value : field.values) {
        if (!first) {
          text += '|';
        }
        first = false;
        text += value;
      }
    } else {
      for (char const c : field.value) {
        if (c == ' ') {
          text += "%20";
        } else {
          text += c;
        }
      }
    }
  }
  return text;
}

http::field_lines lines_of(std::vector<std::string> const& flat) {
  http::field_lines lines;
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
    lines.append(flat[i], flat[i + 1]);
  }
  return lines;
}

}  // namespace

TEST_CASE("merged headers: equal Node's recorded headers", "[merged-headers][recorded]") {
  std::ifstream file("test/unit/message/data/merged_headers.tsv", std::ios::binary);
  std::size_t count = 0;
  http::merged_headers headers;
  for (std::string line; std::getline(file, line); ++count) {
    std::vector<std::string> const columns = split(line, '\t');
    REQUIRE(columns.size() == 4);
    INFO(columns[0]);
    http::field_lines const lines = lines_of(split(columns[0], ' '));
    headers.reset(lines);
    CHECK(show(headers, false) == columns[1]);
    CHECK(show(headers, true) == columns[3]);
    for (auto const& field : headers) {
      CHECK(headers.get(field.name) == field.value);
    }
    headers.reset(lines, true);
    CHECK(show(headers, false) == columns[2]);
    for (auto const& field : headers) {
      CHECK(headers.get(field.name) == field.value);
    }
  }
  CHECK(count > 130);
}

TEST_CASE("merged headers: look-up ignores case", "[merged-headers]") {
  http::field_lines const lines = lines_of({"Content-Type", "text/plain", "X-A", ""});
  http::merged_headers const headers(lines);
  CHECK(headers.get("content-TYPE") == "text/plain");
  CHECK(headers.contains("x-a"));
  CHECK(headers.get("x-a") == "");
  CHECK(headers.get("x-ab") == std::nullopt);
  CHECK_FALSE(headers.contains("x"));
  CHECK_FALSE(headers.empty());
  CHECK(headers.size() == 2);
  CHECK(headers.values("CONTENT-type").front() == "text/plain");
}

TEST_CASE("merged headers: iterates the values of a name one by one", "[merged-headers]") {
  http::field_lines const lines = lines_of({"A", "1", "B", "2", "a", "3"});
  http::merged_headers const headers(lines);
  http::header_values const values = headers.values("A");
  CHECK(values.to_vector() == std::vector<std::string>{"1", "3"});
  CHECK(values.size() == 2);
  auto at = values.begin();
  CHECK(*at++ == "1");
  CHECK(*at == "3");
  CHECK(headers.values("c").empty());
  CHECK(headers.values("c").size() == 0);
}

TEST_CASE("merged headers: the single value of set-cookie is the first one", "[merged-headers]") {
  http::field_lines const lines = lines_of({"Set-Cookie", "a=1", "set-cookie", "b=2"});
  http::merged_headers const headers(lines);
  CHECK(headers.get("set-cookie") == "a=1");
  CHECK(headers.values("set-cookie").to_vector() == std::vector<std::string>{"a=1", "b=2"});
}

TEST_CASE("merged headers: no lines give no headers", "[merged-headers]") {
  http::merged_headers const headers;
  CHECK(headers.empty());
  CHECK(headers.size() == 0);
  CHECK(headers.begin() == headers.end());
  CHECK(headers.get("a") == std::nullopt);
  CHECK_FALSE(headers.contains("a"));
  CHECK(headers.values("a").empty());
  http::field_lines const lines;
  CHECK(http::merged_headers(lines).empty());
}

TEST_CASE("merged headers: any field name is plain data", "[merged-headers]") {
  http::field_lines const lines =
      lines_of({"__proto__", "a", "constructor", "b", "__proto__", "c", "hasOwnProperty", "d"});
  http::merged_headers const headers(lines);
  CHECK(show(headers, false) == "__proto__ a,%20c constructor b hasownproperty d");
  CHECK(headers.get("__proto__") == "a, c");
  CHECK(headers.get("toString") == std::nullopt);
}

TEST_CASE("merged headers: views stay valid until the lines change", "[merged-headers]") {
  http::field_lines lines = lines_of({"a", "1", "A", "2", "cookie", "x", "Cookie", "y"});
  http::merged_headers headers(lines);
  auto const a = headers.get("a");
  auto const cookie = headers.get("cookie");
  CHECK(headers.size() == 2);
  CHECK(a == "1, 2");
  CHECK(cookie == "x; y");
  lines.clear();
  lines.append("a", "3");
  headers.reset(lines);
  CHECK(headers.get("a") == "3");
  CHECK(headers.size() == 1);
  auto it = headers.begin();
  CHECK((*it++).name == "a");
  CHECK(it == headers.end());
}

TEST_CASE("merged headers: the time for a head with many names is not quadratic",
          "[merged-headers]") {
  http::field_lines lines;
  for (int i = 0; i != 100000; ++i) {
    lines.append("x" + std::to_string(i), "v");
  }
  http::merged_headers const headers(lines);
  CHECK(headers.size() == 100000);
  CHECK(std::string((*headers.begin()).name) == "x0");
}

}  // namespace unit_message_merged_headers
