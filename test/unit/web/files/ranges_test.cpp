// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/web/conditional.hpp>

#include <string>
#include <vector>

namespace unit_web_files_ranges {

namespace web = anode::web;
using kind = web::range_selection::kind;
using ranges = std::vector<web::byte_range>;

namespace {

struct row {
  std::string_view field;
  std::uint64_t size = 0;
  ranges parts{};
  kind result = kind::partial;
};

constexpr std::uint64_t largest = UINT64_MAX;

void check(std::vector<row> const& rows) {
  for (row const& r : rows) {
    INFO(r.field << " of " << r.size);
    web::range_selection const selected(r.field, r.size);
    CHECK(selected.result() == r.result);
    CHECK(selected.is_partial() == (r.result == kind::partial));
    CHECK(ranges(selected.begin(), selected.end()) == r.parts);
    CHECK(selected.size() == r.parts.size());
  }
}

}  // namespace

TEST_CASE("web ranges: a selection without a field is the whole", "[web]") {
  web::range_selection const selected;
  CHECK(selected.result() == kind::whole);
  CHECK(selected.size() == 0);
}

TEST_CASE("web ranges: examples of RFC 9110 section 14.1.2", "[web]") {
  check({
      {"bytes=0-499", 10000, {{0, 500}}},
      {"bytes=500-999", 10000, {{500, 500}}},
      {"bytes=-500", 10000, {{9500, 500}}},
      {"bytes=9500-", 10000, {{9500, 500}}},
      {"bytes=0-0,-1", 10000, {{0, 1}, {9999, 1}}},
      {"bytes= 0-999, 4500-5499, -1000", 10000, {{0, 1000}, {4500, 1000}, {9000, 1000}}},
      // Parts that touch or overlap are joined.
      {"bytes=500-600,601-999", 10000, {{500, 500}}},
      {"bytes=500-700,601-999", 10000, {{500, 500}}},
  });
}

TEST_CASE("web ranges: a part of a file", "[web]") {
  check({
      {"bytes=0-4", 11, {{0, 5}}},
      {"bytes=2-", 11, {{2, 9}}},
      {"bytes=-5", 11, {{6, 5}}},
      {"bytes=3-7", 11, {{3, 5}}},
      {"bytes=0-0,-2", 11, {{0, 1}, {9, 2}}},
      {"bytes=0-1,5-8", 11, {{0, 2}, {5, 4}}},
      {"bytes=0-1,5-", 11, {{0, 2}, {5, 6}}},
      {"bytes=1-2,5-", 10, {{1, 2}, {5, 5}}},
      {"bytes=0-0 ,2-2, 7-", 11, {{0, 1}, {2, 1}, {7, 4}}},
      {"bytes=5-1000", 11, {{5, 6}}},
      {"bytes=0-9", 11, {{0, 10}}},
      {"bytes=0-10", 11, {{0, 11}}},
      {"bytes=0-11", 11, {{0, 11}}},
      {"bytes=10-11", 11, {{10, 1}}},
      {"bytes=10-", 11, {{10, 1}}},
      {"bytes=-15", 10, {{0, 10}}},
      {"bytes=0-", 10, {{0, 10}}},
      {"bytes=0-20", 10, {{0, 10}}},
      {"BYTES=0-0", 10, {{0, 1}}},
      {"bytes =0-0", 10, {{0, 1}}},
      {"bytes=   1 -2   ,  4- 5, 7 - 8 , ,,", 11, {{1, 2}, {4, 2}, {7, 2}}},
      {"bytes=000000000000000000000000000001-2", 11, {{1, 2}}},
      {"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14",
       99,
       {{0, 1}, {2, 1}, {4, 1}, {6, 1}, {8, 1}, {10, 1}, {12, 1}, {14, 1}}},
      // A range behind the end is dropped if another one is not.
      {"bytes=0-1,50-60", 11, {{0, 2}}},
      {"bytes=50-60,0-1", 11, {{0, 2}}},
      {"bytes=0-1,-0", 11, {{0, 2}}},
  });
}

TEST_CASE("web ranges: nothing but ranges behind the end is unsatisfiable", "[web]") {
  check({
      {"bytes=11-", 11, {}, kind::unsatisfiable},
      {"bytes=11-12", 11, {}, kind::unsatisfiable},
      {"bytes=12-12", 11, {}, kind::unsatisfiable},
      {"bytes=11-100", 11, {}, kind::unsatisfiable},
      {"bytes=100-", 11, {}, kind::unsatisfiable},
      {"bytes=100-1000", 11, {}, kind::unsatisfiable},
      {"bytes=-0", 11, {}, kind::unsatisfiable},
      {"bytes=20-30,40-", 11, {}, kind::unsatisfiable},
      {"bytes=18446744073709551615-", 11, {}, kind::unsatisfiable},
      {"bytes=18446744073709551616-", 11, {}, kind::unsatisfiable},
      {"bytes=99999999999999999999999999999-99999999999999999999999999999",
       11,
       {},
       kind::unsatisfiable},
  });
}

TEST_CASE("web ranges: other fields select the whole", "[web]") {
  for (std::string_view const field : {
           // No syntax.
           "",
           "foo",
           "bytes",
           "bytes=",
           "bytes=7",
           "bytes= 7 ",
           "bytes=5-4",
           "bytes=0-2,5-4",
           "bytes=2-5,4-3",
           "bytes=--5,4--3",
           "bytes=A-",
           "bytes=A- ",
           "bytes=A-Z",
           "bytes= -Z",
           "bytes=5-Z",
           "bytes=Ran-dom, garbage",
           "bytes=0x01-0x02",
           "bytes=         ",
           "bytes= , , ,   ",
           "bytes=-",
           "bytes=1-2-3",
           "bytes=+1-2",
           "bytes=1-+2",
           "bytes=1 2-3",
           "bytes:0-4",
           "=0-4",
           "bytes=0-4;",
           "bytes=0-4\xff",
           // An unknown unit.
           "lines=0-4",
           "byte=0-4",
           "bytess=0-4",
           // Not ascending.
           "bytes=7-,0-2",
           "bytes=-2 , 7-",
           "bytes=5-6,0-1",
           "bytes=0-1,5-6,3-4",
           // More than the whole.
           "bytes=0-,1-,2-,3-,4-",
           "bytes=0-9,0-9",
           "bytes=0-5,1-5",
           // Too many.
           "bytes=0-0,2-2,4-4,6-6,8-8,1-1,3-3,5-5,7-7",
           "bytes=0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0",
       }) {
    check({{field, 10, {}, kind::whole}});
  }
  for (std::string_view const field : {"bytes=0-", "bytes=-5", "bytes=1-2", "bytes=0-0"}) {
    check({{field, 0, {}, kind::whole}});
  }
}

TEST_CASE("web ranges: the largest sizes", "[web]") {
  check({
      {"bytes=0-", largest, {{0, largest}}},
      {"bytes=-1", largest, {{largest - 1, 1}}},
      {"bytes=-99999999999999999999", largest, {{0, largest}}},
      {"bytes=18446744073709551614-", largest, {{largest - 1, 1}}},
      {"bytes=1-18446744073709551615", largest, {{1, largest - 1}}},
      {"bytes=0-0,18446744073709551614-", largest, {{0, 1}, {largest - 1, 1}}},
      {"bytes=0-9223372036854775807,9223372036854775809-",
       largest,
       {{0, largest / 2 + 1}, {largest / 2 + 2, largest / 2 - 1}}},
  });
}

TEST_CASE("web ranges: a thousand ranges are the whole", "[web]") {
  std::string field = "bytes=";
  for (int i = 0; i != 1000; ++i) {
    field += std::to_string(2 * i) + "-" + std::to_string(2 * i) + ",";
  }
  check({{field, 5000, {}, kind::whole}});
}

TEST_CASE("web ranges: values of Content-Range", "[web]") {
  CHECK(web::content_range({0, 500}, 1234) == "bytes 0-499/1234");
  CHECK(web::content_range({1233, 1}, 1234) == "bytes 1233-1233/1234");
  CHECK(web::unsatisfied_range(47022) == "bytes */47022");
}

TEST_CASE("web ranges: the body of several ranges, as in RFC 9110 section 14.6", "[web]") {
  std::string const data(8000, 'x');
  web::range_selection const selected("bytes=500-999,7000-7999", 8000);
  web::byteranges const parts(selected, 8000, "application/pdf", "THIS_STRING_SEPARATES");
  CHECK(parts.content_type() == "multipart/byteranges; boundary=THIS_STRING_SEPARATES");
  std::string body;
  for (std::size_t i = 0; i != selected.size(); ++i) {
    body += parts.delimiter(i);
    body += data.substr(selected[i].first, selected[i].length);
  }
  body += parts.delimiter(selected.size());
  CHECK(body ==
        "--THIS_STRING_SEPARATES\r\n"
        "Content-Type: application/pdf\r\n"
        "Content-Range: bytes 500-999/8000\r\n"
        "\r\n" +
            std::string(500, 'x') +
            "\r\n"
            "--THIS_STRING_SEPARATES\r\n"
            "Content-Type: application/pdf\r\n"
            "Content-Range: bytes 7000-7999/8000\r\n"
            "\r\n" +
            std::string(1000, 'x') +
            "\r\n"
            "--THIS_STRING_SEPARATES--\r\n");
  CHECK(parts.length() == body.size());

  web::byteranges const untyped(selected, 8000, "", "b");
  CHECK(untyped.delimiter(0) == "--b\r\nContent-Range: bytes 500-999/8000\r\n\r\n");
}

}  // namespace unit_web_files_ranges
