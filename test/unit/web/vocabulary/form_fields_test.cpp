// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/table.hpp"

#include <anode/web/query.hpp>

namespace unit_web_vocabulary_form_fields {

namespace web = anode::web;
using web::form_fields;

TEST_CASE("Urlencoded texts are parsed as the URL standard says", "[web][form]") {
  auto const rows = test_web::read_table("urlencoded.tsv");
  CHECK(rows.size() >= 34);
  for (auto const& row : rows) {
    CAPTURE(row[0]);
    std::vector<std::string> got{row[0]};
    for (auto const& [name, value] : form_fields::parse(row[0])) {
      got.push_back(web::utf8_lossy(name));
      got.push_back(web::utf8_lossy(value));
    }
    CHECK(got == row);
  }
  CHECK(form_fields::parse("").empty());
}

TEST_CASE("Form fields keep bytes that are not UTF-8", "[web][form]") {
  CHECK(form_fields::parse("a=%ff%00").value("a") == std::string("\xFF\0", 2));
}

TEST_CASE("Form fields are found by name, the first of several", "[web][form]") {
  form_fields const fields = form_fields::parse("a=1&b=2&a=3&c");
  CHECK(fields.size() == 4);
  CHECK(fields.value("a") == "1");
  CHECK(fields.value("c", "x").empty());
  CHECK(fields.value("d", "x") == "x");
  CHECK(fields.find("d") == nullptr);
  CHECK(fields.contains("b"));
  CHECK(fields.values("a") == std::vector<std::string_view>{"1", "3"});
  CHECK(fields[3].first == "c");
  CHECK(form_fields().empty());
}

TEST_CASE("Form fields are changed by name", "[web][form]") {
  form_fields fields = form_fields::parse("a=1&b=2&a=3");
  CHECK(fields.set("a", "x").to_string() == "a=x&b=2");
  CHECK(fields.set(fields[0].first, fields[1].second).to_string() == "a=2&b=2");
  CHECK(fields.set("c", "").to_string() == "a=2&b=2&c=");
  CHECK(fields.append("a", "&=+ %").to_string() == "a=2&b=2&c=&a=%26%3D%2B+%25");
  CHECK(fields.erase("a") == 2);
  CHECK(fields.erase(fields[0].first) == 1);
  CHECK(fields.to_string() == "c=");
  CHECK(fields.erase("a") == 0);
}

TEST_CASE("Every pair of texts survives the urlencoded form", "[web][form]") {
  std::string all;
  for (int c = 0; c < 256; ++c) {
    all += static_cast<char>(c);
  }
  form_fields fields;
  fields.append(all, all).append("", "").append("x", "");
  CHECK(form_fields::parse(fields.to_string()) == fields);
}

}  // namespace unit_web_vocabulary_form_fields
