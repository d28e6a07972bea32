// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/body/part_head.hpp"

#include "support/catch.hpp"
#include "web/body/disposition_reader.hpp"

#include <string>

namespace unit_web_body_part_head {

namespace web = anode::web;

namespace {

// The value and the parameters, as `value|name=text|...`, and `!` for a syntax error.
std::string parsed(std::string_view value) {
  web::disposition_reader reader(value);
  std::string text(reader.value());
  while (reader.next()) {
    text.append("|").append(reader.name()).append("=").append(reader.text());
  }
  return reader.is_malformed() ? text + "!" : text;
}

}  // namespace

TEST_CASE("web parameters: values with parameters", "[web]") {
  struct row {
    std::string_view value;
    std::string_view result;
  };
  for (row const& r : {
           row{"", ""},
           row{"form-data", "form-data"},
           row{" form-data ; name=a", "form-data|name=a"},
           row{"form-data;name=a;filename=b.txt", "form-data|name=a|filename=b.txt"},
           row{"form-data; name=\"a b;c\"; x=y", "form-data|name=a b;c|x=y"},
           row{"form-data; name = a ; ; b=c;", "form-data|name=a|b=c"},
           row{R"(f; name="a\"b\\c")", R"(f|name=a"b\c)"},
           row{R"(f; filename="C:\dir\file.txt")", R"(f|filename=C:\dir\file.txt)"},
           row{R"(f; filename="\\server\dir\")", R"(f!)"},
           row{R"(f; name="")", "f|name="},
           row{"f; name=\"\xc3\xa4\"", "f|name=\xc3\xa4"},
           row{"f; filename*=UTF-8''a%20b", "f|filename*=UTF-8''a%20b"},
           row{"f; name", "f!"},
           row{"f; name=", "f!"},
           row{"f; =a", "f!"},
           row{"f; name=\"a", "f!"},
           row{"f; name=\"a\"b", "f|name=a!"},
           row{"f; name=a b", "f|name=a!"},
           row{"f; na me=a", "f!"},
           row{"f; name=a@b", "f|name=a!"},
       }) {
    INFO(r.value);
    CHECK(parsed(r.value) == r.result);
  }
}

TEST_CASE("web parameters: the boundary of a multipart type", "[web]") {
  auto const form = [](std::string_view value) { return web::boundary_of(value, "form-data"); };
  CHECK(form("multipart/form-data; boundary=abc") == "abc");
  CHECK(form("Multipart/Form-Data;charset=utf-8;BOUNDARY=\"a b\"") == "a b");
  CHECK(form("multipart/form-data; boundary=\"" + std::string(70, 'a') + "\"") ==
        std::string(70, 'a'));
  CHECK(web::boundary_of("multipart/mixed; boundary=x", "") == "x");
  for (std::string const& value : {
           std::string(),
           std::string("multipart/form-data"),
           std::string("multipart/form-data; boundary="),
           std::string("multipart/form-data; boundary=\"\""),
           std::string("multipart/form-data; boundary=\"a \""),
           std::string("multipart/form-data; boundary=a; boundary=a"),
           std::string("multipart/form-data; boundary=\"a\\\"b\""),
           std::string("multipart/form-data; boundary=\"a\tb\""),
           std::string("multipart/form-data; boundary=a; x"),
           "multipart/form-data; boundary=" + std::string(71, 'a'),
           std::string("multipart/form-datax; boundary=a"),
           std::string("multipart/mixed; boundary=a"),
           std::string("multipart; boundary=a"),
           std::string("text/plain; boundary=a"),
       }) {
    INFO(value);
    CHECK_FALSE(form(value));
  }
}

TEST_CASE("web parameters: a file name is the last component of a path", "[web]") {
  CHECK(web::base_name("a.txt") == "a.txt");
  CHECK(web::base_name("../../etc/passwd") == "passwd");
  CHECK(web::base_name("C:\\dir\\a.txt") == "a.txt");
  CHECK(web::base_name("a/b\\c") == "c");
  CHECK(web::base_name("a/").empty());
  CHECK(web::base_name("..").empty());
  CHECK(web::base_name("a/..").empty());
  CHECK(web::base_name(".").empty());
  CHECK(web::base_name("...") == "...");
  CHECK(web::base_name(std::string_view("a\0b\x7f\n", 5)) == "a_b__");
}

TEST_CASE("web parameters: the headers of a part", "[web]") {
  web::part_head head;
  REQUIRE(
      web::parse_part_head("Content-Disposition: Form-Data; name=\"a\"; filename=\"d\\b.txt\"\r\n"
                           "content-type:text/plain \r\n"
                           "X-Long: a\r\n  b\r\n\tc\r\n",
                           head));
  CHECK(head.disposition == "form-data");
  CHECK(head.has_name);
  CHECK(head.name == "a");
  CHECK(head.is_file);
  CHECK(head.file_name == "b.txt");
  CHECK(head.content_type == "text/plain");
  CHECK(head.header("x-long") == "a b c");
  CHECK(head.header("x-other").empty());

  auto const file_name = [](std::string_view parameters) {
    web::part_head other;
    REQUIRE(web::parse_part_head(
        "Content-Disposition: form-data" + std::string(parameters) + "\r\n", other));
    return other.is_file ? other.file_name : "(none)";
  };
  CHECK(file_name("; name=a") == "(none)");
  CHECK(file_name("; filename=\"\"") == "");
  CHECK(file_name("; filename*=UTF-8''%E2%82%AC%20rates.txt") == "\xe2\x82\xac rates.txt");
  CHECK(file_name("; filename=a; filename*=utf-8'en'b") == "b");
  CHECK(file_name("; filename=a; filename*=iso-8859-1''%A3") == "a");
  CHECK(file_name("; filename=a; filename*=UTF-8''%FF") == "a");
  CHECK(file_name("; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd%00") == "passwd_");
  CHECK(file_name("; filename*=UTF-8'x") == "(none)");

  for (std::string_view const lines : {
           "no colon\r\n",
           ": empty\r\n",
           "A B: c\r\n",
           " folded: first\r\n",
           "A: b",
           "A: b\rc\r\n",
           "Content-Disposition: form-data; name=a; name=b\r\n",
           "Content-Disposition: form-data; filename=a; filename=b\r\n",
           "Content-Disposition: form-data; name=\"a\r\n",
           "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n",
           "Content-Disposition:\r\n",
           "A: \x01\r\n",
       }) {
    INFO(lines);
    web::part_head other;
    CHECK_FALSE(web::parse_part_head(lines, other));
  }
  CHECK_FALSE(web::parse_part_head(std::string_view("A: a\0b\r\n", 8), head));
}

}  // namespace unit_web_body_part_head
